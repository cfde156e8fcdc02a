import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get as httpGet, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startProcess } from '#server/events/process.testing.ts';
import { createAddressReader } from '#server/gateway/address.ts';
import { sampleRoutes } from '#server/gateway/sample-routes.testing.ts';
import { rawHttp } from '#server/gateway/web.testing.ts';
import { startWeb } from '#server/web.ts';
import { testApp } from '#test/database.ts';
import { answerPage } from './pages.ts';
import { readTarget } from './target.ts';

const app = testApp(() => ({ GUILDHALL_URL: 'https://members.example.org', SHUTDOWN_GRACE_MS: '500' }));
const start = () => startWeb(app.current, { port: 0, next: false, routes: sampleRoutes });

describe('the request line', () => {
  it('goes to the gateway, to next-auth or to a page, and nowhere when it could go to two', () => {
    expect(readTarget('/api/v1/members?x=/api/auth').kind).toBe('api');
    expect(readTarget('/api/auth/session').kind).toBe('auth');
    expect(readTarget('/api/authors').kind).toBe('api');
    expect(readTarget('/apiary').kind).toBe('page');
    for (const url of [
      '/%61pi/v1/x',
      '/api/%61uth/x',
      '/api/auth/../v1',
      '/a/%2e%2e/b',
      '//evil.example',
      '/\\evil.example',
      'http://a/b',
      '*',
      '/%E0%A4%A',
    ]) {
      expect([url, readTarget(url).kind]).toEqual([url, 'unreadable']);
    }
  });
});

describe('pages', () => {
  it('reach Next with headers that can be trusted, and leave in ours', async () => {
    const page = {
      app: app.current,
      readAddress: createAddressReader([]),
      development: false,
      handle: async (incoming: { headers: unknown }, outgoing: { end(text: string): void }) => {
        outgoing.end(JSON.stringify(incoming.headers));
      },
    };
    const server = createServer((incoming, outgoing) => {
      void answerPage(page, readTarget(incoming.url ?? ''), incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const forged = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'ftp',
      forwarded: 'host=evil.example',
      'x-middleware-subrequest': 'proxy:proxy:proxy',
      'x-middleware-rewrite': '/ops',
      'content-security-policy': "script-src 'nonce-evil'",
      cookie: 'a=b',
    };
    const answer = await rawHttp(url, { path: '/', headers: forged });
    const seen = JSON.parse(answer.text);
    expect(seen).toMatchObject({
      host: 'members.example.org',
      'x-forwarded-host': 'members.example.org',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
      cookie: 'a=b',
      'x-correlation-id': answer.headers['x-correlation-id'],
    });
    expect(JSON.stringify(seen)).not.toMatch(/evil|x-middleware|1\.2\.3\.4/);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toBe(seen['content-security-policy']);
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=]{24}' 'strict-dynamic';/);
    expect(policy).not.toContain('unsafe-eval');
    const again = await rawHttp(url, { path: '/' });
    expect(again.headers['content-security-policy']).not.toBe(policy);
    expect(answer.headers['strict-transport-security']).toBeDefined();
    const odd = await rawHttp(url, { method: 'TRACE', path: '/' });
    expect([odd.status, odd.headers.allow, odd.headers['content-type']]).toEqual([
      405,
      'GET, HEAD, POST, OPTIONS',
      'application/problem+json',
    ]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('say so in our words where there are none', async () => {
    const web = await start();
    const answer = await rawHttp(web.url, { path: '/profile' });
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
    await web.close();
  });
});

describe('stopping', () => {
  it('lets a request under way finish and takes no new one', async () => {
    const web = await start();
    const { sql } = app.current.database;
    const lock = await sql.reserve();
    await lock`select pg_advisory_lock(4712)`;
    const underWay = rawHttp(web.url, { path: '/api/v1/samples/held' });
    await expect
      .poll(async () => (await lock`select 1 from pg_locks where locktype = 'advisory' and not granted`).length)
      .toBe(1);
    const closed = web.close();
    await expect(rawHttp(web.url, { path: '/api/health' })).rejects.toThrow(/ECONNREFUSED/);
    await lock`select pg_advisory_unlock(4712)`;
    lock.release();
    const answer = await underWay;
    expect([answer.status, answer.text]).toEqual([200, '{"ok":true}']);
    expect(answer.headers.connection).toBe('close');
    await closed;
  });

  it('waits no longer than the grace, also for whoever sends nothing', async () => {
    const web = await start();
    const request = httpRequest(`${web.url}/api/v1/samples`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '10' },
    });
    const failed = new Promise((resolve) => request.once('error', resolve));
    request.write('{');
    await new Promise<void>((resolve) => request.once('socket', (socket) => socket.once('connect', () => resolve())));
    // Another request on another connection has come through: so has the head of this one.
    await new Promise((resolve) => httpGet(`${web.url}/api/v1/samples/whoami`, resolve));
    const started = performance.now();
    await web.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    await failed;
  });
});

describe('a process that is told to end', () => {
  /** It serves, and a request to it waits for `release`. */
  async function serving() {
    const port = await freePort();
    const child = startProcess('server/web/web-process.testing.ts', app.database.url, {
      PORT: String(port),
      SHUTDOWN_GRACE_MS: '20000',
    });
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => true,
            () => false,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
    const lock = await app.current.database.sql.reserve();
    await lock`select pg_advisory_lock(4712)`;
    const underWay = rawHttp(url, { path: '/api/v1/samples/held' });
    const waiting = () => lock`select 1 from pg_locks where locktype = 'advisory' and not granted`;
    await expect.poll(async () => (await waiting()).length).toBe(1);
    const release = async () => {
      await lock`select pg_advisory_unlock(4712)`;
      lock.release();
    };
    const refuses = () =>
      expect
        .poll(() =>
          fetch(url).then(
            () => 'answered',
            (error) => error.cause?.code,
          ),
        )
        .toBe('ECONNREFUSED');
    return { child, url, underWay, release, refuses, exited: once(child, 'exit') };
  }

  it('ends its streams at once, lets requests finish, and goes', async () => {
    const { child, url, underWay, release, refuses, exited } = await serving();
    const stream = await fetch(`${url}/api/v1/samples/stream`);
    expect(stream.status).toBe(200);
    child.kill('SIGTERM');
    await stream.text();
    await refuses();
    expect(child.exitCode).toBeNull();
    await release();
    expect((await underWay).status).toBe(200);
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('goes at once when told again (%s)', async (signal, code) => {
    const { child, underWay, release, refuses, exited } = await serving();
    const cut = expect(underWay).rejects.toThrow();
    child.kill(signal);
    await refuses();
    child.kill(signal);
    expect(await exited).toEqual([code, null]);
    await cut;
    await release();
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('starting', () => {
  it('says in one line which settings are missing, and stops with 1', async () => {
    const child = spawn(process.execPath, ['server/web.ts'], { env: { NODE_ENV: 'test', PORT: 'x' } });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(errors).toMatch(/^Guildhall cannot start: .*PORT .*KEY_RING is missing/);
  });
});
