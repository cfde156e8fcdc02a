import type { Queryable } from '#db/client.ts';
import type { Ctx } from '#server/context/context.ts';
import type { ReadOptions } from './cache.ts';

/**
 * Reads through the cache, as queries do. Inside a transaction it reads past it, with the transaction's own handle: what
 * was just written is seen, and what may yet be rolled back is kept nowhere.
 */
export function readCached<T>(
  ctx: Ctx,
  key: string,
  options: ReadOptions,
  load: (sql: Queryable) => Promise<T>,
): Promise<T> {
  if ('inTransaction' in ctx) return load(ctx.sql);
  return ctx.app.cache.read(key, options, () => load(ctx.app.database.sql));
}
