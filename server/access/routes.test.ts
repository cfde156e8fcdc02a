import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes as auditRoutes } from '#server/audit/routes.ts';
import { startWeb, type Web } from '#server/web.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, aUser, auditOf, contextOf, eventsOf, type SignedInUser, signedIn } from './access.testing.ts';
import { requestPasswordReset } from './commands/passwords.ts';
import { demoSecret, seedDemoAccess } from './demo.ts';
import { routes } from './routes.ts';

const app = testApp();
let web: Web;

beforeAll(async () => {
  await seedDemoAccess(contextOf(app.current));
  web = await startWeb(app.current, { port: 0, next: false, routes: [...routes, ...auditRoutes] });
});
afterAll(() => web.close());

interface Call {
  by?: SignedInUser;
  body?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

async function call(method: string, path: string, { by, body, form, headers = {} }: Call = {}) {
  const response = await fetch(`${web.url}/api${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(by ? { cookie: by.cookie } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(form ? { body: new URLSearchParams(form) } : body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: Record<string, unknown> = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: response.status, json, headers: response.headers };
}

const basic = (secret: string) => `Basic ${Buffer.from(`demo-admin:${secret}`).toString('base64')}`;
const credentials = { grant_type: 'client_credentials' };

test('a machine gets a token by form or Basic, and calls with it', async () => {
  const form = { ...credentials, client_id: 'demo-admin', client_secret: demoSecret, resource: 'ignored' };
  const byForm = await call('POST', '/oauth/token', { form });
  expect([byForm.status, byForm.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const byBasic = await call('POST', '/oauth/token', {
    form: credentials,
    headers: { authorization: basic(demoSecret) },
  });
  expect(byBasic.json).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: '*' });
  const bearer = { authorization: `Bearer ${byBasic.json.access_token}` };
  expect((await call('GET', '/v1/me', { headers: bearer })).json).toMatchObject({ kind: 'client', id: 'demo-admin' });
  expect((await call('GET', '/v1/users', { headers: bearer })).status).toBe(200);
  // The cookie's session must not be used by a request that passes the check for other sites.
  const by = await aSignedInUser(app.current, { roles: ['admin'] });
  for (const authorization of [basic(demoSecret), 'Digest x']) {
    const headers = { authorization, 'sec-fetch-site': 'cross-site' };
    expect((await call('DELETE', '/v1/sessions', { by, headers })).status).toBe(401);
  }
  // A machine has no devices.
  expect((await call('GET', '/v1/sessions', { headers: bearer })).status).toBe(403);
});

test('a refused token request is a problem that OAuth libraries understand too', async () => {
  const correlationId = '0198c0de-0000-7000-8000-0000000000aa';
  const refused = await call('POST', '/oauth/token', {
    form: credentials,
    headers: { authorization: basic('wrong'), 'x-correlation-id': correlationId },
  });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(refused.headers.get('www-authenticate')).toContain('Basic');
  expect(refused.json).toMatchObject({
    status: 401,
    error: 'invalid_client',
    error_description: expect.any(String),
    correlationId,
  });
  expect(
    (await call('POST', '/oauth/token', { form: { ...credentials, client_id: 'x', scope: 'y' } })).json.error,
  ).toBe('invalid_client');
  expect((await call('POST', '/oauth/token', { form: {} })).json).toMatchObject({
    status: 400,
    error: 'invalid_request',
  });
});

test('authorize redirects: to sign in, or to be asked; a yes gives the way back to the app with a code', async () => {
  const user = await aSignedInUser(app.current);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'demo-mobile',
    redirect_uri: 'guildhall-demo://signed-in',
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
    state: 's',
  });
  const nobody = await call('GET', `/oauth/authorize?${query}`);
  expect([nobody.status, nobody.headers.get('location')]).toEqual([
    302,
    expect.stringMatching(/^\/signin\?callbackUrl=%2Fapi%2Foauth%2Fauthorize%3F/),
  ]);
  const somebody = await call('GET', `/oauth/authorize?${query}`, { by: user });
  expect(somebody.headers.get('location')).toMatch(/^\/authorize\?response_type=code&client_id=demo-mobile&/);
  const answer = { ...Object.fromEntries(query), decision: 'allow' };
  const { json } = await call('POST', '/v1/consents', { by: user, body: answer });
  expect(json.redirectTo).toMatch(/^guildhall-demo:\/\/signed-in\?code=[\w-]{43}&state=s&iss=/);
  const { data } = (await call('GET', '/v1/consents', { by: user })).json as { data: Array<{ clientId: string }> };
  expect(data.map((consent) => consent.clientId)).toEqual(['demo-mobile']);
  expect((await call('DELETE', '/v1/consents/demo-mobile', { by: user })).status).toBe(204);
  expect((await call('DELETE', '/v1/consents/demo-mobile', { by: user })).status).toBe(404);
  query.set('redirect_uri', 'https://evil.example/');
  const evil = await call('GET', `/oauth/authorize?${query}`, { by: user });
  expect([evil.status, evil.headers.get('location')]).toEqual([400, null]);
});

test('one’s own devices: listed, ended, and nobody else’s', async () => {
  const user = await aSignedInUser(app.current);
  const phone = await signedIn(app.current, user);
  const stranger = await aSignedInUser(app.current);
  const { data } = (await call('GET', '/v1/sessions', { by: user })).json as {
    data: Array<{ id: string; current: boolean }>;
  };
  expect(data.map((session) => [session.id, session.current])).toEqual([
    [phone.sessionId, false],
    [user.sessionId, true],
  ]);
  const theirs = await call('DELETE', `/v1/sessions/${stranger.sessionId}`, { by: user });
  const none = await call('DELETE', '/v1/sessions/00000000-0000-7000-8000-000000000000', { by: user });
  expect([theirs.status, theirs.json.detail]).toEqual([404, none.json.detail]);
  expect((await call('DELETE', `/v1/sessions/${phone.sessionId}`, { by: user })).status).toBe(204);
  expect((await call('GET', '/v1/me', { by: phone })).status).toBe(401);
  expect((await call('DELETE', '/v1/sessions', { by: user })).json).toEqual({ ended: 0 });
});

test('a reset request answers the same for everybody; five an hour from one address ask for a mail', async () => {
  const user = await aUser(app.current);
  const ask = (email: string) => call('POST', '/v1/passwords/reset-requests', { body: { email } });
  const [known, unknown] = [await ask(user.email), await ask('nobody@example.test')];
  expect([known.status, known.json]).toEqual([202, { accepted: true }]);
  expect([unknown.status, unknown.json]).toEqual([known.status, known.json]);
  for (let i = 0; i < 4; i += 1) await ask(user.email.toUpperCase());
  const mails = async () => (await eventsOf(app.current, `user-${user.id}`)).length;
  expect(await mails()).toBe(5);
  expect((await ask(user.email)).json).toEqual({ accepted: true });
  expect(await mails()).toBe(5);
  // Whoever asks in their name from elsewhere has not used up what they may ask for themselves.
  const elsewhere = contextOf(app.current, undefined, { sourceAddress: '198.51.100.9' });
  await requestPasswordReset(elsewhere, { email: user.email });
  expect(await mails()).toBe(6);
  expect((await ask('not an address')).json).toMatchObject({ status: 400, errors: [{ path: 'email' }] });
});

test('an admin adds a colleague once by one key, sets roles, and makes a client', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const add = {
    by: admin,
    body: { email: 'New@example.test', name: 'New', roles: ['staff'] },
    headers: { 'idempotency-key': 'k1' },
  };
  const [first, again] = [await call('POST', '/v1/users', add), await call('POST', '/v1/users', add)];
  expect([first.status, again.status, again.json.id]).toEqual([201, 201, first.json.id]);
  const put = (id: unknown, roles: string[]) => call('PUT', `/v1/users/${id}/roles`, { by: admin, body: { roles } });
  expect((await put(first.json.id, ['auditor'])).status).toBe(204);
  expect((await put(admin.id, ['admin', 'auditor'])).status).toBe(403);
  expect((await put(first.json.id, ['king'])).status).toBe(400);
  const client = { id: 'partner-one', name: 'P', scopes: ['read:data'], grants: ['client_credentials'] };
  const made = await call('POST', '/v1/api-clients', { by: admin, body: client });
  expect([made.status, made.json]).toEqual([201, { id: 'partner-one', secret: expect.any(String) }]);
  const bad = {
    ...client,
    id: 'app-two',
    grants: ['authorization_code'],
    redirectUris: ['http://evil.example/', 'javascript:alert(1)'],
  };
  expect((await call('POST', '/v1/api-clients', { by: admin, body: bad })).json).toMatchObject({ status: 400 });
  for (const path of ['/v1/users?q=new', '/v1/permissions', '/v1/api-clients']) {
    expect((await call('GET', path, { by: admin })).status).toBe(200);
  }
});

test('the trail is read by an auditor, in the contract’s fields, and by nobody else', async () => {
  const [auditor, staff] = [
    await aSignedInUser(app.current, { roles: ['auditor'] }),
    await aSignedInUser(app.current, { roles: ['staff'] }),
  ];
  const answer = await call('GET', `/v1/audit?actor=${auditor.id}&from=2020-01-01T00:00:00Z&limit=5`, { by: auditor });
  expect(answer.status).toBe(200);
  const [entry] = answer.json.data as Array<Record<string, unknown>>;
  expect(entry).toMatchObject({
    userId: auditor.id,
    action: 'session.start',
    sourceIp: '203.0.113.7',
    timestamp: expect.any(String),
    correlationId: expect.any(String),
    resource: `session/${auditor.sessionId}`,
  });
  expect((await call('GET', '/v1/audit', { by: staff })).json).toMatchObject({
    status: 403,
    detail: 'This needs the permission audit:read.',
  });
  expect((await call('GET', '/v1/audit')).status).toBe(401);
  expect((await call('GET', '/v1/audit?from=yesterday', { by: auditor })).status).toBe(400);
});

test('a token that was given out leaves an entry in the name of its client', async () => {
  const form = { grant_type: 'client_credentials', client_id: 'demo-producer', client_secret: demoSecret };
  expect((await call('POST', '/oauth/token', { form })).status).toBe(200);
  expect(await auditOf(app.current, 'token.issue')).toContainEqual(
    expect.objectContaining({ actor_id: 'demo-producer', resource_id: 'demo-producer', outcome: 'ok' }),
  );
});
