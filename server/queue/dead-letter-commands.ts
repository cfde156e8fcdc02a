import { validate } from 'uuid';
import { sealReason, writeAudit } from '#server/audit/commands.ts';
import {
  type Ctx,
  inSavepoint,
  inTransaction,
  isInTransaction,
  isOwn,
  requirePermission,
  type TxCtx,
} from '#server/context/context.ts';
import { appErrorOfDatabase } from '#server/errors/database-errors.ts';
import { AppError, conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { enqueueLetters, type Letter, lockLetter, openLetters } from './dead-letter-table.ts';
import { findPayloadSchema } from './define.ts';
import { failureOf } from './failure.ts';

/**
 * Does a dead letter again, and with it everything of its record that waits: the record's order holds, so whichever of them
 * is named, the first goes first. `payload` replaces this letter's own (jobs only) after a check. Gives how many were set
 * going; an event's are handled by its subscription in a moment.
 * @throws AppError `not_found`, `conflict` (no longer open), `rule_violated` (the payload), `forbidden`.
 */
export async function redriveDeadLetter(
  ctx: Ctx,
  input: { id: string; payload?: JsonObject },
): Promise<{ redriven: number }> {
  requirePermission(ctx, 'dead-letters:manage');
  return inTransaction(ctx, async (tx) => {
    const letter = await openLetter(tx, input.id);
    if (input.payload !== undefined) checkPayload(letter, input.payload);
    await writeAudit(tx, {
      action: input.payload === undefined ? 'dead-letter.redrive' : 'dead-letter.edit',
      resourceType: 'dead-letter',
      resourceId: letter.id,
      ...(input.payload === undefined ? {} : { before: jsonOf(letter.payload), after: jsonOf(input.payload) }),
    });
    if (letter.kind === 'event') return { redriven: await requestStream(tx, letter) };
    const waiting = (await openLetters(tx.sql, letter)).map((one) =>
      one.id === letter.id && input.payload !== undefined ? { ...one, payload: input.payload } : one,
    );
    await enqueueLetters(tx, waiting);
    return { redriven: waiting.length };
  });
}

/**
 * Gives a dead letter up, for a reason. What waits behind it goes on, in order.
 * @throws AppError `not_found`, `conflict` (no longer open), `forbidden`.
 */
export async function dismissDeadLetter(ctx: Ctx, input: { id: string; reason: string }): Promise<void> {
  requirePermission(ctx, 'dead-letters:manage');
  await inTransaction(ctx, async (tx) => {
    const letter = await openLetter(tx, input.id);
    const subjectId = subjectOf(letter);
    const statusReason = await sealReason(tx, subjectId, input.reason);
    await tx.sql`
      update dead_letters set status = 'dismissed', status_reason = ${statusReason}, status_at = clock_timestamp(),
        status_by = ${actorOf(tx)} where id = ${letter.id}`;
    await writeAudit(tx, {
      action: 'dead-letter.dismiss',
      resourceType: 'dead-letter',
      resourceId: letter.id,
      reason: input.reason,
      ...(subjectId === null ? {} : { subjectId }),
    });
    if (letter.tail) return;
    if (letter.kind === 'event') await requestStream(tx, letter);
    else if (letter.key !== null) await enqueueLetters(tx, await openLetters(tx.sql, letter));
  });
}

export interface RedriveResult {
  id: string;
  redriven: number;
  /** Why it could not be, if it could not. */
  problem: string | null;
}

/**
 * Redrives the oldest dead letters of a queue or with a fingerprint, each in a transaction of its own, or in a savepoint of
 * the transaction under way: one that cannot be redriven takes none of the others with it.
 */
export async function redriveMany(
  ctx: Ctx,
  input: { queue?: string | undefined; fingerprint?: string | undefined; limit?: number | undefined },
): Promise<RedriveResult[]> {
  requirePermission(ctx, 'dead-letters:manage');
  const rows = await ctx.sql<{ id: string }[]>`
    select id from dead_letters
    where status = 'open' and not tail
      and (${input.queue ?? null}::text is null or queue = ${input.queue ?? null})
      and (${input.fingerprint ?? null}::text is null or fingerprint = ${input.fingerprint ?? null})
    order by created_at, id limit ${input.limit ?? 100}`;
  const results: RedriveResult[] = [];
  for (const { id } of rows) {
    try {
      results.push({ id, ...(await apart(ctx, (own) => redriveDeadLetter(own, { id }))), problem: null });
    } catch (error) {
      results.push({ id, redriven: 0, problem: problemOf(ctx, id, error) });
    }
  }
  return results;
}

/** Runs `work` so that its failure undoes nothing but itself. */
const apart = <T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> =>
  isInTransaction(ctx) ? inSavepoint(ctx, work) : work(ctx);

function problemOf(ctx: Ctx, id: string, error: unknown): string {
  const known = error instanceof AppError ? error : appErrorOfDatabase(error);
  if (known) return known.message;
  ctx.log.error({ failure: failureOf(error), deadLetter: id }, 'a dead letter could not be redriven');
  return 'This one could not be redriven.';
}

/** Whom it is about: a member, or somebody who only signs in. */
function subjectOf({ memberId, payload }: Letter): string | null {
  return memberId ?? (typeof payload.userId === 'string' && validate(payload.userId) ? payload.userId : null);
}

async function openLetter(tx: TxCtx, id: string): Promise<Letter> {
  const letter = await lockLetter(tx.sql, id);
  if (!letter) throw notFound();
  if (letter.memberId !== null && isOwn(tx, letter.memberId)) {
    throw new AppError('forbidden', 'Nobody decides on their own record.');
  }
  if (letter.status !== 'open') throw conflict('This dead letter has been dealt with already.');
  return letter;
}

/** Asks the subscription to take up a stream again; gives how many of its events wait. */
async function requestStream(tx: TxCtx, letter: Letter): Promise<number> {
  await tx.sql`
    update blocked_streams set redrive_requested_at = clock_timestamp()
    where subscription = ${letter.queue} and stream = ${letter.key}`;
  return (await openLetters(tx.sql, letter)).length;
}

function checkPayload(letter: Letter, payload: JsonObject): void {
  if (letter.kind === 'event')
    throw ruleViolated('An event cannot be changed. Redrive it, or dismiss it with a reason.');
  const moved = changedIds(letter.payload, payload);
  if (moved.length > 0) throw ruleViolated('Whom and what a job is about cannot be changed.', moved);
  const parsed = findPayloadSchema(letter.queue)?.safeParse(payload);
  const errors =
    parsed === undefined
      ? differences(letter.payload, payload)
      : (parsed.error?.issues ?? []).map(({ path, message }) => ({ path: ['payload', ...path].join('.'), message }));
  if (errors.length > 0) throw ruleViolated('The payload does not fit this queue.', errors);
}

/** Ids say whose job it is, as its key and its place in the order do: with another it would act on one record in another's turn. */
function changedIds(before: JsonObject, after: JsonObject): Array<{ path: string; message: string }> {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields]
    .filter((field) => /^id$|Ids?$/.test(field))
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ path: `payload.${field}`, message: 'must stay as it is' }));
}

/** Where this process does not know the queue's schema: the same fields, of the same kinds. The worker checks fully. */
function differences(before: JsonObject, after: JsonObject): Array<{ path: string; message: string }> {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields]
    .filter((field) => kindOf(before[field]) !== kindOf(after[field]))
    .map((field) => ({ path: `payload.${field}`, message: `must be ${kindOf(before[field])}` }));
}

const kindOf = (value: unknown) => {
  if (value === undefined) return 'absent';
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `of type ${typeof value}`;
};

type AuditJson = NonNullable<Parameters<typeof writeAudit>[1]['after']>;
const jsonOf = (value: JsonObject): AuditJson => JSON.parse(JSON.stringify(value)) as AuditJson;

const actorOf = (ctx: Ctx) => (ctx.actor.kind === 'user' ? ctx.actor.userId : ctx.actor.kind);
