import { randomBytes } from 'node:crypto';
import type { Queryable } from '#db/client.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { KeyRing } from './key-ring.ts';
import type { SubjectKey } from './seals.ts';

interface KeyRow {
  subject_id: string;
  ring_key_id: string | null;
  wrapped_key: string | null;
  /** False for a row that the asking transaction itself may have written. */
  settled?: boolean;
}

interface Entry {
  key: SubjectKey;
  until: number;
}

const cacheSize = 20_000;
/** How long another process may still open a value after its key was destroyed, should the notice of it be lost. */
const cacheMs = 30_000;

/**
 * Data keys, one per subject. Unwrapped keys stay in memory for a short while; `forget` drops one at once and is called in
 * every process when a key is destroyed (channel `guildhall_key_destroyed`).
 */
export class DataKeys {
  readonly #ring: KeyRing;
  readonly #cache = new Map<string, Entry>();
  /** Grows when a key is forgotten: a look-up that began before must not put the key back. */
  #forgotten = 0;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The subject's key, made if there is none. @throws AppError `rule_violated` when it was destroyed: nothing new is sealed for someone erased */
  async obtain(sql: Queryable, subjectId: string): Promise<SubjectKey> {
    const found = await this.find(sql, subjectId);
    if (found) return found;
    const wrapped = this.#ring.wrap(randomBytes(32), subjectId);
    const [row] = await sql<KeyRow[]>`
      insert into data_keys (subject_id, ring_key_id, wrapped_key)
      values (${subjectId}, ${wrapped.ringKeyId}, ${wrapped.wrappedKey})
      on conflict (subject_id) do update set subject_id = excluded.subject_id
      returning subject_id, ring_key_id, wrapped_key`;
    // Not cached: the transaction that makes it may still roll back, and another key may be made in its place.
    const key = row && this.#unwrap(row);
    if (!key) throw ruleViolated('This person was erased: nothing new is kept about them.');
    return key;
  }

  /** The subject's key, or null when there is none or it was destroyed. */
  async find(sql: Queryable, subjectId: string): Promise<SubjectKey | null> {
    return (await this.findMany(sql, [subjectId])).get(subjectId) ?? null;
  }

  async findMany(sql: Queryable, subjectIds: readonly string[]): Promise<Map<string, SubjectKey>> {
    const now = Date.now();
    const found = new Map<string, SubjectKey>();
    const missing = new Set<string>();
    for (const id of subjectIds) {
      const entry = this.#cache.get(id);
      if (entry && entry.until > now) found.set(id, entry.key);
      else missing.add(id);
    }
    if (missing.size === 0) return found;
    const forgotten = this.#forgotten;
    // A row written by the asking transaction carries its now(). It may still be rolled back and another key made in its
    // place: remembered, the lost key would go on sealing values that nobody can ever open.
    const rows = await sql<KeyRow[]>`
      select subject_id, ring_key_id, wrapped_key, created_at < now() as settled
      from data_keys where subject_id = any(${[...missing]}::uuid[])`;
    for (const row of rows) {
      const key = this.#unwrap(row);
      if (!key) continue;
      found.set(row.subject_id, key);
      if (row.settled && forgotten === this.#forgotten) this.#remember(key, now);
    }
    return found;
  }

  /** True once the subject was erased: their key will never come back. */
  async isDestroyed(sql: Queryable, subjectId: string): Promise<boolean> {
    const entry = this.#cache.get(subjectId);
    if (entry && entry.until > Date.now()) return false;
    const [row] = await sql`select 1 from data_keys where subject_id = ${subjectId} and destroyed_at is not null`;
    return row !== undefined;
  }

  /** Destroys the key: what it sealed can never be opened again, wherever it was copied to. The row stays as the proof. */
  async destroy(sql: Queryable, subjectId: string): Promise<void> {
    await sql`
      insert into data_keys (subject_id, destroyed_at) values (${subjectId}, now())
      on conflict (subject_id) do update set ring_key_id = null, wrapped_key = null, destroyed_at = now()`;
    await sql`select pg_notify('guildhall_key_destroyed', ${subjectId})`;
    this.forget(subjectId);
  }

  forget(subjectId: string): void {
    this.#forgotten += 1;
    this.#cache.delete(subjectId);
  }

  forgetAll(): void {
    this.#forgotten += 1;
    this.#cache.clear();
  }

  /** Rewraps up to `limit` keys that an older ring key wraps. Sealed values stay as they are. Returns how many it did. */
  async rewrap(sql: Queryable, limit = 500): Promise<number> {
    const rows = await sql<KeyRow[]>`
      select subject_id, ring_key_id, wrapped_key from data_keys
      where wrapped_key is not null and ring_key_id <> ${this.#ring.currentId}
      limit ${limit} for update skip locked`;
    for (const row of rows) {
      const key = this.#unwrap(row);
      if (!key) continue;
      const wrapped = this.#ring.wrap(key.key, row.subject_id);
      await sql`
        update data_keys set ring_key_id = ${wrapped.ringKeyId}, wrapped_key = ${wrapped.wrappedKey}
        where subject_id = ${row.subject_id}`;
    }
    return rows.length;
  }

  #unwrap(row: KeyRow): SubjectKey | null {
    if (row.ring_key_id === null || row.wrapped_key === null) return null;
    const key = this.#ring.unwrap({ ringKeyId: row.ring_key_id, wrappedKey: row.wrapped_key }, row.subject_id);
    return { subjectId: row.subject_id, key };
  }

  #remember(key: SubjectKey, now: number): void {
    if (this.#cache.size >= cacheSize) {
      const oldest = this.#cache.keys().next();
      if (!oldest.done) this.#cache.delete(oldest.value);
    }
    this.#cache.set(key.subjectId, { key, until: now + cacheMs });
  }
}
