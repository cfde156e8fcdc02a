import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { testWeb } from '#server/gateway/web.testing.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, auditOf, contextOf, eventsOf, type SignedInUser, twoHaveMet } from '../access.testing.ts';
import { authenticate } from '../authenticate.ts';
import { createClient } from '../commands/clients.ts';
import { revokeConsent } from '../commands/consents.ts';
import { forgetOldGrants } from '../commands/housekeeping.ts';
import { resetPassword } from '../commands/passwords.ts';
import { issueToken } from '../mailed-tokens.ts';
import { listConsents } from '../queries/consents.ts';
import { isRefusal } from './answer.ts';
import { authorize, consentQuestion, decide } from './authorize.ts';
import { issueTokens } from './token.ts';

const app = testApp();
const server = testWeb(app);
const verifier = 'a-verifier-of-at-least-forty-three-characters-0123';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const https = 'https://app.example/signed-in';

async function anApp(redirectUri = https, isPublic = true) {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const id = `app-${uuidv7()}`;
  const { secret } = await createClient(admin.ctx, {
    id,
    name: 'Pocket Guildhall',
    scopes: ['self'],
    grants: ['authorization_code', 'refresh_token'],
    redirectUris: [redirectUri],
    public: isPublic,
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
  const exchange = (code: string) =>
    issueTokens(
      contextOf(app.current),
      {
        grant_type: 'authorization_code',
        client_id: id,
        ...(secret === null ? {} : { client_secret: secret }),
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      },
      null,
    );
  const refresh = (token: string) =>
    issueTokens(contextOf(app.current), { grant_type: 'refresh_token', client_id: id, refresh_token: token }, null);
  return { id, question, exchange, refresh };
}

type AnApp = Awaited<ReturnType<typeof anApp>>;

const codeOf = ({ redirectTo }: { redirectTo: string }) =>
  redirectTo.startsWith('/') ? null : new URL(redirectTo).searchParams.get('code');

const allow = async (user: SignedInUser, { question }: AnApp) =>
  codeOf(await decide(user.ctx, question, 'allow')) ?? '';

async function letIn(user: SignedInUser, client: AnApp) {
  const answer = await client.exchange(await allow(user, client));
  if (isRefusal(answer)) throw new Error(`refused: ${answer.refused}`);
  return { access: answer.access_token, refresh: answer.refresh_token ?? '' };
}

const bearer = (token: string) => authenticate(app.current, { cookie: null, authorization: `Bearer ${token}` });
const gone = { code: 'unauthenticated' };

test('nobody’s app gets a code without their yes: they are asked who wants what, and where it goes', async () => {
  const user = await aSignedInUser(app.current);
  const client = await anApp();
  const asked = await authorize(user.ctx, client.question);
  expect(codeOf(asked)).toBeNull();
  const page = new URL(asked.redirectTo, 'http://guildhall.test');
  expect([page.pathname, Object.fromEntries(page.searchParams)]).toEqual(['/authorize', client.question]);
  expect(await consentQuestion(user.ctx, client.question)).toEqual({
    clientName: 'Pocket Guildhall',
    scopes: ['self'],
    redirectUri: https,
  });
  const codes = await app.current.database.sql`select 1 from oauth_codes where user_id = ${user.id}`;
  expect(codes).toHaveLength(0);
  await letIn(user, client);
  expect(await eventsOf(app.current, `user-${user.id}`)).toEqual([
    {
      type: 'consent.given',
      data: { userId: user.id, memberId: user.memberId, clientId: client.id, scopes: ['self'] },
    },
  ]);
  expect((await auditOf(app.current, 'consent.give')).filter((entry) => entry.actor_id === user.id)).toMatchObject([
    { resource_id: client.id, outcome: 'ok', after: { scopes: ['self'] } },
  ]);
});

test('a no goes back to the app, gives nothing and is in the trail', async () => {
  const user = await aSignedInUser(app.current);
  const client = await anApp();
  const back = new URL((await decide(user.ctx, client.question, 'refuse')).redirectTo);
  expect([back.origin, back.searchParams.get('error'), back.searchParams.get('state')]).toEqual([
    'https://app.example',
    'access_denied',
    'xyz',
  ]);
  expect(back.searchParams.get('code')).toBeNull();
  expect(await listConsents(user.ctx)).toEqual([]);
  expect((await auditOf(app.current, 'consent.refuse')).map((entry) => entry.resource_id)).toContain(client.id);
});

test('a yes is remembered for who gave it, and only where no other app can take what is sent back', async () => {
  const [user, other] = [await aSignedInUser(app.current), await aSignedInUser(app.current)];
  const remembered = [await anApp(https), await anApp('http://127.0.0.1:8765/in', false)];
  const asksAgain = [await anApp('guildhall-demo://signed-in'), await anApp('http://127.0.0.1:8765/in')];
  for (const client of [...remembered, ...asksAgain]) await allow(user, client);
  for (const client of remembered) {
    const code = codeOf(await authorize(user.ctx, client.question));
    expect(isRefusal(await client.exchange(code ?? ''))).toBe(false);
    expect(codeOf(await authorize(other.ctx, client.question))).toBeNull();
  }
  for (const client of asksAgain) expect(codeOf(await authorize(user.ctx, client.question))).toBeNull();
});

test('only a person in a browser, on a page of ours, can say yes', async () => {
  const user = await aSignedInUser(app.current);
  const client = await anApp();
  const body = JSON.stringify({ ...client.question, decision: 'allow' });
  const post = (headers: Record<string, string>) =>
    fetch(`${server.url}/api/v1/consents`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const { access } = await letIn(user, await anApp());
  const { cookie } = user;
  expect((await post({})).status).toBe(401);
  expect((await post({ authorization: `Bearer ${access}` })).status).toBe(403);
  expect((await post({ cookie, origin: 'https://evil.example' })).status).toBe(403);
  expect((await post({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post({ cookie, 'content-type': 'text/plain' })).status).toBe(415);
  expect((await listConsents(user.ctx)).map((one) => one.clientId)).not.toContain(client.id);
  const said = await post({ cookie, origin: server.url });
  expect(said.status).toBe(200);
  expect(codeOf(await said.json())).toMatch(/^[\w-]{43}$/);
});

test('what is wrong with a question is wrong with the answer too', async () => {
  const user = await aSignedInUser(app.current);
  const { question } = await anApp();
  const say = (changes: object) => decide(user.ctx, { ...question, ...changes }, 'allow');
  for (const changes of [{ client_id: 'nobody' }, { redirect_uri: `${https}/x` }]) {
    await expect(say(changes)).rejects.toMatchObject({ code: 'invalid_request' });
  }
  for (const changes of [{ code_challenge: undefined }, { scope: 'self *' }, { response_type: 'token' }]) {
    expect(codeOf(await say(changes))).toBeNull();
  }
  expect(await listConsents(user.ctx)).toEqual([]);
});

test('a consent that is taken back ends the family at once, and the next question is asked', async () => {
  const [user, other] = [await aSignedInUser(app.current), await aSignedInUser(app.current)];
  const [client, kept] = [await anApp(), await anApp()];
  const [one, two] = [await letIn(user, client), await letIn(user, client)];
  const [stays, theirs] = [await letIn(user, kept), await letIn(other, client)];
  const waiting = await allow(user, client);
  expect((await listConsents(user.ctx)).map((consent) => consent.clientId)).toEqual([client.id, kept.id]);
  expect((await listConsents(user.ctx))[0]).toMatchObject({ name: 'Pocket Guildhall', lastUsedAt: expect.any(String) });
  await expect(revokeConsent(user.ctx, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  await revokeConsent(user.ctx, client.id);
  for (const { access, refresh } of [one, two]) {
    await expect(bearer(access)).rejects.toMatchObject(gone);
    expect(await client.refresh(refresh)).toMatchObject({ refused: 'invalid_grant' });
  }
  expect(await client.exchange(waiting)).toMatchObject({ refused: 'invalid_grant' });
  expect(codeOf(await authorize(user.ctx, client.question))).toBeNull();
  for (const { access } of [stays, theirs]) expect((await bearer(access)).kind).toBe('user');
  expect((await listConsents(user.ctx)).map((consent) => consent.clientId)).toEqual([kept.id]);
  expect((await eventsOf(app.current, `user-${user.id}`)).at(-1)).toMatchObject({
    type: 'consent.revoked',
    data: { clientId: client.id },
  });
  expect((await auditOf(app.current, 'consent.revoke')).map((entry) => entry.actor_id)).toEqual([user.id]);
  await expect(revokeConsent(user.ctx, client.id)).rejects.toMatchObject({ code: 'not_found' });
});

test('an app that has been in for days is seen, and is out when its consent is taken back', async () => {
  const user = await aSignedInUser(app.current);
  const client = await anApp();
  const { access, refresh } = await letIn(user, client);
  await app.current.database.sql`update oauth_codes set expires_at = expires_at - interval '2 days'`;
  await inTransaction(contextOf(app.current), forgetOldGrants);
  expect(await listConsents(user.ctx)).toMatchObject([{ clientId: client.id, lastUsedAt: expect.any(String) }]);
  await revokeConsent(user.ctx, client.id);
  await expect(bearer(access)).rejects.toMatchObject(gone);
  expect(await client.refresh(refresh)).toMatchObject({ refused: 'invalid_grant' });
});

test('a code that is being exchanged while the consent is taken back gives nothing that lives', async () => {
  const user = await aSignedInUser(app.current);
  const client = await anApp();
  const code = await allow(user, client);
  const lock = await app.current.database.sql.reserve();
  await lock`begin`;
  await lock`select 1 from oauth_codes where user_id = ${user.id} for update`;
  const exchanging = client.exchange(code);
  await twoHaveMet(app.current);
  const revoking = revokeConsent(user.ctx, client.id);
  await lock`commit`;
  lock.release();
  const [answer] = await Promise.all([exchanging, revoking]);
  if (!isRefusal(answer)) await expect(bearer(answer.access_token)).rejects.toMatchObject(gone);
});

test('a password that is reset takes the apps out and forgets who was let in', async () => {
  const user = await aSignedInUser(app.current);
  const client = await anApp();
  const { access } = await letIn(user, client);
  const token = await inTransaction(user.ctx, (tx) => issueToken(tx, { userId: user.id, purpose: 'reset-password' }));
  await resetPassword(contextOf(app.current), { token, password: 'seven wet umbrellas' });
  await expect(bearer(access)).rejects.toMatchObject(gone);
  expect(await listConsents(user.ctx)).toEqual([]);
});
