import { v5 as uuidv5 } from 'uuid';
import type { Queryable } from '#db/client.ts';
import type { Actor } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, inTransaction, outsideTransaction } from '#server/context/context.ts';
import { type SubjectKey, seal } from '#server/crypto/seals.ts';
import { databaseErrorOf } from '#server/errors/database-errors.ts';

const namespace = '6f1d0c2e-5a4b-4c58-9f0e-2f6d7a1b8c93';
const dayMs = 86_400_000;

/** The subject that everyone who is not signed in shares on one UTC day: destroying its key forgets their addresses. */
export const anonymousSubject = (day: Date) => uuidv5(`anonymous:${day.toISOString().slice(0, 10)}`, namespace);

export interface SealedAddress {
  sealed: string;
  subjectId: string;
}

/**
 * The caller's network address, sealed for keeping. People: under the key of their member, or of their user where they
 * are none, so that erasing the person erases it. Nobody, and machines: under the day's shared key. null when there is no
 * address, or when the person was erased while they were still acting.
 */
export async function sealAddress(ctx: Ctx): Promise<SealedAddress | null> {
  if (ctx.sourceAddress === null) return null;
  const subjectId = addressSubject(ctx.actor, ctx.now());
  const key = subjectId && (await obtainUnlessDestroyed(ctx.app, ctx.sql, subjectId));
  return key ? { sealed: seal(key, 'address', ctx.sourceAddress), subjectId: key.subjectId } : null;
}

const lockNotAvailable = '55P03';

/**
 * The key for an address, for a writer beside the caller's transaction. If that has just made the key, this one would wait
 * for a commit that waits for it: so it waits for a second and goes without.
 */
export async function addressKeyBeside(ctx: Ctx): Promise<SubjectKey | null> {
  const subjectId = addressSubject(ctx.actor, ctx.now());
  if (subjectId === null) return null;
  const beside = outsideTransaction(ctx);
  const known = await ctx.app.dataKeys.find(beside.sql, subjectId);
  if (known) return known;
  try {
    return await inTransaction(beside, async (tx) => {
      await tx.sql`set local lock_timeout = '1s'`;
      return obtainUnlessDestroyed(tx.app, tx.sql, subjectId);
    });
  } catch (error) {
    if (databaseErrorOf(error)?.code === lockNotAvailable) return null;
    throw error;
  }
}

function addressSubject(actor: Actor, now: Date): string | null {
  switch (actor.kind) {
    case 'user':
      return actor.memberId ?? actor.userId;
    case 'system':
      return null;
    default:
      return anonymousSubject(now);
  }
}

/** The subject's key, made if there is none; null when it was destroyed. */
export async function obtainUnlessDestroyed(app: App, sql: Queryable, subjectId: string): Promise<SubjectKey | null> {
  return (await app.dataKeys.isDestroyed(sql, subjectId)) ? null : app.dataKeys.obtain(sql, subjectId);
}

/**
 * Makes the shared keys of today and tomorrow ahead of need. Without it the day's first writers, each inside a business
 * transaction, would wait for one another on the key's row. Called at start and daily.
 */
export async function prepareAddressKeys(app: App, now = new Date()): Promise<void> {
  for (const day of [now, new Date(now.getTime() + dayMs)]) {
    await obtainUnlessDestroyed(app, app.database.sql, anonymousSubject(day));
  }
}

/** Forgets the addresses of everyone who was not signed in on that UTC day. */
export async function forgetAnonymousAddresses(ctx: Ctx, day: Date): Promise<void> {
  await ctx.app.dataKeys.destroy(ctx.sql, anonymousSubject(day));
}
