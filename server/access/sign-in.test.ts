import { expect, test } from 'vitest';
import { testApp } from '#test/database.ts';
import { aUser, auditOf, builtPassword, contextOf, eventsOf } from './access.testing.ts';
import { signIn } from './commands/sign-in.ts';

const app = testApp();
const minutes = (count: number) => count * 60_000;

const attempt = (email: string, password: string, at = new Date()) =>
  signIn(contextOf(app.current, undefined, { now: () => at }), { email, password });

test('the right password starts a session, whatever the case of the e-mail', async () => {
  const user = await aUser(app.current);
  const result = await attempt(` ${user.email.toUpperCase()} `, builtPassword);
  expect(result?.userId).toBe(user.id);
  const [row] = await app.current.database.sql`select * from sessions where id = ${result?.sessionId ?? ''}`;
  expect(row).toMatchObject({ user_id: user.id, kind: 'browser', user_agent: 'vitest', ended_at: null });
  expect(row?.address_sealed).toMatch(/^sealed:1:/);
  const [started] = await eventsOf(app.current, `session-${result?.sessionId}`);
  expect(started).toMatchObject({ type: 'session.started', data: { userId: user.id, memberId: user.memberId } });
  expect(JSON.stringify(started)).not.toContain('203.0.113.7');
});

test('an unknown e-mail, a wrong password, a disabled and a locked account are answered alike and written alike', async () => {
  const [wrong, disabled, locked] = await Promise.all([aUser(app.current), aUser(app.current), aUser(app.current)]);
  await app.current.database.sql`update users set disabled_at = now() where id = ${disabled.id}`;
  await app.current.database.sql`update users set locked_until = now() + interval '5 minutes' where id = ${locked.id}`;
  expect(await attempt('nobody@example.test', builtPassword)).toBeNull();
  expect(await attempt(wrong.email, 'not the password')).toBeNull();
  expect(await attempt(disabled.email, builtPassword)).toBeNull();
  // Not even the right password is told that the account is locked.
  expect(await attempt(locked.email, builtPassword)).toBeNull();
  for (const [user, reason] of [
    [wrong, 'password'],
    [disabled, 'disabled'],
    [locked, 'locked'],
  ] as const) {
    expect(await eventsOf(app.current, `user-${user.id}`)).toMatchObject([
      { type: 'session.failed', data: { reason } },
    ]);
  }
});

test('an unknown e-mail takes as long as a wrong password', async () => {
  const user = await aUser(app.current);
  const timed = async (email: string) => {
    const started = performance.now();
    await attempt(email, 'not the password');
    return performance.now() - started;
  };
  const [known, unknown]: [number[], number[]] = [[], []];
  for (let i = 0; i < 7; i += 1) {
    known.push(await timed(user.email));
    unknown.push(await timed(`nobody-${i}@example.test`));
  }
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[3] ?? 0;
  // Without the dummy hash an unknown e-mail answers several times faster.
  expect(median(unknown)).toBeGreaterThan(median(known) * 0.5);
  expect(median(unknown)).toBeLessThan(median(known) * 2);
});

test('ten failures lock the account for a quarter of an hour, once, also when all guesses come at once', async () => {
  const user = await aUser(app.current);
  await Promise.all(Array.from({ length: 14 }, () => attempt(user.email, 'guess')));
  const events = await eventsOf(app.current, `user-${user.id}`);
  expect(events.filter((event) => event.type === 'session.locked')).toMatchObject([
    { data: { userId: user.id, memberId: user.memberId, minutes: 15 } },
  ]);
  expect((await auditOf(app.current, 'user.lock')).filter((entry) => entry.resource_id === user.id)).toHaveLength(1);
  expect(await attempt(user.email, builtPassword)).toBeNull();
  const later = new Date(Date.now() + minutes(16));
  expect(await attempt(user.email, builtPassword, later)).not.toBeNull();
});

test('a crowd of guesses sent at once does not get more tries than the lock allows', async () => {
  const user = await aUser(app.current);
  const guesses = Array.from({ length: 60 }, (_, i) => (i === 45 ? builtPassword : `guess ${i}`));
  const results = await Promise.all(guesses.map((guess) => attempt(user.email, guess)));
  expect(results.filter(Boolean)).toEqual([]);
});

test('failures are forgotten after the window, and by signing in', async () => {
  const user = await aUser(app.current);
  const start = Date.now();
  for (let i = 0; i < 9; i += 1) await attempt(user.email, 'guess', new Date(start));
  // The tenth comes after the window: it counts as the first.
  await attempt(user.email, 'guess', new Date(start + minutes(16)));
  expect(await attempt(user.email, builtPassword, new Date(start + minutes(16)))).not.toBeNull();
  const [row] = await app.current.database.sql`select failed_sign_ins, locked_until from users where id = ${user.id}`;
  expect(row).toEqual({ failed_sign_ins: 0, locked_until: null });
});

test('a flood of failures from one address is one audit entry a minute, and names no one user', async () => {
  const address = '198.51.100.23';
  const at = new Date('2031-03-04T05:06:07Z');
  const [first, second] = await Promise.all([aUser(app.current), aUser(app.current)]);
  const ctx = () => contextOf(app.current, undefined, { sourceAddress: address, now: () => at });
  for (const user of [first, second, first]) await signIn(ctx(), { email: user.email, password: 'guess' });
  const entries = await app.current.database.sql`
    select count, resource_id, source_address_sealed from audit_entries
    where action = 'session.start' and outcome = 'refused' and at = ${at.toISOString()}`;
  expect(entries).toMatchObject([{ count: 3, resource_id: null }]);
});

test('whoever fails as nobody cannot choose the stream that it is written to', async () => {
  const ctx = contextOf(app.current);
  await signIn(ctx, { email: 'nobody@example.test', password: builtPassword });
  expect(await eventsOf(app.current, `session-${ctx.correlationId}`)).toEqual([]);
  const [event] = await app.current.database.sql`select type from events where correlation_id = ${ctx.correlationId}`;
  expect(event).toEqual({ type: 'session.failed' });
});
