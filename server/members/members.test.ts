import { expect, test } from 'vitest';
import { addUser } from '#server/access/commands/administration.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { issueToken } from '#server/access/mailed-tokens.ts';
import { listAudit } from '#server/audit/queries.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { act } from './commands/actions.ts';
import { join } from './commands/join.ts';
import { replaceProfile, updateProfile } from './commands/profile.ts';
import { rejoin, resign } from './commands/status.ts';
import { resendVerification, verifyEmail } from './commands/verification.ts';
import { anonymousContext, follows, joined, joinInput, personContext, staffContext } from './members.testing.ts';
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

test('without If-Match the last write wins', async () => {
  const { memberId, ctx } = await joined(app.current);
  await updateProfile(ctx, memberId, { givenName: 'Adaeze' }, null);
  expect(await updateProfile(ctx, memberId, { givenName: 'Eve' }, null)).toMatchObject({
    givenName: 'Eve',
    version: 3,
  });
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

test('of an address that staff send back, a masked part keeps its value and the others are stored', async () => {
  const { memberId, ctx } = await joined(app.current, {
    address: { line1: 'Lindenweg 3', line2: 'c/o Okoye', city: 'Berlin', postalCode: '10115', country: 'DE' },
  });
  const staff = staffContext(app.current);
  const masked = { line1: '***', line2: '***', city: 'Berlin', postalCode: '***', region: null, country: 'DE' };
  const kept = { line1: 'Lindenweg 3', line2: 'c/o Okoye', city: 'Berlin', postalCode: '10115', country: 'DE' };
  const send = async (change: object) => {
    await updateProfile(staff, memberId, { address: { ...masked, ...change } }, null);
    return getMember(ctx, memberId);
  };
  expect(await send({})).toMatchObject({ version: 1, address: kept });
  expect(await send({ line1: 'Eichenallee 5' })).toMatchObject({ address: { ...kept, line1: 'Eichenallee 5' } });
  expect(await send({ city: 'Potsdam' })).toMatchObject({
    version: 3,
    address: { ...kept, line1: 'Eichenallee 5', city: 'Potsdam' },
  });
  expect((await send({ line2: null })).address).toMatchObject({ line2: null, postalCode: '10115' });
});

test('a masked part of an address that is not there is refused by name', async () => {
  const { memberId } = await joined(app.current, { address: null });
  const address = { line1: 'Eichenallee 5', city: 'Potsdam', postalCode: '***', country: 'DE' };
  await expect(updateProfile(staffContext(app.current), memberId, { address }, null)).rejects.toMatchObject({
    code: 'rule_violated',
    errors: [{ path: 'address.postalCode' }],
  });
});

test('PUT refuses a changed read-only field, by name', async () => {
  const { memberId, ctx } = await joined(app.current);
  const view = (await getMember(ctx, memberId)) as PutInput;
  const put = (changes: Partial<PutInput>, by = ctx) => replaceProfile(by, memberId, { ...view, ...changes }, null);
  const refused = (path: string) => ({ code: 'rule_violated', errors: [{ path }] });
  await expect(put({ number: 'M-999999' })).rejects.toMatchObject(refused('number'));
  await expect(put({ plan: { ...view.plan, code: 'other' } })).rejects.toMatchObject(refused('plan.code'));
  await expect(put({ plan: { ...view.plan, name: 'Other' } })).rejects.toMatchObject(refused('plan.name'));
  await expect(put({ verifiedAt: view.joinedAt })).rejects.toMatchObject(refused('verifiedAt'));
  await expect(put({ updatedAt: '2020-01-01T00:00:00Z' })).rejects.toMatchObject(refused('updatedAt'));
  await expect(put({ masked: true })).rejects.toMatchObject(refused('masked'));
  await expect(put({}, staffContext(app.current))).rejects.toMatchObject(refused('masked'));
  expect(await put({})).toMatchObject({ version: 1 });
});

test('a new e-mail waits beside the verified one, and may be asked for another mail, whatever the status', async () => {
  const { memberId, userId, ctx, input } = await joined(app.current);
  const tokenFor = () => inTransaction(ctx, (tx) => issueToken(tx, { userId, purpose: 'verify-email' }));
  await verifyEmail(ctx, { token: await tokenFor() });
  await follows(app.current, memberId);
  const verified = await getMember(ctx, memberId);
  expect(verified.verifiedAt).not.toBeNull();
  const stale = await tokenFor();
  const email = `moved.${input.email}`;
  const moved = await updateProfile(ctx, memberId, { email }, String(verified.version));
  expect(moved).toEqual({
    ...verified,
    pendingEmail: email,
    version: verified.version + 1,
    updatedAt: expect.any(String),
  });
  expect(await getMember(staffContext(app.current), memberId)).toMatchObject({ pendingEmail: 'm***@example.org' });
  await expect(verifyEmail(ctx, { token: stale })).rejects.toMatchObject({ code: 'rule_violated' });

  const requests = async () =>
    (await sql()`select 1 from events where type = 'member.verification.requested' and stream = ${`user-${userId}`}`)
      .length;
  expect(await requests()).toBe(1);
  await resendVerification(anonymousContext(app.current), email);
  await act(staffContext(app.current), memberId, 'resend-verification', 'asked for it');
  expect(await requests()).toBe(3);
  await verifyEmail(anonymousContext(app.current), { token: await tokenFor() });
  expect(await getMember(ctx, memberId)).toMatchObject({
    email,
    pendingEmail: null,
    verifiedAt: verified.verifiedAt,
    version: moved.version + 1,
  });
  await resendVerification(anonymousContext(app.current), email);
  expect(await requests()).toBe(3);
});

test('the old e-mail signs in until the new one is verified, then only the new one', async () => {
  const { memberId, userId, ctx, input } = await joined(app.current);
  const email = `moved.${input.email}`;
  const canSignIn = async (by: string) =>
    (await signIn(anonymousContext(app.current), { email: by, password: input.password })) !== null;
  await updateProfile(ctx, memberId, { email, familyName: 'Moved' }, null);
  const [user] = await sql()`select email, name from users where id = ${userId}`;
  expect(user).toEqual({ email: input.email, name: 'Ada Moved' });
  expect([await canSignIn(input.email), await canSignIn(email)]).toEqual([true, false]);
  const token = await inTransaction(ctx, (tx) => issueToken(tx, { userId, purpose: 'verify-email' }));
  await verifyEmail(anonymousContext(app.current), { token, password: input.password });
  expect([await canSignIn(input.email), await canSignIn(email)]).toEqual([false, true]);
});

test('an e-mail of another member or account is a conflict, at the latest when it is verified', async () => {
  const [one, two] = [await joined(app.current), await joined(app.current)];
  const conflict = { code: 'conflict', errors: [{ path: 'email' }] };
  const change = (email: string) => updateProfile(one.ctx, one.memberId, { email }, null);
  await expect(change(two.input.email)).rejects.toMatchObject(conflict);
  const free = `free.${two.input.email}`;
  await updateProfile(two.ctx, two.memberId, { email: free }, null);
  // Two still signs in with the first; that two waits for the second keeps nobody from it.
  await expect(change(two.input.email)).rejects.toMatchObject(conflict);
  expect(await change(free)).toMatchObject({ pendingEmail: free });

  const late = `late.${one.input.email}`;
  await change(late);
  await addUser(staffContext(app.current, 'admin'), { email: late, name: 'Quicker', roles: ['staff'] });
  const token = () => inTransaction(one.ctx, (tx) => issueToken(tx, { userId: one.userId, purpose: 'verify-email' }));
  await expect(verifyEmail(one.ctx, { token: await token() })).rejects.toMatchObject(conflict);
  expect(await getMember(one.ctx, one.memberId)).toMatchObject({
    email: one.input.email,
    pendingEmail: late,
  });
});

test('a mobile app changes the profile and not the e-mail', async () => {
  const { memberId, userId, input } = await joined(app.current);
  const phone = createContext(app.current, {
    actor: { kind: 'user', userId, memberId, roles: ['member'], sessionId: userId, scopes: ['self'] },
  });
  await expect(updateProfile(phone, memberId, { email: 'thief@example.org' }, null)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('e-mail'),
  });
  expect(await updateProfile(phone, memberId, { givenName: 'Adaeze' }, null)).toMatchObject({
    givenName: 'Adaeze',
    email: input.email,
  });
});

test('nobody changes another member’s record', async () => {
  const { memberId } = await joined(app.current);
  const stranger = await joined(app.current);
  await expect(updateProfile(stranger.ctx, memberId, { givenName: 'X' }, null)).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(resign(stranger.ctx, memberId, 'no')).rejects.toMatchObject({ code: 'not_found' });
});

test('who resigned need not say why, and comes back: as a member while something is paid for, else to pay', async () => {
  const { memberId, ctx } = await joined(app.current);
  await expect(rejoin(ctx, memberId)).rejects.toMatchObject({ code: 'rule_violated' });
  expect(await resign(ctx, memberId)).toMatchObject({ status: 'resigned' });
  const stranger = await joined(app.current);
  await expect(rejoin(stranger.ctx, memberId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(rejoin(staffContext(app.current), memberId)).rejects.toMatchObject({ code: 'not_found' });
  expect(await rejoin(ctx, memberId)).toMatchObject({ status: 'pending' });
  await sql()`update members set paid_until = current_date where id = ${memberId}`;
  await resign(ctx, memberId, 'I moved');
  expect(await rejoin(ctx, memberId)).toMatchObject({ status: 'active' });
  const { data } = await listAudit(staffContext(app.current, 'auditor'), { resource: `member/${memberId}`, limit: 10 });
  expect(data.map(({ action, reason }) => [action, reason])).toEqual([
    ['member.rejoin', null],
    ['member.resign', 'I moved'],
    ['member.rejoin', null],
    ['member.resign', null],
    ['member.join', null],
  ]);
});

test('leaving and coming back lifts no suspension', async () => {
  const { memberId, ctx } = await joined(app.current);
  const staff = staffContext(app.current);
  await resign(ctx, memberId);
  await rejoin(ctx, memberId);
  await act(staff, memberId, 'suspend', 'complaint under review');
  await resign(ctx, memberId);
  expect(await rejoin(ctx, memberId)).toMatchObject({ status: 'suspended' });
  await act(staff, memberId, 'reinstate', 'settled');
  await resign(ctx, memberId);
  expect(await rejoin(ctx, memberId)).toMatchObject({ status: 'pending' });
});

test('who is reinstated stands where they would stand: a suspension pays for no day', async () => {
  const staff = staffContext(app.current);
  const day = (fromToday: number) => new Date(Date.now() + fromToday * 86_400_000).toISOString().slice(0, 10);
  for (const [paidUntil, status] of [
    [null, 'pending'],
    [day(0), 'active'],
    [day(-1), 'grace'],
    [day(-30), 'grace'],
    [day(-31), 'lapsed'],
  ] as const) {
    const { memberId } = await joined(app.current);
    if (paidUntil) await follows(app.current, memberId, paidUntil);
    await act(staff, memberId, 'suspend', 'complaint under review');
    await act(staff, memberId, 'reinstate', 'settled');
    expect([paidUntil, (await getMember(staff, memberId)).status]).toEqual([paidUntil, status]);
    await act(staff, memberId, 'resign', 'by telephone');
    await act(staff, memberId, 'reinstate', 'by telephone');
    expect((await getMember(staff, memberId)).status).toBe(status === 'active' ? 'active' : 'pending');
  }
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
  await expect(act(staff, memberId, 'reinstate', 'paid')).rejects.toMatchObject({ code: 'rule_violated' });
  await follows(app.current, memberId);
  expect(await getMember(staff, memberId)).toMatchObject({ status: 'active', version: 3 });
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
