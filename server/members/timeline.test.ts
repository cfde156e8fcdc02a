import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { signIn } from '#server/access/commands/sign-in.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { readEvents } from '#server/events/read.ts';
import { sequenceAll } from '#server/events/store.testing.ts';
import '#server/notifications/events.ts';
import { testApp } from '#test/database.ts';
import { act } from './commands/actions.ts';
import { updateProfile } from './commands/profile.ts';
import { joined, staffContext, systemContext } from './members.testing.ts';
import { timeline } from './projections/timeline.ts';
import { getMember } from './queries/member.ts';
import { memberNotes } from './queries/notes.ts';
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

test('of several reasons for one act each line has the one that was given for it, else the first', async () => {
  const { memberId } = await joined(app.current);
  await app.current.database.sql`update members set status = 'active' where id = ${memberId}`;
  const staff = staffContext(app.current);
  const give = (minutes: number, reason: string) =>
    writeAudit(
      { ...staff, now: () => new Date(Date.now() + minutes * 60_000) },
      { action: 'payment.refund', resourceType: 'payment', resourceId: uuidv7(), subjectId: memberId, reason },
    );
  await give(-1, 'Charged twice');
  await give(-2, 'Never asked for');
  await give(1, 'Goodwill');
  await updateProfile(staff, memberId, { givenName: 'Adaeze' }, '1');
  const reasons = async () => {
    await projected();
    const { data } = await memberTimeline(staff, memberId, { limit: 2 });
    return data.map(({ type, reason }) => [type, reason]);
  };
  expect((await reasons())[0]).toEqual(['member.profile.updated', 'Never asked for']);
  await act(staff, memberId, 'suspend', 'Did not answer for a year');
  expect((await reasons())[0]).toEqual(['member.status.changed', 'Did not answer for a year']);
});

test('news is what matters to the member: no notes, no mails, no sign-ins, however many', async () => {
  const { memberId, userId, ctx, input } = await joined(app.current);
  await act(staffContext(app.current), memberId, 'note', 'Calls often');
  for (let tries = 0; tries < 3; tries += 1)
    await signIn(systemContext(app.current), { email: input.email, password: 'not it' });
  const data = { memberId, userId, template: 'welcome', mailId: uuidv7() };
  await inTransaction(systemContext(app.current), (tx) =>
    append(tx, `mail-${data.mailId}`, 'new', [{ type: 'email.sent', data }]),
  );
  await updateProfile(ctx, memberId, { givenName: 'Adaeze' }, null);
  await projected();
  const types = async (only?: 'news') =>
    (await memberTimeline(ctx, memberId, { limit: 2, only })).data.map(({ type }) => type);
  expect(await types('news')).toEqual(['member.profile.updated', 'member.registered']);
  expect(await types()).not.toEqual(await types('news'));
});

test('one visit is one entry of the trail, which says what was looked at; another session is another', async () => {
  const { memberId } = await joined(app.current);
  const now = () => new Date('2030-01-01T10:00:00Z');
  const staff = { ...staffContext(app.current), now };
  const visit = (ctx: typeof staff) =>
    Promise.all([getMember(ctx, memberId), memberNotes(ctx, memberId), memberTimeline(ctx, memberId, { limit: 5 })]);
  await visit(staff);
  await visit(staff);
  const entries = () => app.current.database.sql`
    select action, count, after->'looked' as looked from audit_entries
    where resource_id = ${memberId} and action like 'member.read%' order by at, id`;
  const [entry, ...others] = await entries();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ action: 'member.read', count: 1 });
  expect(entry?.looked.toSorted()).toEqual(['notes', 'record', 'timeline']);
  await visit({ ...staffContext(app.current), now });
  await visit({ ...staff, now: () => new Date('2030-01-01T11:00:00Z') });
  expect(await entries()).toHaveLength(3);
});
