import type { SagaError } from '#db/schema/sagas.ts';
import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { type SagaEnd, type StepOutcome, sagaDefinition } from './define.ts';
import './events.ts';
import { sagaStream } from './events.ts';
import { moveSaga, type SagaRow, stepAt, writeLog, writeStep } from './table.ts';
import { isGoingBack, restingView, stepOf } from './view.ts';

/** How a try ended: as the step says, or with an error that another try may get over. */
export type Tried = { outcome: StepOutcome } | { retryInMs: number; errorClass: string; reason: string };

/** Moves a saga by what a try of its step came to. The caller has locked it. `timedOut`: what the try itself was told. */
export async function advance(tx: TxCtx, saga: SagaRow, tried: Tried, timedOut: boolean): Promise<void> {
  if ('retryInMs' in tried) return retryLater(tx, saga, tried, timedOut);
  const { outcome } = tried;
  switch (outcome.outcome) {
    case 'completed':
      return isGoingBack(saga) ? stepUndone(tx, saga, 'compensated') : stepDone(tx, saga, outcome.result ?? null);
    case 'waiting':
      return wait(tx, saga, outcome.forMs);
    case 'failed':
      return isGoingBack(saga) ? getStuck(tx, saga, outcome) : turnBack(tx, saga, outcome);
  }
}

async function retryLater(
  tx: TxCtx,
  saga: SagaRow,
  tried: { retryInMs: number; errorClass: string; reason: string },
  timedOut: boolean,
) {
  const { errorClass, reason, retryInMs } = tried;
  const step = stepAt(saga, saga.step);
  const noted = await writeStep(tx.sql, saga, saga.step, {
    failures: { ...step.failures, [errorClass]: (step.failures[errorClass] ?? 0) + 1 },
    error: { code: errorClass, reason },
  });
  await log(tx, noted, 'failed, trying again', `${errorClass}: ${reason}`);
  // The wait has still run out then.
  await go(tx, noted, saga.step, { delayMs: retryInMs, timedOut });
}

async function stepDone(tx: TxCtx, saga: SagaRow, result: SagaRow['data'] | null): Promise<void> {
  const done = await writeStep(tx.sql, saga, saga.step, {
    status: 'completed',
    result,
    error: null,
    finishedAt: tx.now().toISOString(),
  });
  await log(tx, done, 'completed');
  await goOn(tx, done);
}

/** To the next step, or the end. */
export async function goOn(tx: TxCtx, saga: SagaRow): Promise<void> {
  const next = saga.step + 1;
  if (next < saga.steps.length) return go(tx, saga, next);
  await end(tx, saga, 'completed');
}

async function wait(tx: TxCtx, saga: SagaRow, forMs: number): Promise<void> {
  const before = stepAt(saga, saga.step);
  const resting = await writeStep(tx.sql, saga, saga.step, { status: 'waiting', error: null });
  const wakeAt = new Date(tx.now().getTime() + forMs);
  const status = isGoingBack(saga) ? 'compensating' : 'waiting';
  const moved = await moveSaga(tx.sql, resting, { status, step: saga.step, wakeAt }, tx.now());
  // Woken by hand or event it looks again and waits on: one line in the log, not one a look.
  if (before.status !== 'waiting') await log(tx, moved, 'waiting');
  await sendTurn(tx, moved, { startAfter: wakeAt, timedOut: true });
}

/** Back through the steps that this saga itself has completed. */
async function turnBack(tx: TxCtx, saga: SagaRow, error: SagaError): Promise<void> {
  const said = { code: error.code, reason: error.reason };
  const failed = await writeStep(tx.sql, saga, saga.step, {
    status: 'failed',
    error: said,
    finishedAt: tx.now().toISOString(),
  });
  await log(tx, failed, 'failed', `${error.code}: ${error.reason}`);
  const back = { ...failed, error: said };
  await sagaDefinition(saga.type).onTurnedBack?.(tx, restingView(back));
  await goBack(tx, back);
}

async function goBack(tx: TxCtx, saga: SagaRow): Promise<void> {
  const { steps } = sagaDefinition(saga.type);
  let position = saga.step - 1;
  while (position >= 0 && !(stepAt(saga, position).status === 'completed' && steps[position]?.compensate))
    position -= 1;
  if (position < 0) return end(tx, saga, 'failed');
  const fresh = await writeStep(tx.sql, saga, position, { status: 'compensating', failures: {} });
  await go(tx, fresh, position, { status: 'compensating' });
}

async function stepUndone(tx: TxCtx, saga: SagaRow, status: 'compensated' | 'skipped'): Promise<void> {
  const undone = await writeStep(tx.sql, saga, saga.step, {
    status,
    error: null,
    finishedAt: tx.now().toISOString(),
  });
  await log(tx, undone, status);
  await goBack(tx, undone);
}

/** What would be undone cannot be, or its job is a dead letter: a person has to look. */
export async function getStuck(
  tx: TxCtx,
  saga: SagaRow,
  error: SagaError,
  { sameTurn = false }: { sameTurn?: boolean } = {},
): Promise<void> {
  const said = { code: error.code, reason: error.reason };
  const noted = await writeStep(tx.sql, saga, saga.step, { status: 'stuck', error: said });
  const stuck = await moveSaga(tx.sql, noted, { status: 'stuck', step: saga.step, sameTurn }, tx.now());
  await log(tx, stuck, 'stuck', `${error.code}: ${error.reason}`);
  await sagaDefinition(saga.type).onStuck?.(tx, restingView(stuck));
  await append(tx, sagaStream(saga.id), 'any', [
    { type: 'saga.stuck', data: { ...aboutOf(stuck), step: stepAt(stuck, stuck.step).name, ...said } },
  ]);
  tx.log.error(
    { saga: saga.id, type: saga.type, step: stepAt(stuck, stuck.step).name, failure: said },
    'a saga is stuck',
  );
}

/** It goes on from where it was stuck. */
export async function takeUp(tx: TxCtx, saga: SagaRow): Promise<SagaRow> {
  const status = isGoingBack(saga) ? 'compensating' : 'running';
  const noted = await writeStep(tx.sql, saga, saga.step, { status, failures: {}, error: null });
  const moved = await moveSaga(tx.sql, noted, { status, step: saga.step, sameTurn: true }, tx.now());
  await log(tx, moved, 'taken up again');
  await sagaDefinition(saga.type).onTakenUp?.(tx, restingView(moved));
  return moved;
}

export const skipUndoing = (tx: TxCtx, saga: SagaRow) => stepUndone(tx, saga, 'skipped');

async function end(tx: TxCtx, saga: SagaRow, how: SagaEnd): Promise<void> {
  const ended = await moveSaga(
    tx.sql,
    saga,
    { status: how, step: saga.step, error: saga.error, finished: true },
    tx.now(),
  );
  await log(tx, ended, how === 'completed' ? 'saga completed' : 'everything undone');
  await sagaDefinition(saga.type).onEnd?.(tx, restingView(ended), how);
}

/** Makes a step the one under way, and sends for a worker. */
export async function go(
  tx: TxCtx,
  saga: SagaRow,
  step: number,
  options: { status?: 'running' | 'compensating'; delayMs?: number; timedOut?: boolean } = {},
): Promise<void> {
  const status = options.status ?? (isGoingBack(saga) ? 'compensating' : 'running');
  const moved = await moveSaga(tx.sql, saga, { status, step, error: saga.error }, tx.now());
  const startAfter = options.delayMs ? new Date(tx.now().getTime() + options.delayMs) : undefined;
  await sendTurn(tx, moved, { timedOut: options.timedOut ?? false, ...(startAfter ? { startAfter } : {}) });
}

/** Enqueued in the transaction that moved the saga: the turn has its job if and only if it was reached. */
export async function sendTurn(
  tx: TxCtx,
  saga: SagaRow,
  { startAfter, timedOut }: { startAfter?: Date; timedOut: boolean },
): Promise<void> {
  await enqueue(tx, {
    queue: stepOf(saga).kind === 'partner' ? 'saga-calls' : 'saga-steps',
    key: saga.id,
    payload: { sagaId: saga.id, turn: saga.turn, timedOut },
    ...(startAfter ? { startAfter } : {}),
  });
}

export const aboutOf = (saga: SagaRow) => ({
  sagaId: saga.id,
  sagaType: saga.type,
  subjectId: saga.subjectId,
  ...(saga.memberId ? { memberId: saga.memberId } : {}),
});

const log = (tx: TxCtx, saga: SagaRow, what: string, detail: string | null = null) =>
  writeLog(tx.sql, saga.id, { step: stepAt(saga, saga.step).name, what, detail }, tx.now());
