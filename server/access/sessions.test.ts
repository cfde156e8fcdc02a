import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type App, createApp } from '#server/context/app.ts';
import { inTransaction } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { testApp, testSettings } from '#test/database.ts';
import { aSignedInUser, aUser, contextOf, eventsOf, signedIn } from './access.testing.ts';
import { authenticate } from './authenticate.ts';
import { disableUser, setRoles } from './commands/administration.ts';
import { endOtherSessions, endOwnSession, startSession } from './commands/sessions.ts';
import { liveOf } from './live.ts';
import { endOfSession, listSessions } from './queries/sessions.ts';
import { sessionCookie, sessionCookieName } from './session-cookie.ts';

const app = testApp();
/** Another process on the same database: its memory is its own. */
let other: App;

beforeAll(() => {
  other = createApp(testSettings({ DATABASE_URL: app.database.url }), 'test');
});
afterAll(() => other.close());

const who = (cookie: string | null, on: App = app.current) => authenticate(on, { cookie, authorization: null });

/** Asks until the process answers from memory, so that the test is about forgetting. */
async function warm(on: App, cookie: string): Promise<void> {
  await who(cookie, on);
  await vi.waitFor(() => expect(on.listener.connected).toBe(true));
  await who(cookie, on);
  await who(cookie, on);
}

test('a cookie is the person behind its session', async () => {
  const user = await aSignedInUser(app.current, { roles: ['member', 'staff'] });
  expect(await who(user.cookie)).toEqual(user.actor);
  expect(await who(`theme=dark; ${user.cookie}; other=1`)).toEqual(user.actor);
});

test('a cookie that next-auth cut into pieces is put together', async () => {
  const user = await aSignedInUser(app.current);
  const value = user.cookie.slice(user.cookie.indexOf('=') + 1);
  const name = sessionCookieName(app.current.settings);
  expect(await who(`${name}.1=${value.slice(40)}; ${name}.0=${value.slice(0, 40)}`)).toEqual(user.actor);
});

test('no cookie, a forged and a foreign one are nobody', async () => {
  const user = await aSignedInUser(app.current);
  const foreign = createApp(
    testSettings({ DATABASE_URL: app.database.url, AUTH_SECRET: 'another secret that is long enough to be one' }),
    'test',
  );
  const cookies = [
    null,
    '',
    'next-auth.session-token=abc',
    `${user.cookie}x`,
    await sessionCookie(foreign, user.sessionId),
  ];
  for (const cookie of cookies) expect(await who(cookie)).toEqual({ kind: 'anonymous' });
  await foreign.close();
});

test('ending a session works at once in the process that ends it, and in every other', async () => {
  const user = await aSignedInUser(app.current);
  const phone = await signedIn(app.current, user);
  await warm(app.current, phone.cookie);
  await warm(other, phone.cookie);
  await endOwnSession(user.ctx, phone.sessionId);
  expect(await who(phone.cookie)).toEqual({ kind: 'anonymous' });
  await vi.waitFor(async () => expect(await who(phone.cookie, other)).toEqual({ kind: 'anonymous' }), {
    interval: 5,
    timeout: 1_000,
  });
  expect(await who(user.cookie)).toEqual(user.actor);
  const events = await eventsOf(app.current, `session-${phone.sessionId}`);
  expect(events).toMatchObject([
    { type: 'session.started' },
    { type: 'session.ended', data: { reason: 'ended-by-user' } },
  ]);
});

test('the browser of a session that was ended reads why; nobody reads it of a session that lives or only ran out', async () => {
  const user = await aSignedInUser(app.current);
  const laptop = await signedIn(app.current, user);
  const ranOut = await signedIn(app.current, user);
  await app.current.database.sql`update sessions set expires_at = now() where id = ${ranOut.sessionId}`;
  await endOwnSession(user.ctx, laptop.sessionId);
  const end = (cookie: string | null) => endOfSession(app.current, cookie);
  expect(await end(laptop.cookie)).toEqual({ reason: 'ended-by-user', at: expect.stringMatching(/Z$/) });
  expect(await Promise.all([user.cookie, ranOut.cookie, null, 'next-auth.session-token=forged'].map(end))).toEqual(
    Array(4).fill(null),
  );
});

test('a session that was ended and rolled back goes on', async () => {
  const user = await aSignedInUser(app.current);
  const failing = inTransaction(user.ctx, async (tx) => {
    await endOwnSession(tx, user.sessionId);
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  expect(await who(user.cookie)).toEqual(user.actor);
});

test('while notices do not come through, every request asks the database', async () => {
  const user = await aSignedInUser(app.current);
  await warm(app.current, user.cookie);
  vi.spyOn(app.current.listener, 'connected', 'get').mockReturnValue(false);
  // Ended behind this process's back, without any notice.
  await app.current.database.sql`update sessions set ended_at = now() where id = ${user.sessionId}`;
  expect(await who(user.cookie)).toEqual({ kind: 'anonymous' });
});

test('somebody else’s session reads as not there, and stays', async () => {
  const [mine, theirs] = await Promise.all([aSignedInUser(app.current), aSignedInUser(app.current)]);
  await expect(endOwnSession(mine.ctx, theirs.sessionId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(endOwnSession(mine.ctx, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await who(theirs.cookie)).toEqual(theirs.actor);
  await endOwnSession(mine.ctx, mine.sessionId);
  expect(await who(mine.cookie)).toEqual({ kind: 'anonymous' });
});

test('all other devices are signed out, this one and other people’s are not', async () => {
  const user = await aSignedInUser(app.current);
  const [phone, tablet, stranger] = [
    await signedIn(app.current, user),
    await signedIn(app.current, user),
    await aSignedInUser(app.current),
  ];
  expect((await listSessions(user.ctx)).map((s) => [s.id, s.current, s.address])).toEqual([
    [tablet.sessionId, false, '203.0.113.7'],
    [phone.sessionId, false, '203.0.113.7'],
    [user.sessionId, true, '203.0.113.7'],
  ]);
  expect(await endOtherSessions(user.ctx)).toEqual({ ended: 2 });
  expect((await listSessions(user.ctx)).map((s) => s.id)).toEqual([user.sessionId]);
  for (const gone of [phone, tablet]) expect(await who(gone.cookie)).toEqual({ kind: 'anonymous' });
  for (const here of [user, stranger]) expect(await who(here.cookie)).toEqual(here.actor);
});

test('new roles count from the next request on, a disabled person is out, in every process', async () => {
  const [admin, user] = await Promise.all([
    aSignedInUser(app.current, { roles: ['admin'] }),
    aSignedInUser(app.current, { roles: ['staff'] }),
  ]);
  await warm(app.current, user.cookie);
  await warm(other, user.cookie);
  await setRoles(admin.ctx, user.id, ['auditor']);
  expect(await who(user.cookie)).toMatchObject({ roles: ['auditor'] });
  await vi.waitFor(async () => expect(await who(user.cookie, other)).toMatchObject({ roles: ['auditor'] }), {
    interval: 5,
    timeout: 1_000,
  });
  await disableUser(admin.ctx, user.id, 'left');
  expect(await who(user.cookie)).toEqual({ kind: 'anonymous' });
  await vi.waitFor(async () => expect(await who(user.cookie, other)).toEqual({ kind: 'anonymous' }), {
    interval: 5,
    timeout: 1_000,
  });
});

test.each([
  { roles: ['member'] as const, idle: '29 days', alive: true },
  { roles: ['member'] as const, idle: '31 days', alive: false },
  { roles: ['staff'] as const, idle: '11 hours', alive: true },
  { roles: ['staff'] as const, idle: '13 hours', alive: false },
  { roles: ['member', 'auditor'] as const, idle: '13 hours', alive: false },
])('$roles idle for $idle: alive is $alive', async ({ roles, idle, alive }) => {
  const user = await aSignedInUser(app.current, { roles: [...roles] });
  await app.current.database.sql`
    update sessions set last_seen_at = now() - ${idle}::interval where id = ${user.sessionId}`;
  expect((await who(user.cookie)).kind).toBe(alive ? 'user' : 'anonymous');
});

test('a session ends after 90 days, however busy', async () => {
  const user = await aSignedInUser(app.current);
  const { sql } = app.current.database;
  const [row] = await sql`
    select expires_at - created_at = interval '90 days' as right from sessions where id = ${user.sessionId}`;
  expect(row).toEqual({ right: true });
  await sql`update sessions set expires_at = now() - interval '1 second' where id = ${user.sessionId}`;
  expect(await who(user.cookie)).toEqual({ kind: 'anonymous' });
});

test('when it was last seen is noted, once a minute at most', async () => {
  const user = await aSignedInUser(app.current);
  const { sql } = app.current.database;
  const seen = async () => {
    const [row] = await sql<{ age: number }[]>`
      select extract(epoch from now() - last_seen_at)::float8 as age from sessions where id = ${user.sessionId}`;
    return row?.age ?? 0;
  };
  await sql`update sessions set last_seen_at = now() - interval '40 seconds' where id = ${user.sessionId}`;
  await who(user.cookie);
  for (let i = 0; i < 5; i += 1) expect(await seen()).toBeGreaterThan(39);
  liveOf(app.current).forget(`session:${user.sessionId}`);
  await sql`update sessions set last_seen_at = now() - interval '2 hours' where id = ${user.sessionId}`;
  await who(user.cookie);
  await vi.waitFor(async () => expect(await seen()).toBeLessThan(30));
});

test('a mobile session is not reached by a cookie', async () => {
  const user = await aUser(app.current);
  const sessionId = await inTransaction(contextOf(app.current), (tx) => startSession(tx, user, 'mobile'));
  expect(await who(await sessionCookie(app.current, sessionId))).toEqual({ kind: 'anonymous' });
});

test('a cookie does not speak for a request with an Authorization header', async () => {
  const user = await aSignedInUser(app.current);
  const by = (authorization: string) => authenticate(app.current, { cookie: user.cookie, authorization });
  for (const header of ['', 'Bearer', 'Bearer ', 'Bearer a b', 'Digest x', 'Bearerx', 'rubbish', 'Bearer rubbish']) {
    await expect(by(header)).rejects.toMatchObject({ code: 'unauthenticated' });
  }
  expect(await by('Basic YTpi')).toEqual({ kind: 'anonymous' });
});

test('the address of a session opens as that and as nothing else', async () => {
  const user = await aSignedInUser(app.current);
  const { sql } = app.current.database;
  const [row] = await sql<{ sealed: string }[]>`
    select address_sealed as sealed from sessions where id = ${user.sessionId}`;
  const key = await app.current.dataKeys.obtain(sql, user.memberId ?? '');
  expect(() => openOrNull(key, 'address', row?.sealed)).toThrow();
  expect(openOrNull(key, 'sessionAddress', row?.sealed)).toBe('203.0.113.7');
  expect(await listSessions(user.ctx)).toMatchObject([{ address: '203.0.113.7' }]);
});
