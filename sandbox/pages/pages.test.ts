import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../faults.ts';
import { type Sandbox, startSandbox } from '../start.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
afterEach(() => sandbox.close());

describe('the faults endpoint', () => {
  it('switches on, lists and switches off', async () => {
    const made = await post('/faults', { partner: 'crm', fault: 'slow', rate: 0.5, delayMs: 20, until: 60 });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({ partner: 'crm', fault: 'slow', rate: 0.5, delayMs: 20, hits: 0 });
    await post('/faults', { partner: 'mail', fault: 'fail' });
    expect((await active()).map(({ partner }) => partner)).toEqual(['crm', 'mail']);
    await fetch(`${sandbox.urls.faults}?partner=crm`, { method: 'DELETE' });
    expect((await active()).map(({ partner }) => partner)).toEqual(['mail']);
    await fetch(sandbox.urls.faults, { method: 'DELETE' });
    expect(await active()).toEqual([]);
  });

  it.each(['gateway', 'soap', 'rest', 'sftp', 'legacy'])('takes the name %s', async (partner) => {
    expect((await post('/faults', { partner, fault: 'cut' })).status).toBe(201);
  });

  it.each([
    [{ partner: 'moon', fault: 'fail' }, 'partner'],
    [{ partner: 'crm', fault: 'explode' }, 'fault'],
    [{ partner: 'crm', fault: 'fail', rate: 2 }, 'rate'],
    [{ partner: 'crm', fault: 'fail', until: '2001-01-01T00:00:00Z' }, 'until'],
  ])('refuses %j, naming what is wrong', async (input, path) => {
    const answer = await post('/faults', input);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 400, errors: [{ path }] });
    expect(await active()).toEqual([]);
  });

  it('refuses an unreadable body, an unknown partner to clear, a wrong method and an unknown path', async () => {
    const url = sandbox.urls.faults;
    expect((await fetch(url, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(`${url}?partner=moon`, { method: 'DELETE' })).status).toBe(400);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(405);
    expect((await fetch(`${sandbox.urls.pages}/moon`)).status).toBe(404);
  });

  it('takes nothing from another site', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    const body = JSON.stringify({ partner: 'crm', fault: 'fail' });
    expect((await fetch(sandbox.urls.faults, { method: 'POST', headers, body })).status).toBe(403);
    expect(
      (await fetch(sandbox.urls.faults, { method: 'POST', headers: { origin: sandbox.urls.pages }, body })).status,
    ).toBe(201);
  });
});

describe('the front page', () => {
  it('shows each partner’s state and switches by button', async () => {
    expect(await text('/')).toContain('Healthy');
    await press({ partner: 'crm', fault: 'slow', rate: '50', delayMs: '30', until: '' });
    expect(await active()).toMatchObject([{ partner: 'crm', fault: 'slow', rate: 0.5, delayMs: 30 }]);
    expect(await text('/')).toMatch(/Slow: 30 ms, 50 % of requests, 0 hits.*value="slow" aria-pressed="true"/s);
    await press({ partner: 'crm', fault: 'slow' });
    expect(await active()).toEqual([]);
    await press({ partner: 'crm', fault: 'fail' });
    await press({ partner: 'crm', fault: 'none' });
    expect(await active()).toEqual([]);
  });

  it('logs the requests of each partner without addresses or query', async () => {
    const headers = { authorization: `Bearer ${sandbox.credentials.crmToken}` };
    await fetch(`${sandbox.urls.crm}/crm/v3/objects/contacts/ada%40example.com?idProperty=email&secret=1`, { headers });
    const { data } = (await (await fetch(`${sandbox.urls.pages}/requests?partner=crm`)).json()) as { data: unknown[] };
    expect(data).toMatchObject([{ method: 'GET', path: '/crm/v3/objects/contacts/…@…', status: '404', faults: [] }]);
    const shown = await text('/');
    expect(shown).toContain('/crm/v3/objects/contacts/…@…');
    expect(shown).not.toMatch(/ada|secret/);
  });
});

describe('the mailbox', () => {
  it('shows a message in a frame that cannot run anything, and its text', async () => {
    await send('<a href="https://guildhall.test/verify?t=1">Verify</a><script>alert("x")</script>');
    const list = await text('/mail?to=ADA@example.com');
    const link = /href="(\/mail\/\d+)"/.exec(list)?.[1] ?? '';
    expect(list).toContain('Hello &lt;b&gt;');
    const shown = await fetch(sandbox.urls.pages + link);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await shown.text();
    expect(page).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(page).toContain(
      'srcdoc="&lt;base target=&quot;_blank&quot;&gt;&lt;a href=&quot;https://guildhall.test/verify?t=1',
    );
    expect(page).not.toContain('<script>alert');
    expect(await text(`${link}?as=text`)).toContain('plain words');
    expect(await text('/mail?to=ada@')).toContain(link);
    expect(await text('/mail?to=nobody@example.com')).toContain('No messages');
    expect((await fetch(`${sandbox.urls.pages}/mail/999`)).status).toBe(404);
  });
});

describe('the contacts page', () => {
  it('lets a person make and edit a contact, which the API then shows', async () => {
    const made = await submit('/crm/contacts', { email: 'ada@example.com', firstname: '<Ada>', guildhall_id: 'g-1' });
    expect(made.headers.get('location')).toBe('/crm/contacts/1');
    await submit('/crm/contacts/1', { firstname: 'Grace', lastname: 'Hopper' });
    expect(await text('/crm/contacts?q=hopper')).toContain('Grace Hopper');
    expect(await text('/crm/contacts?q=lovelace')).toContain('0 contacts');
    expect(await text('/crm/contacts/1')).toContain('firstname: &lt;Ada&gt; → Grace');
    const headers = { authorization: `Bearer ${sandbox.credentials.crmToken}` };
    const path = '/crm/v3/objects/contacts/g-1?idProperty=guildhall_id&properties=firstname,lastname';
    const contact = await (await fetch(sandbox.urls.crm + path, { headers })).json();
    expect(contact).toMatchObject({ id: '1', properties: { firstname: 'Grace', lastname: 'Hopper' } });
  });

  it('says why it saves nothing, and keeps what was typed', async () => {
    await submit('/crm/contacts', { email: 'ada@example.com', firstname: 'Ada' });
    await submit('/crm/contacts', { email: 'bo@example.com' });
    const refused = await submit('/crm/contacts/2', { email: 'ada@example.com', firstname: 'Typed' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/Contact already exists.*value="Typed"/s);
    expect((await submit('/crm/contacts/77', { firstname: 'x' })).status).toBe(404);
  });
});

function post(path: string, body: unknown) {
  return fetch(sandbox.urls.pages + path, { method: 'POST', body: JSON.stringify(body) });
}

function submit(path: string, fields: Record<string, string>) {
  return fetch(sandbox.urls.pages + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

async function press(fields: Record<string, string>) {
  expect((await submit('/switch', fields)).status).toBe(303);
}

async function active(): Promise<Fault[]> {
  return ((await (await fetch(sandbox.urls.faults)).json()) as { data: Fault[] }).data;
}

async function text(path: string): Promise<string> {
  return (await fetch(sandbox.urls.pages + path)).text();
}

async function send(html: string) {
  const { smtpUser: user, smtpPassword: pass } = sandbox.credentials;
  const transport = nodemailer.createTransport({ url: sandbox.urls.smtp, ignoreTLS: true, auth: { user, pass } });
  await transport.sendMail({
    from: 'hello@guildhall.test',
    to: 'ada@example.com',
    subject: 'Hello <b>',
    text: 'plain words',
    html,
  });
}
