import { type Ctx, inSavepoint, inTransaction, type TxCtx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { nextRetry } from '#server/integrations/retry-policy.ts';
import type { Recording } from '#server/queue/define.ts';
import { type Failure, failureOf, isTransient } from '#server/queue/failure.ts';
import type { PartnerStep, StepOutcome } from './define.ts';
import { advance, getStuck, type Tried, takeUp } from './move.ts';
import { lastWordOf, lockSaga, type SagaRow, type StepRow, stepAt, writeLog, writeStep } from './table.ts';
import { isGoingBack, stepOf, viewOf } from './view.ts';

/** One try of a step: which saga, and which turn of it. */
export interface Turn {
  sagaId: string;
  turn: number;
  /** The wait of the step has run out. */
  timedOut: boolean;
}

/** Errors that nobody foresaw are probably ours; a few tries tell. */
const unexpectedAttempts = 3;
const unexpectedDelayMs = 1_000;

/** Tries a step that touches our own database, and moves the saga, in the caller's transaction. */
export async function runDatabaseTurn(tx: TxCtx, turn: Turn, signal: AbortSignal): Promise<void> {
  const saga = await begin(tx, turn);
  if (!saga) return;
  const step = stepOf(saga);
  if (step.kind !== 'database') throw new Error(`${saga.type}.${step.name} calls a partner`);
  const work = isGoingBack(saga) ? step.compensate : step.run;
  const tried = await attempt(
    tx,
    saga,
    async (inner) => work?.(inner, viewOf(saga, turn, signal)) ?? { outcome: 'completed' },
  );
  await advance(tx, saga, tried, turn.timedOut);
}

/** Tries a step that calls a partner. Gives what moves the saga, to be written together with the job's completion. */
export async function runPartnerTurn(ctx: Ctx, turn: Turn, signal: AbortSignal): Promise<Recording> {
  // Written before the call: that it was begun is known even if this worker dies in the middle of it.
  const saga = await inTransaction(ctx, (tx) => begin(tx, turn));
  if (!saga) return async () => {};
  const step = stepOf(saga);
  if (step.kind !== 'partner') throw new Error(`${saga.type}.${step.name} calls no partner`);
  const called = await call(ctx, step, saga, turn, signal);
  return async (tx) => {
    // Before anything else, as everybody does who moves a saga and what it is about: no two can wait for each other.
    const now = await lockSaga(tx.sql, saga.id);
    const current = now !== null && isCurrent(now, turn);
    // What the call brought to light is written in any case; the saga is moved only if nobody has moved it meanwhile.
    const tried = typeof called === 'function' ? { outcome: await called(tx, current) } : called;
    if (current) await advance(tx, now, tried, turn.timedOut);
  };
}

async function call(ctx: Ctx, step: PartnerStep, saga: SagaRow, turn: Turn, signal: AbortSignal) {
  const work = isGoingBack(saga) ? step.compensate : step.run;
  if (!work) return { outcome: { outcome: 'completed' } } satisfies Tried;
  try {
    return await work(ctx, viewOf(saga, turn, signal));
  } catch (error) {
    // Stopped, or refused as a whole: the queue puts the job back, or pauses the flow with it.
    if (signal.aborted || (error instanceof PartnerError && error.errorClass === 'credentials')) throw error;
    return triedOf(saga, error);
  }
}

/** In a savepoint, so that a try that fails leaves nothing but the note that it did. */
async function attempt(tx: TxCtx, saga: SagaRow, work: (tx: TxCtx) => Promise<StepOutcome>): Promise<Tried> {
  try {
    return { outcome: await inSavepoint(tx, work) };
  } catch (error) {
    // Says nothing about the step: the whole job is tried again.
    if (isTransient(error) || (error instanceof AppError && error.transient)) throw error;
    return triedOf(saga, error);
  }
}

/** What follows a try that threw. */
function triedOf(saga: SagaRow, error: unknown): Tried {
  const { class: errorClass, reason } = failureOf(error);
  if (error instanceof PartnerError) {
    const tries = (stepAt(saga, saga.step).failures[error.errorClass] ?? 0) + 1;
    const next = nextRetry(error.errorClass, tries, error.retryAfterMs, Math.random);
    if (next.action === 'retry') return { retryInMs: next.delayMs, errorClass, reason };
    return no(errorClass, reason);
  }
  // A rule of ours says no, and would again.
  if (error instanceof AppError) return no(error.code, error.message);
  const tries = (stepAt(saga, saga.step).failures.unexpected ?? 0) + 1;
  if (tries < unexpectedAttempts) return { retryInMs: unexpectedDelayMs * tries, errorClass: 'unexpected', reason };
  return no('unexpected', reason);
}

const no = (code: string, reason: string): Tried => ({ outcome: { outcome: 'failed', code, reason } });

/** Notes that the step is being tried. null: this turn is over. */
async function begin(tx: TxCtx, turn: Turn): Promise<SagaRow | null> {
  const found = await lockSaga(tx.sql, turn.sagaId);
  if (!found || !isCurrent(found, turn)) return null;
  // Its job was a dead letter, and is done again.
  const saga = found.status === 'stuck' ? await takeUp(tx, found) : found;
  const before = stepAt(saga, saga.step);
  const back = isGoingBack(saga);
  if (found.status === saga.status && isUnderWay(before)) await noteInterrupted(tx, saga);
  return writeStep(tx.sql, saga, saga.step, {
    status: back ? 'compensating' : 'running',
    attempts: before.attempts + 1,
    // Of an earlier try: while this one is under way there is nothing to try again.
    error: null,
    startedAt: before.startedAt ?? tx.now().toISOString(),
    finishedAt: null,
  });
}

/** A try of it has begun, and nothing says how that ended: its worker was stopped, or could not write it down. */
const isUnderWay = ({ status, attempts, error, finishedAt }: StepRow) =>
  (status === 'running' || status === 'compensating') && attempts > 0 && error === null && finishedAt === null;

/** One line, however often that happens one after the other. */
async function noteInterrupted(tx: TxCtx, saga: SagaRow): Promise<void> {
  const what = 'interrupted, trying again';
  if ((await lastWordOf(tx.sql, saga.id)) === what) return;
  await writeLog(tx.sql, saga.id, { step: stepAt(saga, saga.step).name, what }, tx.now());
}

/**
 * The turn's job has become a dead letter: without it the saga stands still, so it is stuck. It keeps its turn: redriven, the
 * job goes on; whatever a person does instead is another turn, and the job does nothing any more.
 */
export async function stopTurn(tx: TxCtx, turn: Turn, failure: Failure): Promise<void> {
  const saga = await lockSaga(tx.sql, turn.sagaId);
  if (!saga || !isCurrent(saga, turn)) return;
  await getStuck(tx, saga, { code: failure.class, reason: failure.reason }, { sameTurn: true });
}

const isCurrent = (saga: SagaRow, turn: Turn) => saga.finishedAt === null && saga.turn === turn.turn;
