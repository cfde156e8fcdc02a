import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import type { Actor } from '#server/context/actor.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { testApp } from '#test/database.ts';
import { anonymousSubject, forgetAnonymousAddresses, prepareAddressKeys } from './address.ts';
import { recordRefusal, writeAudit } from './commands.ts';
import { getAudit, listAudit } from './queries.ts';

const app = testApp();
const address = '192.0.2.44';

const person = (roles: Extract<Actor, { kind: 'user' }>['roles'], memberId: string | null = null): Actor => ({
  kind: 'user',
  userId: uuidv7(),
  memberId,
  roles,
  sessionId: uuidv7(),
  scopes: null,
});
const as = (actor: Actor, options: Partial<Ctx> = {}) =>
  createContext(app.current, { sourceAddress: address, ...options, actor });
const nobody = (options: Partial<Ctx> = {}) => as({ kind: 'anonymous' }, options);
const auditor = () => as(person(['auditor']), { sourceAddress: null });
const find = async (filter: Omit<Parameters<typeof listAudit>[1], 'limit'>) =>
  (await listAudit(auditor(), { limit: 200, ...filter })).data;
const rowsOf = (action: string) => app.current.database.sql`select * from audit_entries where action = ${action}`;

test('an entry is written with the caller’s change, or not at all', async () => {
  const ctx = as(person(['staff']));
  const failing = inTransaction(ctx, async (tx) => {
    await writeAudit(tx, { action: 'test.rolled-back', resourceType: 'thing' });
    await recordRefusal(tx, { action: 'test.refused', resourceType: 'thing', reason: 'rule' });
    throw new Error('back');
  });
  await expect(failing).rejects.toThrow('back');
  expect(await rowsOf('test.rolled-back')).toHaveLength(0);
  // A refusal stays: it is what made the caller roll back.
  expect(await rowsOf('test.refused')).toHaveLength(1);
});

test('the auditor reads who, what, from where and both states, contact values masked; the database holds none of it in the clear', async () => {
  const memberId = uuidv7();
  const actor = person(['staff']);
  const ctx = as(actor);
  const key = await app.current.dataKeys.obtain(ctx.sql, memberId);
  await writeAudit(ctx, {
    action: 'member.update',
    resourceType: 'member',
    resourceId: memberId,
    reason: 'asked by phone',
    before: {
      phone: seal(key, 'phone', '+31201234567'),
      list: [{ email: seal(key, 'email', 'old@example.test') }],
      address: seal(key, 'address', '{"line1":"Weg 1"}'),
      dateOfBirth: seal(key, 'dateOfBirth', '1987-04-12'),
      givenName: seal(key, 'givenName', 'Ada'),
      version: 1,
    },
    after: { phone: null, version: 2 },
  });
  const stored = await app.current.database.sql<{ text: string }[]>`select a::text as text from audit_entries a`;
  expect(stored.map((row) => row.text).join()).not.toMatch(/\+31201234567|old@example|asked by phone|192\.0\.2\.44/);
  const [entry] = await find({ resource: `member/${memberId}` });
  expect(entry).toEqual({
    id: expect.any(String),
    timestamp: expect.stringMatching(/Z$/),
    actorKind: 'user',
    userId: actor.kind === 'user' ? actor.userId : '',
    action: 'member.update',
    resource: `member/${memberId}`,
    outcome: 'ok',
    reason: 'asked by phone',
    sourceIp: address,
    correlationId: ctx.correlationId,
    count: 1,
    before: {
      phone: '+3120***567',
      list: [{ email: 'o***@example.test' }],
      address: '***',
      dateOfBirth: '1987-**-**',
      givenName: 'Ada',
      version: 1,
    },
    after: { phone: null, version: 2 },
  });
});

test('one entry reads as in the list, is noted, and is for auditors', async () => {
  const memberId = uuidv7();
  const key = await app.current.dataKeys.obtain(as(person(['staff'])).sql, memberId);
  const before = { phone: seal(key, 'phone', '+31207654321') };
  await writeAudit(as(person(['staff'])), {
    action: 'member.update',
    resourceType: 'member',
    resourceId: memberId,
    before,
  });
  const [listed] = await find({ resource: `member/${memberId}` });
  const id = listed?.id ?? '';
  expect(await getAudit(auditor(), id)).toEqual(listed);
  expect(listed?.before).toEqual({ phone: '+3120***321' });
  expect(await find({ action: 'audit.read', resource: `audit/${id}` })).toHaveLength(1);
  await expect(getAudit(auditor(), uuidv7())).rejects.toMatchObject({ code: 'not_found' });
  await expect(getAudit(as(person(['staff'])), id)).rejects.toMatchObject({ code: 'forbidden' });
});

test('an erased person’s values read as erased, and so does the address of one who acted', async () => {
  const memberId = uuidv7();
  const own = as(person(['member'], memberId));
  const key = await app.current.dataKeys.obtain(own.sql, memberId);
  await writeAudit(own, {
    action: 'member.update',
    resourceType: 'member',
    resourceId: memberId,
    after: { phone: seal(key, 'phone', '+3120') },
  });
  expect(await find({ resource: `member/${memberId}` })).toMatchObject([
    { sourceIp: address, after: { phone: '***20' } },
  ]);
  await app.current.dataKeys.destroy(own.sql, memberId);
  expect(await find({ resource: `member/${memberId}` })).toMatchObject([
    { sourceIp: 'erased', after: { phone: 'erased' } },
  ]);
  // Their last request may still be under way: it is noted, without where it came from.
  await writeAudit(own, { action: 'test.late', resourceType: 'member', resourceId: memberId });
  expect(await rowsOf('test.late')).toMatchObject([{ source_address_sealed: null, address_subject_id: null }]);
});

test('people who are not signed in share one key a day, which can be destroyed', async () => {
  const day = new Date('2030-05-06T12:00:00Z');
  const next = new Date('2030-05-07T00:00:01Z');
  for (const now of [day, day, next])
    await writeAudit(nobody({ now: () => now }), { action: 'test.anonymous', resourceType: 'thing' });
  const rows = await rowsOf('test.anonymous');
  expect(rows.map((row) => row.address_subject_id)).toEqual([day, day, next].map(anonymousSubject));
  expect(anonymousSubject(day)).not.toBe(anonymousSubject(next));
  await forgetAnonymousAddresses(nobody(), day);
  expect((await find({ action: 'test.anonymous' })).map((entry) => entry.sourceIp)).toEqual([
    address,
    'erased',
    'erased',
  ]);
});

test('the day’s first writers, each in a transaction of their own, seal under one key', async () => {
  const now = new Date('2030-06-01T00:00:00Z');
  await Promise.all(
    Array.from({ length: 6 }, () =>
      inTransaction(nobody({ now: () => now }), (tx) =>
        writeAudit(tx, { action: 'test.first', resourceType: 'thing' }),
      ),
    ),
  );
  app.current.dataKeys.forgetAll();
  expect((await find({ action: 'test.first' })).map((entry) => entry.sourceIp)).toEqual(Array(6).fill(address));
  await prepareAddressKeys(app.current, new Date('2030-07-01T10:00:00Z'));
  const subjects = ['2030-07-01', '2030-07-02'].map((date) => anonymousSubject(new Date(date)));
  expect((await app.current.dataKeys.findMany(app.current.database.sql, subjects)).size).toBe(2);
});

test('a flood of equal refusals within a minute is one entry that counts, also when they come at once', async () => {
  const now = () => new Date('2030-01-01T10:00:30Z');
  const actor = person(['member']);
  const refuse = (ctx: Ctx, resourceId: string, reason = 'rule') =>
    recordRefusal(ctx, { action: 'test.flood', resourceType: 'thing', resourceId, reason });
  await Promise.all(Array.from({ length: 40 }, () => refuse(as(actor, { now }), 'one')));
  await refuse(as(person(['member']), { now }), 'one');
  await Promise.all(Array.from({ length: 5 }, (_, i) => refuse(nobody({ now }), `thing-${i}`)));
  await refuse(nobody({ now, sourceAddress: '192.0.2.45' }), 'one');
  await refuse(as(actor, { now: () => new Date('2030-01-01T10:01:00Z') }), 'one');
  const entries = (await rowsOf('test.flood')).map((row) => [row.count, row.resource_id, row.reason]);
  expect(entries.toSorted()).toEqual(
    [
      [40, 'one', 'rule'],
      [1, 'one', 'rule'],
      [5, null, 'rule'],
      [1, 'one', 'rule'],
      [1, 'one', 'rule'],
    ].toSorted(),
  );
  const [first] = await app.current.database
    .sql`select summed_until from audit_entries where action = 'test.flood' and count = 40`;
  expect(new Date(String(first?.summed_until)).toISOString()).toBe('2030-01-01T10:01:00.000Z');
});

test('the address cannot be found in a summed entry’s key by whoever holds the index key', async () => {
  const now = () => new Date('2030-02-01T10:00:30Z');
  await recordRefusal(nobody({ now }), { action: 'test.key', resourceType: 'thing', reason: 'r' });
  const [row] = await rowsOf('test.key');
  expect(row?.refusal_key).not.toContain(address);
  expect(row?.refusal_key).not.toContain(app.current.keyRing.blindIndex('address', address));
});

test('the list filters by actor, action, resource and time, and pages without gap or double', async () => {
  const actor = person(['staff']);
  const at = (i: number) => new Date(Date.UTC(2029, 0, 1, 0, 0, Math.floor(i / 3)));
  for (let i = 0; i < 10; i += 1) {
    await writeAudit(as(actor, { now: () => at(i) }), {
      action: i % 2 ? 'test.odd' : 'test.even',
      resourceType: 'page',
      resourceId: `${i}`,
    });
  }
  const userId = actor.kind === 'user' ? actor.userId : '';
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAudit(auditor(), { actor: userId, limit: 3, cursor });
    seen.push(...page.data.map((entry) => entry.resource));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((i) => `page/${i}`));
  expect(await find({ actor: userId, action: 'test.odd' })).toHaveLength(5);
  expect(await find({ actor: userId, resource: 'page' })).toHaveLength(10);
  expect(await find({ actor: userId, resource: 'page/4' })).toHaveLength(1);
  const within = await find({ actor: userId, from: '2029-01-01T00:00:01Z', to: '2029-01-01T00:00:03Z' });
  expect(within.map((entry) => entry.resource)).toEqual(['page/8', 'page/7', 'page/6', 'page/5', 'page/4', 'page/3']);
  const foreign = Buffer.from('["2029","x"]').toString('base64url');
  await expect(listAudit(auditor(), { limit: 5, cursor: foreign })).rejects.toMatchObject({ code: 'invalid_request' });
});

test('reading the trail is noted, with what was asked for', async () => {
  const reader = auditor();
  await listAudit(reader, { action: 'test.asked', limit: 7 });
  const userId = reader.actor.kind === 'user' ? reader.actor.userId : '';
  expect(await find({ actor: userId })).toMatchObject([
    { action: 'audit.read', resource: 'audit', after: { action: 'test.asked', limit: 7 } },
  ]);
});

test.each([
  { actor: { kind: 'anonymous' } as Actor, code: 'unauthenticated' },
  { actor: person(['member']), code: 'forbidden' },
  { actor: person(['staff']), code: 'forbidden' },
  {
    actor: { kind: 'client', clientId: 'c', scopes: ['read:data', 'write:data', 'read:status'] } as Actor,
    code: 'forbidden',
  },
])('$actor.kind $actor.roles reads nothing: $code', async ({ actor, code }) => {
  await expect(listAudit(as(actor), { limit: 1 })).rejects.toMatchObject({ code });
});

test('an admin and a machine with * read it too', async () => {
  for (const actor of [person(['admin']), { kind: 'client', clientId: 'c', scopes: ['*'] } as Actor]) {
    expect((await listAudit(as(actor), { limit: 1 })).data).toHaveLength(1);
  }
});

test('what an auditor types and nothing answers to is not kept in the clear', async () => {
  const typed = { actor: 'Zephyrine Quasthoffsen', resource: 'member/zephyrine@uncommon.example' };
  await listAudit(auditor(), { ...typed, limit: 5 });
  const stored = JSON.stringify(await app.current.database.sql`select * from audit_entries`);
  expect(stored).not.toMatch(/zephyrine/i);
  const [entry] = await app.current.database.sql`
    select after from audit_entries where action = 'audit.read' and after ? 'actorIndex' limit 1`;
  expect(entry?.after).toMatchObject({ resourceIndex: expect.any(String), limit: 5 });
  const id = uuidv7();
  await listAudit(auditor(), { actor: id, limit: 5 });
  expect(await app.current.database.sql`select 1 from audit_entries where after->>'actor' = ${id}`).toHaveLength(1);
});
