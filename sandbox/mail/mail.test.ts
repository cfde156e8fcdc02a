import nodemailer, { type SendMailOptions } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../start.ts';
import type { Message } from './store.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
afterEach(() => sandbox.close());

describe('the mail server', () => {
  it('keeps what it accepts, with its parts', async () => {
    await send({
      to: 'Ada@example.com',
      subject: 'Grüße',
      text: 'plain',
      html: '<p>rich</p>',
      messageId: '<one@guildhall>',
    });
    const [message] = await inbox('?to=ada@example.com');
    expect(message).toMatchObject({
      messageId: '<one@guildhall>',
      from: 'hello@guildhall.test',
      to: 'ada@example.com',
      subject: 'Grüße',
      deliveries: 1,
    });
    expect(message?.text).toContain('plain');
    expect(message?.html).toContain('<p>rich</p>');
    expect(Date.parse(message?.receivedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('shows a Message-ID once per recipient and counts its deliveries', async () => {
    await send({ messageId: '<same@guildhall>' });
    await send({ messageId: '<same@guildhall>' });
    await send({ messageId: '<same@guildhall>', to: 'other@example.com' });
    await send({ messageId: '<different@guildhall>' });
    const all = await inbox();
    expect(all.map(({ messageId, to, deliveries }) => [messageId, to, deliveries])).toEqual([
      ['<different@guildhall>', 'ada@example.com', 1],
      ['<same@guildhall>', 'other@example.com', 1],
      ['<same@guildhall>', 'ada@example.com', 2],
    ]);
  });

  it('lists newest first, filtered by recipient, id and time', async () => {
    await send({ subject: 'first' });
    await send({ subject: 'second' });
    await send({ subject: 'elsewhere', to: ['bo@example.com', 'cy@example.com'] });
    const [, first] = await inbox('?to=ADA@example.com');
    expect(first?.subject).toBe('first');
    expect((await inbox(`?after=${first?.id}`)).map(({ subject }) => subject)).toEqual(['elsewhere', 'second']);
    expect((await inbox('?to=cy@example.com')).map(({ to }) => to)).toEqual(['bo@example.com, cy@example.com']);
    expect(await inbox(`?after=${encodeURIComponent(new Date(Date.now() + 1_000).toISOString())}`)).toEqual([]);
    expect((await fetch(`${sandbox.urls.pages}/mail/messages?after=soon`)).status).toBe(400);
    expect((await fetch(`${sandbox.urls.pages}/mail/messages`, { method: 'DELETE' })).status).toBe(204);
    expect(await inbox()).toEqual([]);
  });

  it('wants the right password', async () => {
    await expect(send({}, transport('wrong'))).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    const anonymous = nodemailer.createTransport({ url: sandbox.urls.smtp, ignoreTLS: true });
    await expect(send({}, anonymous)).rejects.toMatchObject({ responseCode: 530 });
  });

  it('refuses a message that is too large', async () => {
    await expect(send({ text: 'x'.repeat(11 * 1024 * 1024) })).rejects.toMatchObject({ responseCode: 552 });
    expect(await inbox()).toEqual([]);
  });
});

describe('faults', () => {
  it.each([
    ['fail', 451],
    ['rate-limit', 421],
    ['refuse', 535],
    ['reject', 550],
  ] as const)('%s answers %i and keeps nothing', async (fault, responseCode) => {
    sandbox.faults.set({ partner: 'mail', fault });
    await expect(send({})).rejects.toMatchObject({ responseCode });
    sandbox.faults.clear();
    expect(await inbox()).toEqual([]);
    await send({});
    expect(await inbox()).toHaveLength(1);
  });

  it('refuse also holds for a connection that signed in before', async () => {
    const pool = nodemailer.createTransport({ ...account(), pool: true, maxConnections: 1 });
    await send({}, pool);
    sandbox.faults.set({ partner: 'mail', fault: 'refuse' });
    await expect(send({}, pool)).rejects.toMatchObject({ responseCode: 535 });
    pool.close();
  });

  it('slow accepts, later', async () => {
    sandbox.faults.set({ partner: 'mail', fault: 'slow', delayMs: 150 });
    const startedAt = performance.now();
    await send({});
    expect(performance.now() - startedAt).toBeGreaterThan(140);
  });

  it('cut breaks off in the middle and keeps nothing', async () => {
    sandbox.faults.set({ partner: 'mail', fault: 'cut' });
    await expect(send({})).rejects.toThrow();
    expect(await inbox()).toEqual([]);
  });

  it('fail-after keeps the message and breaks off: sending again is a second delivery', async () => {
    sandbox.faults.set({ partner: 'mail', fault: 'fail-after' });
    await expect(send({ messageId: '<twice@guildhall>' })).rejects.toThrow();
    sandbox.faults.clear();
    await send({ messageId: '<twice@guildhall>' });
    expect((await inbox()).map(({ deliveries }) => deliveries)).toEqual([2]);
  });

  it('hang never answers and keeps nothing', async () => {
    sandbox.faults.set({ partner: 'mail', fault: 'hang' });
    const settled = vi.fn();
    const held = send({}).then(settled, settled);
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    expect(settled).not.toHaveBeenCalled();
    sandbox.faults.clear();
    await held;
    expect(settled.mock.calls[0]?.[0]).toBeInstanceOf(Error);
    expect(await inbox()).toEqual([]);
  });

  it('stopping the sandbox lets go of what hangs', async () => {
    sandbox.faults.set({ partner: 'mail', fault: 'hang' });
    const held = send({}).catch((error: Error) => error);
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    await sandbox.close();
    expect(await held).toBeInstanceOf(Error);
  });
});

function account(password = sandbox.credentials.smtpPassword) {
  return { url: sandbox.urls.smtp, ignoreTLS: true, auth: { user: sandbox.credentials.smtpUser, pass: password } };
}

function transport(password?: string) {
  return nodemailer.createTransport(account(password));
}

async function send(mail: SendMailOptions, through: Pick<ReturnType<typeof transport>, 'sendMail'> = transport()) {
  const usual = { from: 'Guildhall <hello@guildhall.test>', to: 'ada@example.com', subject: 'Hello', text: 'Hello' };
  return through.sendMail({ ...usual, ...mail });
}

async function inbox(query = ''): Promise<Message[]> {
  const answer = await fetch(`${sandbox.urls.pages}/mail/messages${query}`);
  return (await answer.json()) as Message[];
}
