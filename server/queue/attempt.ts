import type { JobWithMetadata } from 'pg-boss';
import { v7 as uuidv7 } from 'uuid';
import { longestTransactionMs } from '#db/client.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inSavepoint, inTransaction, type TxCtx } from '#server/context/context.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { type NextRetry, nextRetry } from '#server/integrations/retry-policy.ts';
import { withSpan } from '#server/telemetry/traces.ts';
import { writeJobLetter } from './dead-letter.ts';
import type { Job, Queue } from './define.ts';
import { type Failure, failureOf, isTransient } from './failure.ts';
import { pauseFlow } from './flows.ts';
import type { JobData } from './job-data.ts';
import { type Claim, ClaimLostError, completeJob, putBack } from './job-table.ts';

/** A record that is refused this often, while the test of our credentials succeeds in between, is refused itself. */
const pauseLimit = 5;
/** Errors that no table foresees are probably ours, and permanent; a few tries tell. */
const unexpectedAttempts = 3;
/** A job that has taken its worker down with it this often will do so again. */
const crashLimit = 5;

export type Outcome = 'completed' | 'retried' | 'dead' | 'parked' | 'returned' | 'lost';

export interface Attempt {
  queue: Queue;
  claim: Claim;
  key: string | null;
  data: JobData;
  ctx: Ctx;
  signal: AbortSignal;
}

export function attemptOf(app: App, queue: Queue, fetched: JobWithMetadata<JobData>, signal: AbortSignal): Attempt {
  // What a schedule sends is bare: it begins a chain of its own.
  const given: Partial<JobData> | null = fetched.data;
  const data: JobData = {
    payload: given?.payload ?? {},
    correlationId: given?.correlationId ?? uuidv7(),
    causationId: given?.causationId ?? null,
    position: given?.position ?? null,
    failures: given?.failures ?? {},
    lastError: given?.lastError ?? null,
    ...(given?.returned ? { returned: given.returned } : {}),
    ...(given?.redrives ? { redrives: given.redrives } : {}),
    ...(given?.rung ? { rung: given.rung } : {}),
    ...(given?.pauses ? { pauses: given.pauses } : {}),
  };
  const { correlationId, causationId } = data;
  const ctx = createContext(app, {
    actor: { kind: 'system', name: queue.name },
    correlationId,
    causationId,
    log: app.log.child({ correlationId, queue: queue.name, job: fetched.id }),
  });
  const claim = { id: fetched.id, queue: queue.name, retryCount: fetched.retryCount };
  return { queue, claim, key: fetched.singletonKey, data, ctx, signal };
}

/** Tries a job once and settles it, whatever comes of it. Never throws for what the handler did. */
export async function runAttempt(attempt: Attempt): Promise<Outcome> {
  try {
    const gate = await gateOf(attempt);
    if (gate === 'park') return await park(attempt);
    if (gate === 'yield') return await giveBack(attempt, 'created');
    if (crashes(attempt) >= crashLimit) {
      return await bury(attempt, { class: 'crashed', reason: `its worker died ${crashLimit} times while at it` });
    }
    const { queue, claim, ctx } = attempt;
    const attributes = { 'job.id': claim.id, 'correlation.id': ctx.correlationId };
    await withSpan(`job ${queue.name}`, attributes, () => work(attempt));
    return 'completed';
  } catch (error) {
    return settleFailure(attempt, error);
  }
}

async function gateOf({ ctx, queue, key, claim }: Attempt): Promise<'run' | 'park' | 'yield'> {
  if (queue.order === 'free' || key === null) return 'run';
  const [row] = await ctx.sql<{ gate: 'run' | 'park' | 'yield' }[]>`
    select job_gate(${queue.name}, ${key}, ${claim.id}) as gate`;
  return row?.gate ?? 'run';
}

async function work(attempt: Attempt): Promise<void> {
  const { queue, ctx, claim } = attempt;
  const job = jobOf(attempt);
  if (queue.kind === 'database') {
    await inTransaction(ctx, async (tx) => {
      await allowTime(tx, queue.expireSeconds * 1_000);
      await queue.handle(tx, job);
      await completeJob(tx.sql, claim);
    });
    return;
  }
  const record = await queue.handle(ctx, job);
  await inTransaction(ctx, async (tx) => {
    await record(tx);
    await completeJob(tx.sql, claim);
  });
}

/** A queue whose attempts may take longer than transactions usually may. */
async function allowTime(tx: TxCtx, ms: number): Promise<void> {
  if (ms > longestTransactionMs) await tx.sql`select set_config('transaction_timeout', ${String(ms)}, true)`;
}

function jobOf({ queue, claim, key, data, signal }: Attempt): Job {
  const parsed = queue.payload.safeParse(data.payload);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
    throw new UnfitPayloadError(fields);
  }
  return {
    id: claim.id,
    queue: queue.name,
    key,
    payload: parsed.data as Job['payload'],
    attempt: failed(data) + 1,
    eventId: data.causationId,
    position: data.position,
    signal,
  };
}

class UnfitPayloadError extends Error {
  constructor(fields: string) {
    super(`the payload does not fit: ${fields}`);
    this.name = 'UnfitPayloadError';
  }
}

const failed = (data: JobData) => Object.values(data.failures).reduce((sum, n) => sum + n, 0);

/** Attempts that ended without a word. */
export const crashes = ({ claim, data }: Attempt) => claim.retryCount - failed(data) - (data.returned ?? 0);

async function settleFailure(attempt: Attempt, error: unknown): Promise<Outcome> {
  if (error instanceof ClaimLostError) return 'lost';
  const stopped = attempt.signal.aborted && attempt.signal.reason === 'stopping';
  const failure = failureOf(error);
  const { class: errorClass, next } = decide(attempt, error);
  const data = counted(attempt, errorClass, failure);
  try {
    // Stopped by us, not failed: the job goes back as it was.
    if (stopped) return await giveBack(attempt, 'retry');
    switch (next.action) {
      case 'retry':
        attempt.ctx.log.warn({ failure, attempt: failed(data), delayMs: next.delayMs }, 'a job failed, trying again');
        await putBack(attempt.ctx.sql, attempt.claim, 'retry', next.delayMs, data);
        return 'retried';
      case 'pause':
        return await pause(attempt, failure);
      case 'dead-letter':
        return await bury({ ...attempt, data }, failure);
    }
  } catch (settling) {
    // The claim runs out by itself; whoever fetches the job then tries again.
    if (!(settling instanceof ClaimLostError)) attempt.ctx.log.warn({ err: settling }, 'a job could not be settled');
    return 'lost';
  }
}

function decide({ queue, data }: Attempt, error: unknown): { class: string; next: NextRetry } {
  if (error instanceof UnfitPayloadError) return { class: 'permanent', next: { action: 'dead-letter' } };
  const count = (name: string) => (data.failures[name] ?? 0) + 1;
  // Only a partner's queue has a flow that could be paused.
  if (error instanceof PartnerError && queue.kind === 'partner') {
    const { errorClass, retryAfterMs } = error;
    return { class: errorClass, next: nextRetry(errorClass, count(errorClass), retryAfterMs, Math.random) };
  }
  if (isTransient(error)) {
    return { class: 'transient', next: nextRetry('transient', count('transient'), null, Math.random) };
  }
  const tries = count('unexpected');
  if (tries >= unexpectedAttempts) return { class: 'unexpected', next: { action: 'dead-letter' } };
  return { class: 'unexpected', next: nextRetry('transient', tries, null, Math.random) };
}

/** Counted by class: a day of an unreachable partner must not use up the tries that a passing error has. */
function counted({ data, ctx }: Attempt, errorClass: string, failure: Failure): JobData {
  return {
    ...data,
    failures: { ...data.failures, [errorClass]: (data.failures[errorClass] ?? 0) + 1 },
    lastError: { class: failure.class, reason: failure.reason, at: ctx.now().toISOString() },
  };
}

/** Puts a job back that has not failed by itself. */
export async function giveBack(
  attempt: Attempt,
  state: 'retry' | 'created',
  lastError = attempt.data.lastError,
  delayMs = 0,
) {
  const { ctx, claim, data } = attempt;
  await putBack(ctx.sql, claim, state, delayMs, { ...data, lastError, returned: (data.returned ?? 0) + 1 });
  return 'returned' as const;
}

/** The partner refuses us, not the record: the flow stops and the job keeps its place. */
async function pause(attempt: Attempt, failure: Failure): Promise<Outcome> {
  const { ctx, queue, data } = attempt;
  const pauses = data.pauses ?? 0;
  if (pauses >= pauseLimit) return bury(attempt, failure);
  return inTransaction(ctx, async (tx) => {
    const paused = await pauseFlow(tx, queue.kind === 'partner' ? queue.flow : queue.name, failure.reason);
    const lastError = { class: failure.class, reason: failure.reason, at: ctx.now().toISOString() };
    const given = paused ? { ...data, pauses: pauses + 1 } : data;
    return giveBack({ ...attempt, ctx: tx, data: given }, 'retry', lastError);
  });
}

async function bury(attempt: Attempt, failure: Failure): Promise<Outcome> {
  const { ctx, queue, claim, key, data } = attempt;
  await inTransaction(ctx, async (tx) => {
    if (key !== null) await tx.sql`select lock_job_key(${queue.name}, ${key})`;
    await writeJobLetter(tx.sql, { ...claim, key, data, attempts: failed(data) }, failure);
    await completeJob(tx.sql, claim);
    await tellOfDeadLetter(tx, attempt, failure);
  });
  ctx.log.error({ failure, attempts: failed(data) }, 'a job is a dead letter');
  return 'dead';
}

/** In a savepoint: a refusal leaves the dead letter written. What the database may accept in a moment is tried again whole. */
async function tellOfDeadLetter(tx: TxCtx, { queue, data }: Attempt, failure: Failure): Promise<void> {
  const { onDeadLetter } = queue;
  const { data: payload } = queue.payload.safeParse(data.payload);
  if (!onDeadLetter || payload === undefined) return;
  try {
    await inSavepoint(tx, (inner) => onDeadLetter(inner, payload, failure));
  } catch (error) {
    if (isTransient(error)) throw error;
    tx.log.error({ err: error }, 'who waits for a dead letter could not be told');
  }
}

/** The record has a dead letter: this job waits behind it, where a person can see both. */
async function park(attempt: Attempt): Promise<Outcome> {
  const { ctx, claim, key, data } = attempt;
  return inTransaction(ctx, async (tx) => {
    // Asked again under the lock, which is now held to the end: the letter may just have been redriven.
    if ((await gateOf({ ...attempt, ctx: tx })) !== 'park') return giveBack({ ...attempt, ctx: tx }, 'created');
    await writeJobLetter(tx.sql, { ...claim, key, data, attempts: failed(data) }, null);
    await completeJob(tx.sql, claim);
    return 'parked';
  });
}
