import { createHash, hkdfSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { may } from '#server/context/actor.ts';
import { inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, contextOf, eventsOf, type SignedInUser, twoHaveMet } from '../access.testing.ts';
import { authenticate } from '../authenticate.ts';
import { disableUser } from '../commands/administration.ts';
import { createClient, disableClient, enableClient, rotateClientSecret } from '../commands/clients.ts';
import { endOwnSession } from '../commands/sessions.ts';
import { demoSecret, seedDemoAccess } from '../demo.ts';
import { isRefusal, problemReply, type TokenAnswer } from './answer.ts';
import { authorize, decide } from './authorize.ts';
import type { TokenRequest } from './grant.ts';
import { issueTokens } from './token.ts';

const app = testApp();
const redirectUri = 'https://app.example/signed-in';
const verifier = 'a-verifier-of-at-least-forty-three-characters-0123';
const challenge = createHash('sha256').update(verifier).digest('base64url');
let count = 0;

async function machine(scopes: Parameters<typeof createClient>[1]['scopes'] = ['read:data', 'read:status']) {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  count += 1;
  const { id, secret } = await createClient(admin.ctx, {
    id: `machine-${count}`,
    name: 'M',
    scopes,
    grants: ['client_credentials'],
    redirectUris: [],
    public: false,
  });
  return { id, secret: secret ?? '', admin };
}

async function mobile(user: SignedInUser) {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  count += 1;
  const { id } = await createClient(admin.ctx, {
    id: `mobile-${count}`,
    name: 'App',
    scopes: ['self'],
    grants: ['authorization_code', 'refresh_token'],
    redirectUris: [redirectUri],
    public: true,
  });
  const question = {
    response_type: 'code',
    client_id: id,
    redirect_uri: redirectUri,
    scope: 'self',
    state: 'xyz',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  const ask = (changes: Record<string, string | undefined> = {}, ctx = user.ctx) =>
    authorize(ctx, { ...question, ...changes });
  const allow = (changes: Record<string, string | undefined> = {}, decision: 'allow' | 'refuse' = 'allow') =>
    decide(user.ctx, { ...question, ...changes }, decision);
  const code = async () => new URL((await allow()).redirectTo).searchParams.get('code') ?? '';
  const exchange = (given: string, changes: TokenRequest = {}) =>
    request({
      grant_type: 'authorization_code',
      client_id: id,
      code: given,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...changes,
    });
  const refresh = (token: string, changes: TokenRequest = {}) =>
    request({ grant_type: 'refresh_token', client_id: id, refresh_token: token, ...changes });
  return { id, admin, ask, allow, code, exchange, refresh };
}

const request = (body: TokenRequest, authorization: string | null = null) =>
  issueTokens(contextOf(app.current), body, authorization);

async function granted(answer: ReturnType<typeof request>): Promise<TokenAnswer> {
  const value = await answer;
  if (isRefusal(value)) throw new Error(`refused: ${value.refused} ${value.description}`);
  return value;
}

const bearer = (token: string) => authenticate(app.current, { cookie: null, authorization: `Bearer ${token}` });
const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
const gone = { code: 'unauthenticated' };

test('a machine gets a token by body and by Basic, for 15 minutes, held to its scopes', async () => {
  const { id, secret } = await machine();
  const answer = await granted(request({ grant_type: 'client_credentials', client_id: id, client_secret: secret }));
  expect(answer).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 900,
    scope: 'read:data read:status',
  });
  const actor = await bearer(answer.access_token);
  expect(actor).toEqual({ kind: 'client', clientId: id, scopes: ['read:data', 'read:status'] });
  expect([may(actor, 'members:read'), may(actor, 'events:write'), may(actor, 'self')]).toEqual([true, false, false]);
  const narrow = await granted(request({ grant_type: 'client_credentials', scope: 'read:status' }, basic(id, secret)));
  expect(narrow.scope).toBe('read:status');
  const [, claims = ''] = narrow.access_token.split('.');
  const { iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number; exp: number };
  expect(exp - iat).toBe(900);
});

test('the demo clients’ secret is a slow hash, and works', async () => {
  await seedDemoAccess(contextOf(app.current));
  const [row] = await app.current.database.sql`select secret_hash from oauth_clients where id = 'demo-admin'`;
  expect(row?.secret_hash).toMatch(/^\$argon2id\$/);
  for (let i = 0; i < 2; i += 1) {
    const { access_token: token } = await granted(
      request({ grant_type: 'client_credentials', client_id: 'demo-admin', client_secret: demoSecret }),
    );
    expect(may(await bearer(token), 'access:manage')).toBe(true);
  }
  expect(
    await request({ grant_type: 'client_credentials', client_id: 'demo-admin', client_secret: `${demoSecret}x` }),
  ).toMatchObject({ refused: 'invalid_client' });
});

test('what is wrong with a request is said in OAuth’s words', async () => {
  const { id, secret } = await machine();
  const by = (body: TokenRequest, authorization: string | null = null) =>
    request({ grant_type: 'client_credentials', ...body }, authorization);
  const me = { client_id: id, client_secret: secret };
  const cases = [
    [await request({}), 'invalid_request'],
    [await request({ ...me, grant_type: 'password' }), 'unsupported_grant_type'],
    [await request({ ...me, grant_type: 'refresh_token', refresh_token: 'x' }), 'unauthorized_client'],
    [await by({}), 'invalid_client'],
    [await by({ client_id: 'nobody', client_secret: 'x' }), 'invalid_client'],
    [await by({ client_id: id }), 'invalid_client'],
    [await by({ ...me, client_secret: `${secret}x` }), 'invalid_client'],
    [await by(me, basic(id, secret)), 'invalid_request'],
    [await by({ client_id: 'nobody' }, basic(id, secret)), 'invalid_request'],
    [await by({}, 'Basic ???'), 'invalid_client'],
    [await by({ ...me, scope: 'read:data write:data' }), 'invalid_scope'],
    [await by({ ...me, scope: '*' }), 'invalid_scope'],
  ] as const;
  expect(cases.map(([answer]) => ('refused' in answer ? answer.refused : 'granted'))).toEqual(
    cases.map(([, wanted]) => wanted),
  );
  const reply = problemReply(contextOf(app.current), { refused: 'invalid_client', description: 'No.' });
  expect(reply).toMatchObject({
    status: 401,
    body: {
      status: 401,
      detail: 'No.',
      error: 'invalid_client',
      error_description: 'No.',
      correlationId: expect.any(String),
    },
    headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Basic realm="Guildhall"' },
  });
});

test('a disabled client stops at once, with the tokens it has; enabled, it goes on', async () => {
  const { id, secret, admin } = await machine();
  const body = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
  const { access_token: token } = await granted(request(body));
  expect((await bearer(token)).kind).toBe('client');
  await disableClient(admin.ctx, id, 'leaked');
  await expect(bearer(token)).rejects.toMatchObject(gone);
  expect(await request(body)).toMatchObject({ refused: 'invalid_client' });
  await enableClient(admin.ctx, id, 'false alarm');
  expect((await bearer(token)).kind).toBe('client');
  await rotateClientSecret(admin.ctx, id);
  expect(await request(body)).toMatchObject({ refused: 'invalid_client' });
});

test('tokens that we did not sign, for another audience or over time are refused', async () => {
  const { id } = await machine();
  const { settings } = app.current;
  const key = new Uint8Array(hkdfSync('sha256', settings.AUTH_SECRET, '', 'guildhall:access-token', 32));
  const make = (changes: { aud?: string; iss?: string; exp?: number; typ?: string; key?: Uint8Array }) =>
    new SignJWT({ client_id: id, scope: '*' })
      .setProtectedHeader({ alg: 'HS256', typ: changes.typ ?? 'at+jwt' })
      .setIssuer(changes.iss ?? settings.GUILDHALL_URL)
      .setAudience(changes.aud ?? 'guildhall-api')
      .setSubject(id)
      .setExpirationTime(changes.exp ?? Math.floor(Date.now() / 1000) + 60)
      .sign(changes.key ?? key);
  // The scopes are the client's, whatever a token says.
  expect(await bearer(await make({}))).toEqual({ kind: 'client', clientId: id, scopes: [] });
  const bad = [
    await make({ aud: 'elsewhere' }),
    await make({ iss: 'https://elsewhere.example' }),
    await make({ exp: Math.floor(Date.now() / 1000) - 1 }),
    await make({ typ: 'JWT' }),
    await make({ key: new Uint8Array(32) }),
    `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.e30.`,
    'rubbish',
  ];
  for (const token of bad) await expect(bearer(token)).rejects.toMatchObject(gone);
});

test('authorization code with PKCE: the app gets a session of its own, held to its scopes', async () => {
  const user = await aSignedInUser(app.current, { roles: ['member', 'staff'] });
  const client = await mobile(user);
  const { redirectTo } = await client.allow();
  const back = new URL(redirectTo);
  expect([`${back.origin}${back.pathname}`, back.searchParams.get('state')]).toEqual([redirectUri, 'xyz']);
  const answer = await granted(client.exchange(back.searchParams.get('code') ?? ''));
  expect(answer).toMatchObject({ scope: 'self', refresh_token: expect.any(String) });
  const actor = await bearer(answer.access_token);
  expect(actor).toMatchObject({ kind: 'user', userId: user.id, memberId: user.memberId, scopes: ['self'] });
  expect([may(actor, 'self'), may(actor, 'members:read')]).toEqual([true, false]);
  const sessionId = actor.kind === 'user' ? actor.sessionId : '';
  expect(sessionId).not.toBe(user.sessionId);
  await endOwnSession(user.ctx, sessionId);
  await expect(bearer(answer.access_token)).rejects.toMatchObject(gone);
  expect(await client.refresh(answer.refresh_token ?? '')).toMatchObject({ refused: 'invalid_grant' });
});

test('an unknown client or redirect URI is never redirected to; other mistakes go back to the app', async () => {
  const user = await aSignedInUser(app.current);
  const client = await mobile(user);
  for (const changes of [
    { client_id: 'nobody' },
    { client_id: undefined },
    { redirect_uri: `${redirectUri}/` },
    { redirect_uri: `${redirectUri}?x=1` },
    { redirect_uri: undefined },
  ]) {
    await expect(client.ask(changes)).rejects.toMatchObject({ code: 'invalid_request' });
  }
  const back = async (changes: Record<string, string | undefined>) => {
    const url = new URL((await client.ask(changes)).redirectTo);
    return [url.origin, url.searchParams.get('error'), url.searchParams.get('state'), url.searchParams.get('code')];
  };
  const origin = new URL(redirectUri).origin;
  expect(await back({ response_type: 'token' })).toEqual([origin, 'unsupported_response_type', 'xyz', null]);
  expect(await back({ code_challenge: undefined })).toEqual([origin, 'invalid_request', 'xyz', null]);
  expect(await back({ code_challenge_method: 'plain' })).toEqual([origin, 'invalid_request', 'xyz', null]);
  expect(await back({ scope: 'self *' })).toEqual([origin, 'invalid_scope', 'xyz', null]);
});

test('nobody signed in goes to the sign-in page and back; an app’s own token cannot ask', async () => {
  const user = await aSignedInUser(app.current);
  const client = await mobile(user);
  const { redirectTo } = await client.ask({}, contextOf(app.current));
  const signIn = new URL(redirectTo, 'http://guildhall.test');
  expect(signIn.pathname).toBe('/signin');
  const callback = new URL(signIn.searchParams.get('callbackUrl') ?? '', 'http://guildhall.test');
  expect([callback.pathname, callback.searchParams.get('code_challenge')]).toEqual(['/api/oauth/authorize', challenge]);
  const asApp = await client.ask({}, contextOf(app.current, { ...user.actor, scopes: ['self'] }));
  expect(new URL(asApp.redirectTo).searchParams.get('error')).toBe('access_denied');
});

test('a code is for its client, its redirect URI, its verifier and one minute', async () => {
  const user = await aSignedInUser(app.current);
  const [client, another] = [await mobile(user), await mobile(user)];
  const refused = { refused: 'invalid_grant' };
  expect(await client.exchange(await client.code(), { client_id: another.id })).toMatchObject(refused);
  expect(await client.exchange(await client.code(), { redirect_uri: `${redirectUri}x` })).toMatchObject(refused);
  expect(await client.exchange(await client.code(), { code_verifier: `${verifier}x` })).toMatchObject(refused);
  expect(await client.exchange(await client.code(), { code_verifier: undefined })).toMatchObject({
    refused: 'invalid_request',
  });
  const late = await client.code();
  await app.current.database.sql`update oauth_codes set expires_at = now() - interval '1 second'`;
  expect(await client.exchange(late)).toMatchObject(refused);
  const last = await client.code();
  await endOwnSession(user.ctx, user.sessionId);
  expect(await client.exchange(last)).toMatchObject(refused);
});

test('a code that comes twice, at once or later, ends what it gave', async () => {
  const user = await aSignedInUser(app.current);
  const client = await mobile(user);
  const body = {
    grant_type: 'authorization_code',
    client_id: client.id,
    code: await client.code(),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  const [first, second] = await atOnce(body, body);
  expect(second).toMatchObject({ refused: 'invalid_grant' });
  await expect(bearer((await granted(Promise.resolve(first))).access_token)).rejects.toMatchObject(gone);
  const code = await client.code();
  const { access_token: access } = await granted(client.exchange(code));
  expect((await bearer(access)).kind).toBe('user');
  expect(await client.exchange(code)).toMatchObject({ refused: 'invalid_grant' });
  await expect(bearer(access)).rejects.toMatchObject(gone);
});

test('refresh tokens rotate; each access token works', async () => {
  const user = await aSignedInUser(app.current);
  const client = await mobile(user);
  let answer = await granted(client.exchange(await client.code()));
  for (let i = 0; i < 3; i += 1) {
    const next = await granted(client.refresh(answer.refresh_token ?? ''));
    expect(next.refresh_token).not.toBe(answer.refresh_token);
    expect(await bearer(next.access_token)).toMatchObject({ userId: user.id });
    answer = next;
  }
  expect(await client.refresh(answer.refresh_token ?? '', { scope: 'read:data' })).toMatchObject({
    refused: 'invalid_scope',
  });
  const stored = await app.current.database.sql<{ text: string }[]>`select t::text as text from oauth_refresh_tokens t`;
  expect(stored.map((row) => row.text).join()).not.toContain(answer.refresh_token);
});

test('a refresh token used a second time ends the family: the thief’s and the owner’s', async () => {
  const user = await aSignedInUser(app.current);
  const client = await mobile(user);
  const first = await granted(client.exchange(await client.code()));
  const second = await granted(client.refresh(first.refresh_token ?? ''));
  expect(await client.refresh(first.refresh_token ?? '')).toMatchObject({ refused: 'invalid_grant' });
  expect(await client.refresh(second.refresh_token ?? '')).toMatchObject({ refused: 'invalid_grant' });
  for (const token of [first.access_token, second.access_token])
    await expect(bearer(token)).rejects.toMatchObject(gone);
  const [row] = await app.current.database.sql<{ id: string }[]>`
    select id from sessions where user_id = ${user.id} and kind = 'mobile'`;
  expect(await eventsOf(app.current, `session-${row?.id}`)).toMatchObject([
    {},
    { type: 'session.ended', data: { reason: 'token-reused' } },
  ]);
  // The browser that allowed it is another session, and stays.
  expect((await authenticate(app.current, { cookie: user.cookie, authorization: null })).kind).toBe('user');
});

/** The second request arrives while the first has answered and not yet committed. */
async function atOnce(first: TokenRequest, second: TokenRequest) {
  const { answer, other } = await inTransaction(contextOf(app.current), async (tx) => {
    const given = await issueTokens(tx, first, null);
    const waiting = request(second);
    await twoHaveMet(app.current);
    return { answer: given, other: waiting };
  });
  return [answer, await other] as const;
}

test('two refreshes at once: one answers, and the family ends', async () => {
  const user = await aSignedInUser(app.current);
  const client = await mobile(user);
  const { refresh_token: token = '' } = await granted(client.exchange(await client.code()));
  const body = { grant_type: 'refresh_token', client_id: client.id, refresh_token: token };
  const [first, second] = await atOnce(body, body);
  expect(second).toMatchObject({ refused: 'invalid_grant' });
  const { access_token: access, refresh_token: next = '' } = await granted(Promise.resolve(first));
  expect(await client.refresh(next)).toMatchObject({ refused: 'invalid_grant' });
  await expect(bearer(access)).rejects.toMatchObject(gone);
});

test('a refresh token is over after 30 days, for another client, and when its person is disabled', async () => {
  const user = await aSignedInUser(app.current);
  const [client, another] = [await mobile(user), await mobile(user)];
  const { refresh_token: token = '' } = await granted(client.exchange(await client.code()));
  expect(await client.refresh(token, { client_id: another.id })).toMatchObject({ refused: 'invalid_grant' });
  const [row] = await app.current.database.sql`
    select expires_at - created_at = interval '30 days' as right from oauth_refresh_tokens order by created_at desc limit 1`;
  expect(row).toEqual({ right: true });
  const { refresh_token: next = '' } = await granted(client.refresh(token));
  await app.current.database
    .sql`update oauth_refresh_tokens set expires_at = now() - interval '1 second' where used_at is null`;
  expect(await client.refresh(next)).toMatchObject({ refused: 'invalid_grant' });
  const { refresh_token: last = '', access_token: access } = await granted(client.exchange(await client.code()));
  await disableUser(client.admin.ctx, user.id, 'left');
  expect(await client.refresh(last)).toMatchObject({ refused: 'invalid_grant' });
  await expect(bearer(access)).rejects.toMatchObject(gone);
});

test('a client that acts for people is made with the scope self and no other', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const byCode = {
    id: 'wide-app',
    name: 'App',
    grants: ['authorization_code' as const],
    redirectUris: [redirectUri],
    public: true,
  };
  for (const scopes of [['*'], ['self', 'read:data']] as const) {
    await expect(createClient(admin.ctx, { ...byCode, scopes: [...scopes] })).rejects.toMatchObject({
      code: 'rule_violated',
      errors: [{ path: 'scopes' }],
    });
  }
  await createClient(admin.ctx, { ...byCode, scopes: ['self'] });
});

test('in a person’s name a client gets self alone, also one that may do more by itself', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['member', 'admin'] });
  const client = await mobile(admin);
  const { sql } = app.current.database;
  await sql`update oauth_clients set scopes = '{*}' where id = ${client.id}`;
  const ask = async (scope: string | undefined) => {
    const back = new URL((await client.allow({ scope })).redirectTo).searchParams;
    return { error: back.get('error'), code: back.get('code') ?? '' };
  };
  expect((await ask('*')).error).toBe('invalid_scope');
  expect((await ask('self read:data')).error).toBe('invalid_scope');
  const answer = await granted(client.exchange((await ask(undefined)).code));
  expect(answer.scope).toBe('self');
  await sql`update oauth_refresh_tokens set scopes = '{*}' where client_id = ${client.id}`;
  expect((await granted(client.refresh(answer.refresh_token ?? ''))).scope).toBe('self');
  await sql`update oauth_clients set scopes = '{read:data}' where id = ${client.id}`;
  expect(await ask(undefined)).toEqual({ error: 'invalid_scope', code: '' });
});
