import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../start.ts';
import { Statements } from './statements.ts';

let upstream: Server;
let heard: string[];
let sandbox: Sandbox;
let clients: Socket[];

beforeEach(async () => {
  heard = [];
  clients = [];
  upstream = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      heard.push(chunk.toString());
      socket.write(`echo ${chunk}`);
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  sandbox = await startSandbox({ dataDir: ':memory:', legacyUpstream: { host: '127.0.0.1', port } });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await sandbox.close();
  await new Promise((resolve) => upstream.close(resolve));
});

describe('the legacy proxy', () => {
  it('passes both directions on', async () => {
    const client = await open();
    expect(await ask(client, 'one')).toBe('echo one');
    expect(await ask(client, 'two')).toBe('echo two');
  });

  it('passes large answers on whole', async () => {
    const client = await open();
    const asked = 'x'.repeat(3_000_000);
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    client.write(asked);
    await vi.waitUntil(() => received >= asked.length, { timeout: 5_000 });
    expect(heard.join('').length).toBe(asked.length);
  });

  it('ends the client when the database goes away, and when there is none', async () => {
    const accepted = once(upstream, 'connection');
    const client = await open();
    const [database] = (await accepted) as [Socket];
    await ask(client, 'one');
    const end = ending(client);
    database.destroy();
    expect(await end).toBe('closed');
    await new Promise((resolve) => upstream.close(resolve));
    expect(await ending(dial())).toBe('closed');
  });

  it('slow delays what is said on a connection that is already open', async () => {
    const client = await open();
    await ask(client, 'warm');
    sandbox.faults.set({ partner: 'legacy', fault: 'slow', delayMs: 150 });
    const startedAt = performance.now();
    expect(await ask(client, 'one')).toBe('echo one');
    expect(performance.now() - startedAt).toBeGreaterThan(140);
  });

  it.each(['cut', 'fail', 'refuse', 'reject', 'rate-limit'] as const)(
    '%s drops open connections and closes new ones',
    async (fault) => {
      const client = await open();
      await ask(client, 'one');
      const dropped = ending(client);
      sandbox.faults.set({ partner: 'legacy', fault });
      expect(await dropped).toBe('ECONNRESET');
      expect(await ending(dial())).toBe('ECONNRESET');
      sandbox.faults.clear('legacy');
      expect(await ask(await open(), 'two')).toBe('echo two');
    },
  );

  it('leaves the connections alone when the fault is another partner’s', async () => {
    const client = await open();
    await ask(client, 'one');
    sandbox.faults.set({ partner: 'crm', fault: 'cut' });
    expect(await ask(client, 'two')).toBe('echo two');
  });

  it('hang takes what is said and passes nothing on, also not afterwards', async () => {
    const client = await open();
    await ask(client, 'one');
    sandbox.faults.set({ partner: 'legacy', fault: 'hang' });
    const end = ending(client);
    client.write('insert');
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    sandbox.faults.clear();
    await end;
    expect(heard).toEqual(['one']);
  });

  it('a client that dies while held never gets its work done', async () => {
    const client = await open();
    await ask(client, 'one');
    sandbox.faults.set({ partner: 'legacy', fault: 'hang' });
    client.write('insert');
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    client.destroy();
    await vi.waitUntil(async () => (await connections()) === 0);
    expect(heard).toEqual(['one']);
  });

  it('fail-after lets the work be done and loses the answer', async () => {
    const client = await open();
    sandbox.faults.set({ partner: 'legacy', fault: 'fail-after' });
    expect(await ask(client, 'begin')).toBe('echo begin');
    expect(await ask(client, 'insert into members')).toBe('echo insert into members');
    const end = ending(client);
    client.write('commit');
    await end;
    expect(heard).toEqual(['begin', 'insert into members', 'commit']);
  });

  it('hang with fail-after does the work and holds the answer', async () => {
    const client = await open();
    await ask(client, 'select 1');
    sandbox.faults.set({ partner: 'legacy', fault: 'fail-after' });
    sandbox.faults.set({ partner: 'legacy', fault: 'hang' });
    const answered = vi.fn();
    client.on('data', answered);
    client.write('update members');
    await vi.waitUntil(() => heard.includes('update members'));
    const end = ending(client);
    sandbox.faults.clear();
    await end;
    expect(answered).not.toHaveBeenCalled();
  });
});

describe('reading along', () => {
  it('knows when an answer would be the news of finished work', () => {
    const statements = new Statements();
    const finishes = (text: string) => statements.finishesWork(Buffer.from(text));
    expect(['select 1', 'insert into a', 'begin', 'insert into a', 'commit', 'update a'].map(finishes)).toEqual([
      false,
      true,
      false,
      false,
      true,
      true,
    ]);
  });

  it('remembers what a prepared statement says', () => {
    const statements = new Statements();
    statements.finishesWork(message('P', 's1\0select 1\0\0\0'));
    statements.finishesWork(Buffer.concat([message('P', 's2\0update a set b = $1\0\0\0'), message('S', '')]));
    expect(statements.finishesWork(Buffer.concat([message('B', '\0s1\0\0\0\0\0\0\0'), message('S', '')]))).toBe(false);
    expect(statements.finishesWork(Buffer.concat([message('B', '\0s2\0\0\0\0\0\0\0'), message('S', '')]))).toBe(true);
  });
});

/** A message of Postgres's protocol, as a client sends it. */
function message(kind: string, body: string): Buffer {
  const framed = Buffer.alloc(5 + body.length);
  framed.write(kind, 0, 'latin1');
  framed.writeInt32BE(4 + body.length, 1);
  framed.write(body, 5, 'latin1');
  return framed;
}

function dial(): Socket {
  const { port } = new URL(sandbox.urls.legacyProxy ?? '');
  const client = connect(Number(port), '127.0.0.1');
  clients.push(client);
  return client;
}

async function open(): Promise<Socket> {
  const client = dial();
  await once(client, 'connect');
  return client;
}

async function ask(client: Socket, text: string): Promise<string> {
  client.write(text);
  const [chunk] = await once(client, 'data');
  return String(chunk);
}

/** How the connection ended: the error's code, or `closed`. */
function ending(client: Socket): Promise<string> {
  return new Promise((resolve) => {
    client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    client.once('close', () => resolve('closed'));
  });
}

function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    upstream.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
