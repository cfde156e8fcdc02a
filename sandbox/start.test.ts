import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from './faults.ts';
import { type Sandbox, startSandbox } from './start.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('the state', () => {
  it('outlives a restart; faults do not', async () => {
    const first = await startSandbox({ dataDir });
    await createContact(first.urls.crm, first.credentials.crmToken);
    await sendMail(first);
    first.faults.set({ partner: 'crm', fault: 'fail' });
    await first.close();

    // HTTP ports stay free ones: fetch would try its kept connections to the old ones first.
    const second = await startSandbox({ dataDir, ports: { smtp: Number(new URL(first.urls.smtp).port) } });
    expect(second.urls.smtp).toBe(first.urls.smtp);
    expect(await contacts(second.urls.crm, second.credentials.crmToken)).toMatchObject({
      results: [{ id: '1', properties: { email: 'ada@example.com' } }],
    });
    expect(await (await fetch(`${second.urls.pages}/mail/messages`)).json()).toMatchObject([{ subject: 'Kept' }]);
    await second.close();
  });

  it('starts nothing when a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const taken = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(startSandbox({ dataDir, ports: { http: taken } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    other.close();
  });
});

describe('the process', () => {
  it('says its addresses in one line, and stops cleanly while a request hangs', async () => {
    const child = run({
      SANDBOX_DATA_DIR: dataDir,
      SANDBOX_CRM_TOKEN: 'token',
      SANDBOX_LEGACY_UPSTREAM: '127.0.0.1:1',
    });
    const exited = once(child, 'exit');
    const { sandbox } = JSON.parse(await firstLine(child));
    expect(sandbox).toEqual({
      pages: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      faults: `${sandbox.pages}/faults`,
      crm: expect.stringMatching(/^http:/),
      smtp: expect.stringMatching(/^smtp:/),
      gateway: expect.stringMatching(/^http:/),
      legacyProxy: expect.stringMatching(/^tcp:/),
    });
    await createContact(sandbox.crm, 'token');
    await fetch(sandbox.faults, { method: 'POST', body: JSON.stringify({ partner: 'crm', fault: 'hang' }) });
    const held = contacts(sandbox.crm, 'token').catch((error: Error) => error);
    await vi.waitUntil(async () => {
      const { data } = (await (await fetch(sandbox.faults)).json()) as { data: Fault[] };
      return (data[0]?.hits ?? 0) > 0;
    });
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await held).toBeInstanceOf(Error);
  });

  it('names the setting that is wrong', async () => {
    const child = run({ SANDBOX_DATA_DIR: dataDir, SANDBOX_HTTP_PORT: 'many' });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said).toMatch(/^sandbox: SANDBOX_HTTP_PORT /);
  });
});

function run(environment: Record<string, string>): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts');
  return spawn(process.execPath, [main], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output');
  const [line] = await once(createInterface(child.stdout), 'line');
  return String(line);
}

async function createContact(crm: string, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ properties: { email: 'ada@example.com' } });
  expect((await fetch(`${crm}/crm/v3/objects/contacts`, { method: 'POST', headers, body })).status).toBe(201);
}

async function contacts(crm: string, token: string): Promise<unknown> {
  const answer = await fetch(`${crm}/crm/v3/objects/contacts`, { headers: { authorization: `Bearer ${token}` } });
  return answer.json();
}

async function sendMail({ urls, credentials }: Sandbox) {
  const auth = { user: credentials.smtpUser, pass: credentials.smtpPassword };
  const transport = nodemailer.createTransport({ url: urls.smtp, ignoreTLS: true, auth });
  await transport.sendMail({ from: 'a@guildhall.test', to: 'ada@example.com', subject: 'Kept', text: 'Kept' });
}
