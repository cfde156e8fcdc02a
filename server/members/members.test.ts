import { expect, test } from 'vitest';
import { listAudit } from '#server/audit/queries.ts';
import { testApp } from '#test/database.ts';
import { act } from './commands/actions.ts';
import { join } from './commands/join.ts';
import { replaceProfile, updateProfile } from './commands/profile.ts';
import { resign } from './commands/status.ts';
import { anonymousContext, joined, joinInput, personContext, staffContext } from './members.testing.ts';
import { getMember, reveal } from './queries/member.ts';
import type { PutInput } from './shapes.ts';

const app = testApp();
const sql = () => app.current.database.sql;

const eventsOf = (memberId: string) =>
  sql()<{ type: string; version: number; data: Record<string, unknown> }[]>`
    select type, version, data from events where stream = ${`member-${memberId}`} order by version`;

test('joining writes the row, its event and its audit entry, together', async () => {
  const { memberId, input } = await joined(app.current);
  const events = await eventsOf(memberId);
  expect(events.map((event) => event.type)).toEqual(['member.registered']);
  const [row] = await sql()`select number, status, version, email from members where id = ${memberId}`;
  expect(row).toMatchObject({ status: 'pending', version: 1, email: input.email });
  expect(row?.number).toMatch(/^M-\d{6}$/);
  const audit = await sql()`select action from audit_entries where resource_id = ${memberId}`;
  expect(audit.map((entry) => entry.action)).toContain('member.join');
});

test('no personal value stands in the clear in events or audit entries', async () => {
  const { memberId, ctx } = await joined(app.current, { familyName: 'Žižek-Distinctive', phone: '+49 30 99887766' });
  await updateProfile(ctx, memberId, { phone: '+49 30 55443322', familyName: 'Other-Distinctive' }, null);
  const [found] = await sql()<{ text: string }[]>`
    select (select string_agg(data::text, ' ') from events) || (select string_agg(concat(before, after), ' ') from audit_entries) as text`;
  expect(found?.text).not.toMatch(/Distinctive|99887766|55443322|ada\.okafor/);
});

test('a taken e-mail is a conflict that offers what to do, whatever its case', async () => {
  const { input } = await joined(app.current);
  const again = join(anonymousContext(app.current), joinInput({ email: input.email }));
  await expect(again).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('reset the password'),
  });
});

test('two who join at once with one e-mail make one member', async () => {
  await joined(app.current);
  const email = 'race@example.org';
  const results = await Promise.allSettled(
    [1, 2, 3].map(() => join(anonymousContext(app.current), joinInput({ email }))),
  );
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  const rows = await sql()`select 1 from members where email = ${email}`;
  expect(rows).toHaveLength(1);
});

test('an unknown plan is refused by a rule and nothing is left behind', async () => {
  const before = await sql()`select count(*)::int as n from data_keys`;
  const attempt = join(anonymousContext(app.current), joinInput({ planId: '0190a5b0-0000-7000-8000-00000000dead' }));
  await expect(attempt).rejects.toMatchObject({ code: 'rule_violated' });
  expect(await sql()`select count(*)::int as n from data_keys`).toEqual(before);
});

test('one sees oneself in the clear, staff see masks, others see nothing', async () => {
  const { memberId, ctx, input } = await joined(app.current);
  const own = await getMember(ctx, memberId);
  expect(own).toMatchObject({ email: input.email, phone: input.phone, dateOfBirth: '1987-04-12', masked: false });
  const seen = await getMember(staffContext(app.current), memberId);
  expect(seen).toMatchObject({
    email: 'a***@example.org',
    phone: '+4930***567',
    dateOfBirth: '1987-**-**',
    masked: true,
  });
  expect(seen.address).toMatchObject({ line1: '***', city: 'Berlin' });
  const stranger = await joined(app.current);
  await expect(getMember(stranger.ctx, memberId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(getMember(stranger.ctx, stranger.memberId)).resolves.toBeTruthy();
});

test('reading another person’s record is audited, reading one’s own is not', async () => {
  const { memberId, ctx } = await joined(app.current);
  await getMember(ctx, memberId);
  await getMember(staffContext(app.current), memberId);
  const entries =
    await sql()`select actor_kind from audit_entries where resource_id = ${memberId} and action = 'member.read'`;
  expect(entries).toHaveLength(1);
});

test('a change is seen at once, raises the version, and says in the event only what changed', async () => {
  const { memberId, ctx } = await joined(app.current);
  await getMember(ctx, memberId);
  const changed = await updateProfile(ctx, memberId, { phone: '+49 30 7654321' }, '1');
  expect(changed).toMatchObject({ version: 2, phone: '+49 30 7654321' });
  expect(await getMember(ctx, memberId)).toMatchObject({ version: 2, phone: '+49 30 7654321' });
  const events = await eventsOf(memberId);
  expect(Object.keys(events[1]?.data.changes as object)).toEqual(['phone']);
});

test('a stale If-Match is refused and changes nothing', async () => {
  const { memberId, ctx } = await joined(app.current);
  await updateProfile(ctx, memberId, { givenName: 'Adaeze' }, '1');
  await expect(updateProfile(ctx, memberId, { givenName: 'Eve' }, '1')).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  expect(await getMember(ctx, memberId)).toMatchObject({ givenName: 'Adaeze', version: 2 });
});

test('of two edits at once with the same If-Match one wins', async () => {
  const { memberId, ctx } = await joined(app.current);
  const edits = await Promise.allSettled(
    ['One', 'Two', 'Three', 'Four'].map((givenName) => updateProfile(ctx, memberId, { givenName }, '1')),
  );
  expect(edits.filter((edit) => edit.status === 'fulfilled')).toHaveLength(1);
  expect(await eventsOf(memberId)).toHaveLength(2);
});

test('a change to what is there already writes nothing', async () => {
  const { memberId, ctx, input } = await joined(app.current);
  const same = await updateProfile(ctx, memberId, { givenName: input.givenName, phone: input.phone }, null);
  expect(same.version).toBe(1);
  expect(await eventsOf(memberId)).toHaveLength(1);
});

test('masked values sent back mean unchanged and are never stored', async () => {
  const { memberId, ctx, input } = await joined(app.current);
  const staff = staffContext(app.current);
  const seen = await getMember(staff, memberId);
  const after = await replaceProfile(
    staff,
    memberId,
    { ...(seen as PutInput), givenName: 'Adaeze' },
    String(seen.version),
  );
  expect(after).toMatchObject({ givenName: 'Adaeze', version: 2 });
  expect(await getMember(ctx, memberId)).toMatchObject({
    email: input.email,
    phone: input.phone,
    dateOfBirth: input.dateOfBirth,
    address: { line1: 'Lindenweg 3', postalCode: '10115' },
  });
});

test('PUT refuses a changed read-only field, by name', async () => {
  const { memberId, ctx } = await joined(app.current);
  const view = await getMember(ctx, memberId);
  const attempt = replaceProfile(ctx, memberId, { ...(view as PutInput), number: 'M-999999' }, null);
  await expect(attempt).rejects.toMatchObject({ code: 'rule_violated', errors: [{ path: 'number' }] });
});

test('nobody changes another member’s record', async () => {
  const { memberId } = await joined(app.current);
  const stranger = await joined(app.current);
  await expect(updateProfile(stranger.ctx, memberId, { givenName: 'X' }, null)).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(resign(stranger.ctx, memberId, 'no')).rejects.toMatchObject({ code: 'not_found' });
});

test('a reveal gives the clear values asked for and leaves its reason', async () => {
  const { memberId, input } = await joined(app.current);
  const shown = await reveal(staffContext(app.current), memberId, ['phone'], 'called us about a parcel');
  expect(shown).toEqual({ phone: input.phone });
  const { data } = await listAudit(staffContext(app.current, 'auditor'), {
    resource: `member/${memberId}`,
    action: 'member.reveal',
    limit: 2,
  });
  const [entry] = data;
  expect(entry).toMatchObject({ reason: 'called us about a parcel', after: { fields: ['phone'] } });
  await expect(reveal(staffContext(app.current, 'auditor'), memberId, ['phone'], 'x')).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('actions follow the life cycle, with a reason, and never on oneself', async () => {
  const { memberId } = await joined(app.current);
  const staff = staffContext(app.current);
  await act(staff, memberId, 'reinstate', 'paid by bank transfer');
  expect(await getMember(staff, memberId)).toMatchObject({ status: 'active', version: 2 });
  await act(staff, memberId, 'extend', 'a courtesy');
  await act(staff, memberId, 'note', 'Prefers letters');
  await act(staff, memberId, 'suspend', 'complaint under review');
  await expect(act(staff, memberId, 'extend', 'no')).rejects.toMatchObject({ code: 'rule_violated' });
  const self = personContext(app.current, { memberId, roles: ['staff', 'member'] });
  await expect(act(self, memberId, 'reinstate', 'me')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(act(staff, memberId, 'erase', 'asked')).rejects.toMatchObject({ code: 'forbidden' });
});

test('erasing leaves the number and takes the person out of everything', async () => {
  const { memberId } = await joined(app.current, {
    givenName: 'Quetzalcoatl',
    familyName: 'Unrepeatable',
    email: 'quetzal@unrepeatable.example',
    phone: '+49 30 31415926',
  });
  const admin = staffContext(app.current, 'admin');
  await act(admin, memberId, 'note', 'Unrepeatable said hello');
  await act(admin, memberId, 'erase', 'asked for it in writing');
  expect(await getMember(admin, memberId)).toMatchObject({ status: 'erased', phone: null, givenName: 'Erased' });
  const [key] =
    await sql()`select wrapped_key, destroyed_at is not null as destroyed from data_keys where subject_id = ${memberId}`;
  expect(key).toEqual({ wrapped_key: null, destroyed: true });
  const [everything] = await sql()<{ text: string }[]>`
    select concat((select json_agg(m) from members m), (select json_agg(u) from users u), (select json_agg(e.data) from events e),
      (select json_agg(a) from audit_entries a), (select json_agg(n) from member_notes n))::text as text`;
  expect(everything?.text).not.toMatch(/Quetzalcoatl|Unrepeatable|quetzal@|31415926/);
});
