import { expect, test } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { readEvents } from '#server/events/read.ts';
import { sequenceAll } from '#server/events/store.testing.ts';
import { testApp } from '#test/database.ts';
import { act } from './commands/actions.ts';
import { updateProfile } from './commands/profile.ts';
import { joined, staffContext, systemContext } from './members.testing.ts';
import { timeline } from './projections/timeline.ts';
import { memberTimeline } from './queries/timeline.ts';

const app = testApp();
const idOf = ({ actor }: ReturnType<typeof staffContext>) => (actor.kind === 'user' ? actor.userId : '');

async function projected() {
  await sequenceAll(app.current.database.sql);
  const events = await readEvents(app.current.database.sql, { after: 0, limit: 1_000 });
  await inTransaction(systemContext(app.current), (tx) => timeline.apply(tx, events));
}

test('staff read who did it, to which version and why; the member reads none of that', async () => {
  const { memberId, ctx } = await joined(app.current);
  await app.current.database.sql`update members set status = 'active' where id = ${memberId}`;
  const staff = staffContext(app.current);
  await updateProfile(staff, memberId, { givenName: 'Adaeze' }, '1');
  const boss = staffContext(app.current);
  await act(boss, memberId, 'suspend', 'Did not answer for a year');
  await projected();
  const lines = async (reader: typeof ctx) => {
    const { data } = await memberTimeline(reader, memberId, { limit: 10 });
    return new Map(data.map(({ type, actorId, version, reason }) => [type, { actorId, version, reason }]));
  };
  const seen = await lines(staff);
  expect(seen.get('member.registered')).toMatchObject({ version: 1, reason: null });
  expect(seen.get('member.profile.updated')).toEqual({ actorId: idOf(staff), version: 2, reason: null });
  expect(seen.get('member.status.changed')).toEqual({
    actorId: idOf(boss),
    version: 3,
    reason: 'Did not answer for a year',
  });
  const nothing = { actorId: null, version: null, reason: null };
  for (const line of (await lines(ctx)).values()) expect(line).toEqual(nothing);
});
