import { createHash } from 'node:crypto';
import { type Answer, GatewayError, invalid, keyForAnotherPath, keyInUse, keyReused } from './errors.ts';
import type { Store } from './store.ts';

const lifeSeconds = 24 * 3600;
type Row = { path: string; params: string; status: number; body: string };

/**
 * Stripe's rules: the first answer under a key, a 500 too, is given again for 24 hours to the same request. What was refused before
 * anything ran (400, 401, 403, 404, 409, 429) is not kept.
 */
export class IdempotencyKeys {
  #store: Store;
  #underWay = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The kept answer, or nothing when the request is the first: then `end` must follow. Throws `GatewayError`. */
  begin(key: string, path: string, params: string): Answer | undefined {
    if (key.length < 1 || key.length > 255) throw invalid('The idempotency key must have 1 to 255 characters.');
    if (this.#underWay.has(key)) throw keyInUse(key);
    const { database } = this.#store;
    database.prepare('DELETE FROM idempotency_keys WHERE created <= ?').run(this.#store.now() - lifeSeconds);
    const kept = database.prepare('SELECT * FROM idempotency_keys WHERE key = ?').get(key) as Row | undefined;
    if (kept) {
      if (kept.path !== path) throw keyForAnotherPath(key, kept.path, path);
      if (kept.params !== digest(params)) throw keyReused(key);
      return { status: kept.status, body: JSON.parse(kept.body) as object };
    }
    this.#underWay.add(key);
    return undefined;
  }

  end(key: string): void {
    this.#underWay.delete(key);
  }

  /** Call it in the transaction of the work itself. */
  keep(key: string, path: string, params: string, { status, body }: Answer): void {
    if (status !== 200 && status !== 402 && status < 500) return;
    this.#store.database
      .prepare('INSERT INTO idempotency_keys (key, path, params, status, body, created) VALUES (?, ?, ?, ?, ?, ?)')
      .run(key, path, digest(params), status, JSON.stringify(body), this.#store.now());
  }
}

/** A form may hold a card number: what it was is kept, not what it said. */
const digest = (params: string) => createHash('sha256').update(params).digest('base64url');

export const refused = (error: unknown): Answer => {
  if (error instanceof GatewayError) return error.toAnswer();
  throw error;
};
