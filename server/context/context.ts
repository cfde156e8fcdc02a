import { v7 as uuidv7 } from 'uuid';
import { type Drizzle, type DrizzleTransaction, type Queryable, sqlOf, type TransactionSql } from '#db/client.ts';
import type { Permission } from '#server/access/permissions.ts';
import { AppError } from '#server/errors/errors.ts';
import type { Logger } from '#server/telemetry/log.ts';
import { type Actor, may } from './actor.ts';
import type { App } from './app.ts';

/** What every command and query takes first: who acts, on whose behalf, with which handles. */
export interface Ctx {
  app: App;
  actor: Actor;
  /** uuid; on every event, job, audit entry and log line that follows. */
  correlationId: string;
  /** The event that caused this, if one did. */
  causationId: string | null;
  /** `api`, `console`, `worker`, `import`, … */
  source: string;
  /** The network address of the caller. Personal: sealed wherever it is written. */
  sourceAddress: string | null;
  userAgent: string | null;
  log: Logger;
  db: Drizzle | DrizzleTransaction;
  sql: Queryable;
  now(): Date;
}

/** Inside a transaction. */
export interface TxCtx extends Ctx {
  db: DrizzleTransaction;
  sql: TransactionSql;
  inTransaction: true;
  /**
   * Runs after the commit, in this process, and not at all after a rollback. For dropping own cache keys; never for work that
   * must happen: when it fails that is logged, for what was asked for is done.
   */
  afterCommit(work: () => Promise<void> | void): void;
}

export function createContext(app: App, options: Partial<Omit<Ctx, 'app' | 'db' | 'sql'>> & { actor: Actor }): Ctx {
  const correlationId = options.correlationId ?? uuidv7();
  return {
    app,
    actor: options.actor,
    correlationId,
    causationId: options.causationId ?? null,
    source: options.source ?? 'worker',
    sourceAddress: options.sourceAddress ?? null,
    userAgent: options.userAgent ?? null,
    log: options.log ?? app.log.child({ correlationId }),
    db: app.database.db,
    sql: app.database.sql,
    now: options.now ?? (() => new Date()),
  };
}

export const isInTransaction = (ctx: Ctx): ctx is TxCtx => 'inTransaction' in ctx;

/** Runs `work` in a transaction: the one under way, or a new one. Commands begin with this. */
export async function inTransaction<T>(ctx: Ctx, work: (tx: TxCtx) => Promise<T>): Promise<T> {
  if (isInTransaction(ctx)) return work(ctx);
  const after: Array<() => Promise<void> | void> = [];
  const result = await ctx.app.database.db.transaction((db) =>
    work({
      ...ctx,
      db,
      sql: sqlOf(db),
      inTransaction: true,
      afterCommit: (job) => void after.push(job),
    }),
  );
  for (const job of after) await afterwards(ctx, job);
  return result;
}

/** Runs `work` so that its failure undoes nothing but itself: what was to follow it is forgotten with it. */
export async function inSavepoint<T>(tx: TxCtx, work: (tx: TxCtx) => Promise<T>): Promise<T> {
  const after: Array<() => Promise<void> | void> = [];
  const result = await tx.db.transaction((db) =>
    work({ ...tx, db, sql: sqlOf(db), afterCommit: (job) => void after.push(job) }),
  );
  for (const job of after) tx.afterCommit(job);
  return result;
}

/** Never throws: the caller would hear of a failure, and do again what is committed. */
async function afterwards(ctx: Ctx, job: () => Promise<void> | void): Promise<void> {
  try {
    await job();
  } catch (error) {
    ctx.log.error({ err: error }, 'what follows a commit failed');
  }
}

/** Outside of any transaction under way: for what must stay written when that one is rolled back (a refusal's audit entry). */
export function outsideTransaction(ctx: Ctx): Ctx {
  return {
    app: ctx.app,
    actor: ctx.actor,
    correlationId: ctx.correlationId,
    causationId: ctx.causationId,
    source: ctx.source,
    sourceAddress: ctx.sourceAddress,
    userAgent: ctx.userAgent,
    log: ctx.log,
    db: ctx.app.database.db,
    sql: ctx.app.database.sql,
    now: ctx.now,
  };
}

/** @throws AppError `unauthenticated` for nobody, `forbidden` naming the permission. */
export function requirePermission(ctx: Ctx, permission: Permission): void {
  if (may(ctx.actor, permission)) return;
  if (ctx.actor.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in to do this.');
  throw new AppError('forbidden', `This needs the permission ${permission}.`);
}

export const can = (ctx: Ctx, permission: Permission) => may(ctx.actor, permission);

/** True when the record is the actor's own. Whatever their roles, nobody decides on their own record. */
export const isOwn = (ctx: Ctx, memberId: string) => ctx.actor.kind === 'user' && ctx.actor.memberId === memberId;
