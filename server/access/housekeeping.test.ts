import { expect, test } from 'vitest';
import { anonymousSubject, prepareAddressKeys } from '#server/audit/address.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, contextOf, signedIn } from './access.testing.ts';
import { forgetOldAccess } from './commands/housekeeping.ts';

const app = testApp();
const system = { kind: 'system', name: 'test' } as const;

test('what is long over is removed, what may still be asked for stays', async () => {
  const { sql } = app.current.database;
  const user = await aSignedInUser(app.current);
  const [ended, expired] = [await signedIn(app.current, user), await signedIn(app.current, user)];
  await sql`update sessions set ended_at = now() - interval '91 days' where id = ${ended.sessionId}`;
  await sql`update sessions set expires_at = now() - interval '91 days' where id = ${expired.sessionId}`;
  expect(await forgetOldAccess(contextOf(app.current, system))).toEqual({ sessions: 2 });
  expect(await forgetOldAccess(contextOf(app.current, system))).toEqual({ sessions: 0 });
  expect(await sql`select id from sessions`).toEqual([{ id: user.sessionId }]);
});

test('addresses of people who were not signed in are forgotten after 90 days, and not before', async () => {
  const now = new Date('2032-06-30T03:00:00Z');
  const day = (days: number) => new Date(now.getTime() - days * 86_400_000);
  for (const days of [96, 90, 89]) await prepareAddressKeys(app.current, day(days));
  await forgetOldAccess(contextOf(app.current, system, { now: () => now }));
  const destroyed = (days: number) =>
    app.current.dataKeys.isDestroyed(app.current.database.sql, anonymousSubject(day(days)));
  expect([await destroyed(96), await destroyed(90), await destroyed(89), await destroyed(0)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
