import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type App, createApp } from '#server/context/app.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { testApp, testSettings } from '#test/database.ts';
import { DataKeys } from './data-keys.ts';
import { listenForDestroyedKeys } from './destroyed-keys.ts';
import { KeyRing } from './key-ring.ts';
import { isSealed, open, openOrNull, type SubjectKey, seal, sealOrNull } from './seals.ts';

const app = testApp();
const subject = (): SubjectKey => ({
  subjectId: uuidv7(),
  key: Buffer.from(crypto.getRandomValues(new Uint8Array(32))),
});
const ring = (...ids: string[]) =>
  new KeyRing(
    ids.map((id) => ({ id, material: Buffer.alloc(32, id) })),
    Buffer.alloc(32, 9),
  );

test('what is sealed opens for its subject and field, and looks different each time', () => {
  const key = subject();
  const [one, two] = [seal(key, 'phone', 'Ünïcode ☎ +31'), seal(key, 'phone', 'Ünïcode ☎ +31')];
  expect(one).toMatch(/^sealed:1:[A-Za-z0-9_-]+$/);
  expect(one).not.toBe(two);
  expect([open(key, 'phone', one), open(key, 'phone', two)]).toEqual(Array(2).fill('Ünïcode ☎ +31'));
  expect(isSealed(one)).toBe(true);
});

test('it opens for no other field, subject or key, even where one of them is right', () => {
  const key = subject();
  const sealed = seal(key, 'phone', '+31201234567');
  expect(() => open(key, 'email', sealed)).toThrow();
  expect(() => open({ ...key, subjectId: uuidv7() }, 'phone', sealed)).toThrow();
  expect(() => open({ ...key, key: subject().key }, 'phone', sealed)).toThrow();
  expect(() => open(key, 'phone', 'not sealed')).toThrow('is not sealed');
});

test('a single changed, missing or added byte is noticed', () => {
  const key = subject();
  const sealed = seal(key, 'phone', '+3120');
  const bytes = Buffer.from(sealed.slice('sealed:1:'.length), 'base64url');
  const changed = [...bytes.keys()].map((i) => {
    const copy = Buffer.from(bytes);
    copy[i] = (copy[i] ?? 0) ^ 1;
    return copy;
  });
  const pieces = [
    ...changed,
    bytes.subarray(0, -1),
    Buffer.concat([bytes, Buffer.from([0])]),
    Buffer.alloc(0),
    bytes.subarray(0, 20),
  ];
  for (const piece of pieces) expect(() => open(key, 'phone', `sealed:1:${piece.toString('base64url')}`)).toThrow();
});

test('a seal whose tag was cut down to what can be guessed does not open', () => {
  const key = subject();
  const bytes = Buffer.from(seal(key, 'phone', '').slice('sealed:1:'.length), 'base64url');
  expect(() => open(key, 'phone', `sealed:1:${bytes.subarray(0, 16).toString('base64url')}`)).toThrow();
});

test('nothing is sealed as nothing, and nothing opens for nobody', () => {
  const key = subject();
  expect([sealOrNull(key, 'f', null), sealOrNull(key, 'f', undefined)]).toEqual([null, null]);
  expect(openOrNull(key, 'f', sealOrNull(key, 'f', ''))).toBe('');
  expect([openOrNull(null, 'f', seal(key, 'f', 'x')), openOrNull(key, 'f', null)]).toEqual([null, null]);
});

test('a wrapped key is its subject’s alone, and only keys of the ring unwrap', () => {
  const id = uuidv7();
  const wrapped = ring('a').wrap(Buffer.alloc(32, 1), id);
  expect(ring('b', 'a').unwrap(wrapped, id)).toEqual(Buffer.alloc(32, 1));
  expect(() => ring('a').unwrap(wrapped, uuidv7())).toThrow();
  expect(() => ring('b').unwrap(wrapped, id)).toThrow('no key named a');
  const stored = ring('a').sealForSystem('answer', 'context');
  expect(ring('b', 'a').openForSystem(stored, 'context')).toBe('answer');
  expect(() => ring('a').openForSystem(stored, 'another')).toThrow();
});

test('a blind index is the same for the same value of a field, and outlives the ring', () => {
  const index = ring('a').blindIndex('phone', '+3120');
  expect(ring('b').blindIndex('phone', '+3120')).toBe(index);
  expect(ring('a').blindIndex('email', '+3120')).not.toBe(index);
  expect(
    new KeyRing([{ id: 'a', material: Buffer.alloc(32) }], Buffer.alloc(32)).blindIndex('phone', '+3120'),
  ).not.toBe(index);
});

test('turning the ring: a new key in front, data keys rewrapped, sealed values untouched, the old key gone', async () => {
  const { sql } = app.current.database;
  const old = new DataKeys(ring('old'));
  const ids = Array.from({ length: 5 }, () => uuidv7());
  const values = new Map<string, string>();
  for (const id of ids) values.set(id, seal(await old.obtain(sql, id), 'phone', `phone of ${id}`));
  const turning = new DataKeys(ring('new', 'old'));
  let done = 0;
  for (let count = await turning.rewrap(sql, 2); count > 0; count = await turning.rewrap(sql, 2)) done += count;
  expect(done).toBe(5);
  const without = new DataKeys(ring('new'));
  for (const [id, sealed] of values) {
    const key = await without.find(sql, id);
    expect(openOrNull(key, 'phone', sealed)).toBe(`phone of ${id}`);
  }
  await sql`delete from data_keys`;
});

test('two who need a subject’s key at once get the same one', async () => {
  const id = uuidv7();
  const keys = await Promise.all(
    Array.from({ length: 6 }, () => app.current.dataKeys.obtain(app.current.database.sql, id)),
  );
  expect(new Set(keys.map((key) => key.key.toString('hex'))).size).toBe(1);
});

test('a key made in a transaction that is rolled back is not remembered', async () => {
  const id = uuidv7();
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  const failing = inTransaction(ctx, async (tx) => {
    await tx.app.dataKeys.obtain(tx.sql, id);
    // Seen again by the same transaction, as a second entry of one request does.
    await tx.app.dataKeys.obtain(tx.sql, id);
    throw new Error('back');
  });
  await expect(failing).rejects.toThrow('back');
  expect(await app.current.dataKeys.find(app.current.database.sql, id)).toBeNull();
});

test('a destroyed key opens nothing, seals nothing new, and its row stays as the proof', async () => {
  const { sql } = app.current.database;
  const id = uuidv7();
  await app.current.dataKeys.obtain(sql, id);
  expect(await app.current.dataKeys.isDestroyed(sql, id)).toBe(false);
  await app.current.dataKeys.destroy(sql, id);
  expect(await app.current.dataKeys.find(sql, id)).toBeNull();
  expect(await app.current.dataKeys.isDestroyed(sql, id)).toBe(true);
  await expect(app.current.dataKeys.obtain(sql, id)).rejects.toThrow('was erased');
  const [row] =
    await sql`select ring_key_id, wrapped_key, destroyed_at is not null as destroyed from data_keys where subject_id = ${id}`;
  expect(row).toEqual({ ring_key_id: null, wrapped_key: null, destroyed: true });
});

test('a key forgotten while it was being looked up is not remembered', async () => {
  const { sql } = app.current.database;
  const id = uuidv7();
  await app.current.dataKeys.obtain(sql, id);
  app.current.dataKeys.forgetAll();
  const looking = app.current.dataKeys.find(sql, id);
  app.current.dataKeys.forget(id);
  await looking;
  // Destroyed without a word to this process: only the database knows.
  await sql`update data_keys set wrapped_key = null, ring_key_id = null, destroyed_at = now() where subject_id = ${id}`;
  expect(await app.current.dataKeys.find(sql, id)).toBeNull();
});

let other: App;
beforeAll(() => {
  other = createApp(testSettings({ DATABASE_URL: app.database.url }), 'test');
});
afterAll(() => other.close());

test('every other process forgets a destroyed key as soon as that is committed, and not before', async () => {
  await listenForDestroyedKeys(other);
  const id = uuidv7();
  await app.current.dataKeys.obtain(app.current.database.sql, id);
  const elsewhere = () => other.dataKeys.find(other.database.sql, id);
  expect(await elsewhere()).not.toBeNull();
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  await inTransaction(ctx, async (tx) => {
    await tx.app.dataKeys.destroy(tx.sql, id);
    expect(await elsewhere()).not.toBeNull();
  });
  await vi.waitFor(async () => expect(await elsewhere()).toBeNull(), { interval: 5, timeout: 1_000 });
});

test('after a lost connection it forgets all of them: a notice may have been missed', async () => {
  await listenForDestroyedKeys(other);
  const id = uuidv7();
  await app.current.dataKeys.obtain(app.current.database.sql, id);
  const elsewhere = () => other.dataKeys.find(other.database.sql, id);
  expect(await elsewhere()).not.toBeNull();
  await app.current.database
    .sql`update data_keys set wrapped_key = null, ring_key_id = null, destroyed_at = now() where subject_id = ${id}`;
  expect(await elsewhere()).not.toBeNull();
  await app.current.database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'guildhall-listen' and datname = current_database()`;
  await vi.waitFor(async () => expect(await elsewhere()).toBeNull(), { interval: 20, timeout: 10_000 });
});
