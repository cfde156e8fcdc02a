import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { aSignedInUser, contextOf, signedIn } from '#server/access/access.testing.ts';
import { disableUser } from '#server/access/commands/administration.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { listAudit } from '#server/audit/queries.ts';
import { inTransaction } from '#server/context/context.ts';
import { testWeb } from '#server/gateway/web.testing.ts';
import { act } from '#server/members/commands/actions.ts';
import { closeHelpRequest, requestHelp } from '#server/members/commands/help.ts';
import { updateProfile } from '#server/members/commands/profile.ts';
import { resign } from '#server/members/commands/status.ts';
import { joined, joinInput, staffContext } from '#server/members/members.testing.ts';
import { reveal } from '#server/members/queries/member.ts';
import { helpBody } from '#server/members/shapes.ts';
import { dismissDeadLetter } from '#server/queue/dead-letter-commands.ts';
import { getDeadLetter } from '#server/queue/queries.ts';
import { settleSaga } from '#server/sagas/commands.ts';
import { completed, defineSaga } from '#server/sagas/define.ts';
import { getSaga } from '#server/sagas/queries.ts';
import { insertSaga } from '#server/sagas/table.ts';
import { testApp } from '#test/database.ts';
import { proveErasure } from './erasure.ts';
import { seal } from './seals.ts';

const app = testApp();
const server = testWeb(app);

defineSaga({ type: 'proof', steps: [{ kind: 'database', name: 'one', run: async () => completed() }] });

/** Somebody whose every value can be told from all others', and who left traces in every kind of table. */
async function somebody() {
  const input = {
    givenName: 'Zephyrine',
    familyName: 'Quasthoffsen',
    email: 'zephyrine.q@uncommon.example',
    phone: '+4930555012399',
    dateOfBirth: '1931-02-28',
    address: { line1: 'Quittengasse 77b', city: 'Hintertupfing', postalCode: '99123', country: 'DE' },
  };
  const { memberId, userId, ctx } = await joined(app.current, input);
  const letterId = uuidv7();
  const newValues = { phone: '+4930555077788', familyName: 'Quasthoffsen-Ypsilon' };
  await updateProfile(ctx, memberId, newValues, null);
  const address = '198.51.100.177';
  const asked = await requestHelp({ ...ctx, sourceAddress: address }, memberId, {
    topic: 'other',
    message: 'My parrot Xanthippe ate the card',
  });
  const staff = { ...staffContext(app.current), sourceAddress: '203.0.113.250' };
  await act(staff, memberId, 'note', 'Called about Xanthippe, the parrot');
  await resign(ctx, memberId, 'Xanthippe needs me at home');
  await act(staff, memberId, 'reinstate', 'Xanthippe is well again');
  await reveal(staff, memberId, ['phone'], 'To ask after Xanthippe');
  await closeHelpRequest(staff, asked.id, 'Told them what Xanthippe may eat');
  await signIn(
    { ...contextOf(app.current), sourceAddress: address, userAgent: 'Mozilla of Zephyrine' },
    { email: input.email, password: 'correct horse battery' },
  );
  await inTransaction(ctx, async (tx) => {
    const key = await tx.app.dataKeys.obtain(tx.sql, memberId);
    const mail = seal(key, 'mailInput', JSON.stringify({ to: input.email, input: { givenName: input.givenName } }));
    await tx.sql`
      insert into mails (id, member_id, user_id, template, input_sealed, subject_id, message_id, correlation_id, created_at)
      values (gen_random_uuid(), ${memberId}, ${userId}, 'welcome', ${mail}, ${memberId}, 'message-1', ${tx.correlationId}, now())`;
  });
  await app.current.database.sql`
    insert into dead_letters (id, kind, queue, error, error_class, fingerprint, attempts, payload, correlation_id, member_id, created_at)
    values (${letterId}, 'job', 'sync-crm', 'HTTP 422', 'permanent', 'x', 1, ${`{"memberId":"${memberId}"}`}::text::jsonb, gen_random_uuid(), ${memberId}, now())`;
  await dismissDeadLetter(staff, { id: letterId, reason: 'Zephyrine Quasthoffsen asked us to leave it' });
  const sagaId = uuidv7();
  await inTransaction(staff, async (tx) => {
    const about = { type: 'proof', subjectId: uuidv7(), memberId, data: {}, correlationId: tx.correlationId };
    await insertSaga(tx.sql, { id: sagaId, ...about }, [{ name: 'one', idempotencyKey: 'proof' }], tx.now());
    await tx.sql`update sagas set status = 'stuck' where id = ${sagaId}`;
  });
  await settleSaga(staff, sagaId, { outcome: 'failed', reason: 'Xanthippe ate the book' });
  await disableUser(staffContext(app.current, 'admin'), userId, 'Xanthippe has learned the password');
  const values = [
    input.givenName,
    input.familyName,
    input.email,
    input.phone,
    input.dateOfBirth,
    input.address.line1,
    input.address.city,
    newValues.phone,
    newValues.familyName,
    address,
    'Xanthippe',
  ];
  return { memberId, userId, letterId, sagaId, values, staff: staffContext(app.current, 'admin') };
}

test('an erased person is gone from every table: nothing opens, nothing stands in the clear', async () => {
  const { memberId, userId, letterId, sagaId, values, staff } = await somebody();
  const before = await proveErasure(staff, memberId, values);
  expect(before).toMatchObject({ proven: false, keyDestroyed: false });
  expect(before.sealedValues).toBeGreaterThan(12);
  // The search finds all that there is while the key lives: so finding none later means something.
  expect(before.opened).toBe(before.sealedValues - (await sealedForOthers(memberId)));
  expect(before.clear.map((finding) => finding.table)).toEqual(
    expect.arrayContaining(['public.members', 'public.users']),
  );

  const reasons = async () => {
    const { data } = await listAudit(staff, { resource: `member/${memberId}`, limit: 200 });
    return Object.fromEntries(data.map((entry) => [entry.action, entry.reason]));
  };
  expect(await reasons()).toMatchObject({
    'member.resign': 'Xanthippe needs me at home',
    'member.reinstate': 'Xanthippe is well again',
    'member.reveal': 'To ask after Xanthippe',
    'member.join': null,
  });

  const dismissed = async () => (await getDeadLetter(staff, letterId)).statusReason;
  expect(await dismissed()).toBe('Zephyrine Quasthoffsen asked us to leave it');

  const settled = async () => (await getSaga(staff, sagaId)).log.find((line) => line.what === 'settle')?.detail;
  expect(await settled()).toBe('Xanthippe ate the book');

  await act(staff, memberId, 'erase', 'asked for it in writing');

  expect(await settled()).toBe('Erased');
  expect(await dismissed()).toBe('Erased');
  expect(await reasons()).toMatchObject({ 'member.resign': 'Erased', 'member.reveal': 'Erased', 'member.join': null });
  const after = await proveErasure(staff, memberId, values);
  expect(after).toMatchObject({ proven: true, keyDestroyed: true, opened: 0, clear: [] });
  // What admins wrote about the account is sealed for the account.
  expect(await proveErasure(staff, userId, values)).toMatchObject({ proven: true, keyDestroyed: true });
  // The copies are all still there, in events and audit entries that are never rewritten.
  expect(after.sealedValues).toBeGreaterThan(8);
  expect(after.tablesScanned).toBeGreaterThan(25);
});

test('a topic in one’s own words, which would stand in events for ever, is not taken', () => {
  expect(helpBody.safeParse({ topic: 'My parrot Xanthippe', message: 'Help' }).success).toBe(false);
  expect(helpBody.safeParse({ topic: 'other', message: 'Help' }).success).toBe(true);
});

/** Addresses of staff who acted on them stand in rows that name them; those are sealed for the staff. */
async function sealedForOthers(memberId: string): Promise<number> {
  const [row] = await app.current.database.sql<{ count: number }[]>`
    select count(*)::int as count from audit_entries
    where source_address_sealed is not null and address_subject_id <> ${memberId} and strpos(audit_entries::text, ${memberId}) > 0`;
  return row?.count ?? 0;
}

test('a forgotten clear copy anywhere, and a key that still opens, are found', async () => {
  const { memberId, values, staff } = await somebody2();
  await app.current.database.sql`create table public."a forgotten ""export" (rows jsonb)`;
  await app.current.database.sql`insert into public."a forgotten ""export" values ('[{"who": "ZEPHYRINE"}]')`;
  const proof = await proveErasure(staff, memberId, values);
  expect(proof.clear).toEqual([{ table: 'public."a forgotten ""export"', rows: 1 }]);
  expect(proof).toMatchObject({ proven: false, opened: 0, keyDestroyed: true });
  await app.current.database.sql`drop table public."a forgotten ""export"`;
});

/** Somebody who was erased. */
async function somebody2() {
  const { memberId } = await joined(app.current, { givenName: 'Zephyrine', email: 'another.z@uncommon.example' });
  const staff = staffContext(app.current, 'admin');
  await act(staff, memberId, 'erase', 'asked');
  return { memberId, values: ['zephyrine'], staff };
}

test('only who may erase may ask for the proof', async () => {
  for (const role of ['member', 'staff', 'auditor'] as const) {
    await expect(proveErasure(staffContext(app.current, role), crypto.randomUUID())).rejects.toMatchObject({
      code: 'forbidden',
    });
  }
});

test('answers that are kept for an Idempotency-Key go with the person they are about, whoever asked', async () => {
  const input = joinInput({ givenName: 'Wilhelmine', familyName: 'Xylanderin', phone: '+4930555019988' });
  await joined(app.current);
  const staff = await aSignedInUser(app.current, { roles: ['staff', 'admin'] });
  const post = (path: string, body: unknown, key: string, cookie = '') =>
    fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': key, ...(cookie ? { cookie } : {}) },
    });
  const joining = () => post('/members', input, 'join-1');
  const member = await (await joining()).json();
  const [account] = await app.current.database.sql<
    { id: string }[]
  >`select id from users where member_id = ${member.id}`;
  const own = await signedIn(app.current, {
    id: account?.id ?? '',
    email: input.email,
    roles: ['member'],
    memberId: member.id,
  });
  const help = { topic: 'other', message: 'Wilhelmine would like to know' };
  expect((await post('/members/me/help-requests', help, 'help-1', own.cookie)).status).toBe(201);
  const noting = () =>
    post(`/members/${member.id}/actions`, { action: 'note', reason: 'Called' }, 'note-1', staff.cookie);
  expect((await noting()).status).toBe(200);
  expect((await joining()).headers.get('idempotency-replayed')).toBe('true');
  const kept = await app.current.database.sql<{ subject_id: string; answer_sealed: string }[]>`
    select subject_id, answer_sealed from idempotency_keys`;
  expect(kept.map((row) => [row.subject_id, row.answer_sealed.slice(0, 9)])).toEqual(
    Array.from({ length: 3 }, () => [member.id, 'sealed:1:']),
  );

  const values = [input.givenName, input.familyName, input.email, input.phone ?? ''];
  const { ctx } = staff;
  expect((await proveErasure(ctx, member.id, values)).opened).toBeGreaterThanOrEqual(kept.length);
  const erased = await post(
    `/members/${member.id}/actions`,
    { action: 'erase', reason: 'asked' },
    'erase-1',
    staff.cookie,
  );
  expect(erased.status).toBe(200);
  expect(await proveErasure(ctx, member.id, values)).toMatchObject({ proven: true, opened: 0, clear: [] });
  for (const again of [await joining(), await noting()]) {
    expect([again.status, (await again.json()).detail]).toEqual([409, expect.stringContaining('erased')]);
  }

  // The control: the proof looks into what is kept under the ring, too.
  const { keyRing } = app.current;
  const sealed = keyRing.sealForSystem(JSON.stringify({ name: input.familyName }), 'idempotency:anonymous:post /x:k');
  await app.current.database.sql`
    insert into idempotency_keys (scope, route, key, body_hmac, status, headers, answer_sealed, expires_at)
    values ('anonymous', 'post /x', 'k', '', 201, '{}', ${sealed}, now() + interval '1 hour')`;
  expect(await proveErasure(ctx, member.id, values)).toMatchObject({
    proven: false,
    clear: [{ table: 'public.idempotency_keys', rows: 1 }],
  });
});
