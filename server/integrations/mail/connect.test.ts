import { createServer, type Server } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import type { ErrorClass } from '../partner-error.ts';
import { failure } from '../partner-member.testing.ts';
import { connectMail, type Mailer } from './index.ts';
import { renderSample } from './samples.testing.ts';

const recipient = 'ada@example.org';
const from = 'Institute of Measurement <no-reply@example.org>';

function aMail(overrides: { messageId?: string; to?: string } = {}) {
  return { messageId: 'verify-1@guildhall.test', to: recipient, ...renderSample('verify-email'), ...overrides };
}

describe('mail over SMTP', () => {
  let sandbox: Sandbox;
  let mailer: Mailer;
  const url = (password: string) =>
    sandbox.urls.smtp.replace('//', `//${sandbox.credentials.smtpUser}:${encodeURIComponent(password)}@`);
  beforeAll(async () => {
    sandbox = await startSandbox({ dataDir: ':memory:' });
    mailer = connectMail({ url: url(sandbox.credentials.smtpPassword), from, timeoutMs: 2000 });
  });
  afterEach(() => sandbox.faults.clear());
  afterAll(async () => {
    mailer.close();
    await sandbox.close();
  });

  it('delivers, and checks without delivering', async () => {
    await mailer.check();
    expect(await mailer.send(aMail())).toEqual({ accepted: true });
  });

  it.each([
    ['fail', 'unavailable', 'SMTP 451 4.3.0'],
    ['rate-limit', 'limited', 'SMTP 421 4.7.0'],
    ['refuse', 'credentials', 'SMTP 535 5.7.8'],
    ['reject', 'permanent', 'SMTP 550 5.1.1'],
  ] as const)('says what a server that answers with %s means', async (fault, errorClass, reason) => {
    sandbox.faults.set({ partner: 'mail', fault });
    const error = await failure(mailer.send(aMail()), errorClass);
    expect(error).toMatchObject({ partner: 'mail', reason });
  });

  it('reports a line cut in the middle as unavailable', async () => {
    sandbox.faults.set({ partner: 'mail', fault: 'cut' });
    await failure(mailer.send(aMail()), 'unavailable');
  });

  it('reports a server that hangs as unavailable, in time, and sends again when it is back', async () => {
    const hasty = connectMail({ url: url(sandbox.credentials.smtpPassword), from, timeoutMs: 400 });
    sandbox.faults.set({ partner: 'mail', fault: 'hang' });
    const began = Date.now();
    // More than the pool has connections: a hanging one must not block those who come later.
    await Promise.all([1, 2, 3, 4].map(() => failure(hasty.send(aMail()), 'unavailable')));
    expect(Date.now() - began).toBeLessThan(2000);
    sandbox.faults.clear();
    expect(await hasty.send(aMail())).toEqual({ accepted: true });
    hasty.close();
  });

  it('reports refused credentials, and keeps them to itself', async () => {
    const refused = connectMail({ url: url('wrong-password'), from, timeoutMs: 2000 });
    for (const call of [refused.check(), refused.send(aMail())]) {
      const error = await failure(call, 'credentials');
      expect(error.message).not.toContain('wrong-password');
    }
    refused.close();
  });

  it('reports a closed port as unavailable', async () => {
    const nobody = connectMail({ url: 'smtp://user:secret@127.0.0.1:9', from });
    await failure(nobody.send(aMail()), 'unavailable');
    await failure(nobody.check(), 'unavailable');
    nobody.close();
  });
});

describe('mail as it arrives', () => {
  const received: { raw: string; recipients: string[] }[] = [];
  let server: SMTPServer;
  let mailer: Mailer;
  beforeAll(async () => {
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          received.push({ raw: Buffer.concat(chunks).toString('utf8'), recipients });
          callback();
        });
      },
    });
    const port = await listening(server.server);
    mailer = connectMail({ url: `smtp://127.0.0.1:${port}`, from, timeoutMs: 2000 });
  });
  afterAll(async () => {
    mailer.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it("has both parts, the caller's Message-ID, and asks for no automatic answers", async () => {
    const mail = aMail();
    await mailer.send(mail);
    const parsed = await PostalMime.parse(received.at(-1)?.raw ?? '');
    expect(parsed).toMatchObject({
      messageId: '<verify-1@guildhall.test>',
      subject: mail.subject,
      from: { name: 'Institute of Measurement', address: 'no-reply@example.org' },
      to: [{ address: recipient }],
    });
    expect(parsed.html?.trim()).toBe(mail.html.trim());
    expect(parsed.text?.trim()).toBe(mail.text.trim());
    expect(parsed.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
  });

  it('goes to one recipient, whatever the address says', async () => {
    const before = received.length;
    await mailer.send(aMail({ to: 'ada@example.org, eve@example.org' })).catch(() => undefined);
    for (const { recipients } of received.slice(before)) expect(recipients).toHaveLength(1);
  });
});

describe('mail servers that are out of the ordinary', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const cases: [string, string, ErrorClass, string][] = [
    ['refuses at the greeting', '554 5.3.2 no service here\r\n', 'unavailable', 'SMTP 554 5.3.2'],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'unavailable', 'mail EPROTOCOL'],
    ['says nothing', '', 'unavailable', 'did not answer in time'],
  ];
  it.each(cases)('%s', async (_name, greeting, errorClass, reason) => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(greeting);
    });
    const mailer = connectMail({ url: `smtp://127.0.0.1:${await listening(server)}`, from, timeoutMs: 300 });
    const error = await failure(mailer.send(aMail()), errorClass);
    expect(error.reason).toBe(reason);
    mailer.close();
  });
});

describe('mail servers that waste time', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it('are cut off although they never fall silent', async () => {
    const closed = Promise.withResolvers<void>();
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 slow\r\n');
      // A reply that goes on and on: no time of inactivity ever passes.
      const trickle = setInterval(() => socket.write('250-more\r\n'), 20);
      socket.on('close', () => {
        clearInterval(trickle);
        closed.resolve();
      });
    });
    const mailer = connectMail({ url: `smtp://127.0.0.1:${await listening(server)}`, from, timeoutMs: 300 });
    const error = await failure(mailer.send(aMail()), 'unavailable');
    expect(error.reason).toBe('did not answer in time');
    mailer.close();
    await closed.promise;
  });

  it('are not tried a second time behind the back of the queue', async () => {
    let attempts = 0;
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 hello\r\n');
      socket.on('data', (chunk) => {
        if (chunk.toString().startsWith('EHLO')) return void socket.write('250 hello\r\n');
        attempts += 1;
        socket.end();
      });
    });
    const mailer = connectMail({ url: `smtp://127.0.0.1:${await listening(server)}`, from, timeoutMs: 2000 });
    await failure(mailer.send(aMail()), 'unavailable');
    expect(attempts).toBe(1);
    mailer.close();
  });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
