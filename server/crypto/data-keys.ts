import { randomBytes } from 'node:crypto';
import type { Queryable } from '#db/client.ts';
import type { KeyRing } from './key-ring.ts';
import type { SubjectKey } from './seals.ts';

interface KeyRow {
  subject_id: string;
  ring_key_id: string | null;
  wrapped_key: string | null;
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

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The subject's key, made if there is none. @throws when it was destroyed: nothing new is sealed for someone erased. */
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
    if (!key) throw new Error('the data key of this subject was destroyed');
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
    const rows = await sql<KeyRow[]>`
      select subject_id, ring_key_id, wrapped_key from data_keys where subject_id = any(${[...missing]}::uuid[])`;
    for (const row of rows) {
      const key = this.#unwrap(row);
      if (!key) continue;
      found.set(row.subject_id, key);
      this.#remember(key, now);
    }
    return found;
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
    this.#cache.delete(subjectId);
  }

  forgetAll(): void {
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
