import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '#server/context/app.ts';
import { testApp, testSettings } from '#test/database.ts';
import { aSignedInUser, aUser, builtPassword, eventsOf } from './access.testing.ts';
import { handleAuth } from './auth-handler.ts';
import { authenticate } from './authenticate.ts';
import { ownUrl } from './next-auth.ts';

const app = testApp();
const servers: Server[] = [];
let base = '';

/** The handler behind a real socket. */
async function serve(on: () => App): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = incoming.method === 'GET' || incoming.method === 'HEAD' ? null : Buffer.concat(chunks);
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers))
      if (typeof value === 'string') headers.set(name, value);
    const url = `http://${incoming.headers.host}${incoming.url}`;
    const request = new Request(url, { method: incoming.method ?? 'GET', headers, body });
    const response = await handleAuth(on(), request, { address: incoming.socket.remoteAddress ?? null });
    outgoing.statusCode = response.status;
    for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth`;
}

beforeAll(async () => {
  base = await serve(() => app.current);
});
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

/** A browser's cookie jar, as far as these tests need one. */
class Jar {
  readonly cookies = new Map<string, string>();
  /** As they came, with their flags. */
  readonly raw: string[] = [];

  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set('cookie', this.header);
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      this.raw.push(cookie);
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0/i.test(cookie)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  async csrf(): Promise<string> {
    const response = await this.fetch(`${base}/csrf`);
    return ((await response.json()) as { csrfToken: string }).csrfToken;
  }

  post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(`${base}/${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  async signIn(email: string, password: string, extra: Record<string, string> = {}): Promise<Response> {
    return this.post('callback/credentials', { csrfToken: await this.csrf(), email, password, json: 'true', ...extra });
  }
}

const who = (jar: Jar) => authenticate(app.current, { cookie: jar.header, authorization: null });

test('a script signs in with csrf and callback, and carries the cookie', async () => {
  const user = await aUser(app.current);
  const jar = new Jar();
  const response = await jar.signIn(user.email, builtPassword);
  expect([response.status, await response.json()]).toEqual([200, { url: 'http://localhost:3000/' }]);
  expect(await who(jar)).toMatchObject({ kind: 'user', userId: user.id });
  const [cookie = ''] = jar.raw.filter((one) => one.startsWith('next-auth.session-token='));
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Lax/);
  expect(cookie).not.toMatch(/Secure/);
  const session = await (await jar.fetch(`${base}/session`)).json();
  expect(session).toMatchObject({ user: { id: user.id, memberId: user.memberId, roles: ['member'] } });
  expect(JSON.stringify(session)).not.toContain(user.email);
});

test('over https the cookies are Secure and carry the prefixes that browsers enforce', async () => {
  const secure = createApp(
    testSettings({ DATABASE_URL: app.database.url, GUILDHALL_URL: 'https://portal.example' }),
    'test',
  );
  const url = await serve(() => secure);
  const response = await fetch(`${url}/csrf`);
  expect(response.headers.getSetCookie().join()).toMatch(
    /__Host-next-auth.csrf-token=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax/,
  );
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  const user = await aUser(app.current);
  const signedIn = await fetch(`${url}/callback/credentials`, {
    method: 'POST',
    headers: {
      cookie: response.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    },
    body: new URLSearchParams({ csrfToken, email: user.email, password: builtPassword, json: 'true' }),
  });
  const cookie =
    signedIn.headers.getSetCookie().find((one) => one.startsWith('__Secure-next-auth.session-token=')) ?? '';
  expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/);
  expect(await authenticate(secure, { cookie: cookie.split(';')[0] ?? '', authorization: null })).toMatchObject({
    userId: user.id,
  });
  await secure.close();
});

test('a wrong password is a 401 problem with the correlation id that was sent, and no session', async () => {
  const user = await aUser(app.current);
  const jar = new Jar();
  const csrfToken = await jar.csrf();
  const correlationId = '0198c0de-0000-7000-8000-00000000abcd';
  const form = { csrfToken, email: user.email, password: 'wrong one', json: 'true' };
  const response = await jar.post('callback/credentials', form, { 'x-correlation-id': correlationId });
  expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
  expect(response.headers.get('x-correlation-id')).toBe(correlationId);
  const body = await response.json();
  expect(body).toMatchObject({ status: 401, type: 'urn:guildhall:problem:unauthenticated', correlationId });
  // What next-auth's own browser code reads.
  expect(body).toMatchObject({ url: 'http://localhost:3000/signin?error=CredentialsSignin' });
  expect(jar.header).not.toContain('session-token');
  const [event] = await app.current.database.sql`select type from events where correlation_id = ${correlationId}`;
  expect(event).toEqual({ type: 'session.failed' });
});

test('a browser that posts the form is sent on, or back to the sign-in page', async () => {
  const user = await aUser(app.current);
  const jar = new Jar();
  const html = { accept: 'text/html,application/xhtml+xml' };
  const form = { csrfToken: await jar.csrf(), email: user.email };
  const wrong = await jar.post('callback/credentials', { ...form, password: 'wrong one' }, html);
  expect([wrong.status, wrong.headers.get('location')]).toEqual([
    303,
    'http://localhost:3000/signin?error=CredentialsSignin',
  ]);
  const right = await jar.post(
    'callback/credentials',
    { ...form, password: builtPassword, callbackUrl: '/profile' },
    html,
  );
  expect([right.status, right.headers.get('location')]).toEqual([303, 'http://localhost:3000/profile']);
  const page = await jar.fetch(`${base}/signin?callbackUrl=/orders`);
  expect(page.headers.get('location')).toBe(
    'http://localhost:3000/signin?callbackUrl=http%3A%2F%2Flocalhost%3A3000%2Forders',
  );
});

test('without the CSRF token nobody signs in or out', async () => {
  const user = await aUser(app.current);
  const jar = new Jar();
  await jar.csrf();
  for (const csrfToken of ['', 'f'.repeat(64)]) {
    const response = await jar.post('callback/credentials', {
      csrfToken,
      email: user.email,
      password: builtPassword,
      json: 'true',
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([403, 'application/problem+json']);
  }
  expect(await eventsOf(app.current, `user-${user.id}`)).toEqual([]);
  await jar.signIn(user.email, builtPassword);
  expect((await jar.post('signout', { csrfToken: 'nonsense', json: 'true' })).status).toBe(403);
  expect((await who(jar)).kind).toBe('user');
});

test('signing out ends the session, also for a copy of the cookie', async () => {
  const user = await aUser(app.current);
  const jar = new Jar();
  await jar.signIn(user.email, builtPassword);
  const actor = await who(jar);
  const copy = jar.header;
  const response = await jar.post('signout', { csrfToken: await jar.csrf(), json: 'true' });
  expect([response.status, await response.json()]).toEqual([200, { url: 'http://localhost:3000/' }]);
  expect(jar.header).not.toContain('session-token');
  expect(await authenticate(app.current, { cookie: copy, authorization: null })).toEqual({ kind: 'anonymous' });
  const sessionId = actor.kind === 'user' ? actor.sessionId : '';
  expect(await eventsOf(app.current, `session-${sessionId}`)).toMatchObject([
    {},
    { type: 'session.ended', data: { reason: 'signed-out' } },
  ]);
});

test('the session of an ended one is empty, and its cookie is cleared', async () => {
  const user = await aSignedInUser(app.current);
  await app.current.database.sql`update sessions set ended_at = now() where id = ${user.sessionId}`;
  const response = await fetch(`${base}/session`, { headers: { cookie: user.cookie } });
  expect(await response.json()).toEqual({});
  expect(response.headers.getSetCookie().join()).toMatch(/next-auth.session-token=;.*Max-Age=0/);
});

test('what is not there, not known or not readable is a problem too', async () => {
  const jar = new Jar();
  const csrfToken = await jar.csrf();
  const json = (body: string, type = 'application/json') =>
    jar.fetch(`${base}/callback/credentials`, { method: 'POST', body, headers: { 'content-type': type } });
  const cases: Array<[Response, number]> = [
    [await jar.fetch(`${base}/nothing`), 404],
    [await jar.fetch(`${base}/callback/other`), 400],
    [await jar.fetch(`${base}/session`, { method: 'DELETE' }), 405],
    [await json('{'), 400],
    [await json('a=b', 'text/plain'), 415],
    [await json(JSON.stringify({ csrfToken, email: 'x'.repeat(20_000) })), 413],
    [await json(JSON.stringify({ csrfToken, email: { $gt: '' }, password: ['x'], json: 'true' })), 401],
  ];
  for (const [response, status] of cases) {
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(response.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect((await jar.fetch(`${base}/_log`, { method: 'POST', body: '{}' })).status).toBe(204);
});

test('a database outage is a 503 that neither signs the browser out nor tells what broke', async () => {
  const away = createApp(testSettings({ DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none' }), 'test');
  const url = await serve(() => away);
  const user = await aSignedInUser(app.current);
  const response = await fetch(`${url}/session`, { headers: { cookie: user.cookie } });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await response.text()).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
  await away.close();
});

test('in production an address has a hundred attempts in a quarter of an hour, whoever it tries', async () => {
  const production = createApp(testSettings({ DATABASE_URL: app.database.url, GUILDHALL_MODE: 'production' }), 'test');
  const attempt = (i: number, address: string) => {
    const body = new URLSearchParams({
      csrfToken: 'none',
      email: `person-${i}@example.test`,
      password: 'x',
      json: 'true',
    });
    const request = new Request('http://localhost:3000/api/auth/callback/credentials', { method: 'POST', body });
    return handleAuth(production, request, { address });
  };
  const statuses = await Promise.all(
    Array.from({ length: 101 }, async (_, i) => (await attempt(i, '192.0.2.9')).status),
  );
  expect(statuses.toSorted()).toEqual([...Array(100).fill(403), 429]);
  const refused = await attempt(0, '192.0.2.9');
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect((await attempt(0, '198.51.100.9')).status).toBe(403);
  await production.close();
});

test.each([
  ['/profile?x=1', 'https://portal.example/profile?x=1'],
  ['https://portal.example/a', 'https://portal.example/a'],
  ['https://evil.example/', 'https://portal.example'],
  ['//evil.example/', 'https://portal.example'],
  ['javascript:alert(1)', 'https://portal.example'],
  ['http://portal.example/', 'https://portal.example'],
  ['\\\\evil.example', 'https://portal.example'],
])('after signing in, %s leads to %s', (wanted, to) => {
  expect(ownUrl('https://portal.example', wanted)).toBe(to);
});
