import { v7 as uuidv7 } from 'uuid';
import { sealReason, writeAudit } from '#server/audit/commands.ts';
import { actorId } from '#server/context/actor.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { AppError, conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { type SagaEnd, sagaDefinition } from './define.ts';
import { sagaStream } from './events.ts';
import { aboutOf, go, goOn, sendTurn, skipUndoing, takeUp } from './move.ts';
import { allowedActions } from './rules.ts';
import { findSagaOf, insertSaga, lockSaga, moveSaga, type SagaRow, stepAt, writeLog, writeStep } from './table.ts';
import { isGoingBack, restingView } from './view.ts';

export interface NewSaga {
  type: string;
  subjectId: string;
  memberId: string | null;
  /** Ids and amounts, never personal values. */
  data: JsonObject;
}

/** Begins a saga in the caller's transaction: with the order, or not at all. One for each subject. */
export async function startSaga(tx: TxCtx, { type, subjectId, memberId, data }: NewSaga): Promise<string> {
  const { steps } = sagaDefinition(type);
  const id = uuidv7();
  const { correlationId } = tx;
  // Made of what is meant: the same step of the same order, however often it is tried and by whomever.
  const keyed = steps.map(({ name }) => ({ name, idempotencyKey: `${type}:${subjectId}:${name}` }));
  await insertSaga(tx.sql, { id, type, subjectId, memberId, data, correlationId }, keyed, tx.now());
  const saga = await lockSaga(tx.sql, id);
  if (!saga) throw new Error('a saga that was just begun is not there');
  await writeLog(tx.sql, id, { step: null, what: 'begun' }, tx.now());
  await sendTurn(tx, saga, { timedOut: false });
  return id;
}

/** Something happened that a waiting step may wait for: it looks again. Does nothing when none waits. */
export async function wakeSaga(tx: TxCtx, type: string, subjectId: string): Promise<void> {
  const found = await findSagaOf(tx.sql, type, subjectId);
  const saga = found && (await lockSaga(tx.sql, found.id));
  if (!saga || saga.finishedAt !== null || stepAt(saga, saga.step).status !== 'waiting') return;
  await go(tx, saga, saga.step);
}

/** Tries the step again that a saga is stuck at, or waits at. @throws AppError `rule_violated` when there is nothing to try again */
export async function retrySaga(ctx: Ctx, id: string): Promise<void> {
  await mend(ctx, id, 'retry', null, async (tx, saga) => {
    await go(tx, saga.status === 'stuck' ? await takeUp(tx, saga) : saga, saga.step);
  });
}

/** Goes on without the step that it is stuck at, or may be left out. @throws AppError `conflict` when it is not at that step */
export async function skipStep(ctx: Ctx, id: string, input: { step: string; reason: string }): Promise<void> {
  await mend(ctx, id, 'skip', input.reason, async (tx, saga) => {
    if (stepAt(saga, saga.step).name !== input.step) throw conflict('The saga is at another step by now.');
    if (isGoingBack(saga)) return skipUndoing(tx, saga);
    const from = saga.status === 'stuck' ? await takeUp(tx, saga) : saga;
    const skipped = await writeStep(tx.sql, from, saga.step, {
      status: 'skipped',
      finishedAt: tx.now().toISOString(),
    });
    return goOn(tx, skipped);
  });
}

/** Ends a stuck saga by a person's word: what was to be done or undone has been, by hand. */
export async function settleSaga(ctx: Ctx, id: string, input: { outcome: SagaEnd; reason: string }): Promise<void> {
  const { outcome, reason } = input;
  await mend(
    ctx,
    id,
    'settle',
    reason,
    async (tx, saga) => {
      const settled = await moveSaga(tx.sql, saga, { status: 'settled', step: saga.step, finished: true }, tx.now());
      await sagaDefinition(saga.type).onEnd?.(tx, restingView(settled), outcome);
    },
    outcome,
  );
}

async function mend(
  ctx: Ctx,
  id: string,
  action: 'retry' | 'skip' | 'settle',
  reason: string | null,
  work: (tx: TxCtx, saga: SagaRow) => Promise<void>,
  outcome?: SagaEnd,
): Promise<void> {
  requirePermission(ctx, 'sagas:manage');
  await inTransaction(ctx, async (tx) => {
    const saga = await lockSaga(tx.sql, id);
    if (!saga) throw notFound();
    if (saga.memberId && isOwn(ctx, saga.memberId)) {
      throw new AppError('forbidden', 'Nobody decides on their own record.');
    }
    if (!allowedActions(saga).includes(action)) throw ruleViolated(`A saga that is ${saga.status} takes no ${action}.`);
    const step = stepAt(saga, saga.step).name;
    const detail = await sealReason(tx, saga.memberId, reason ?? undefined);
    await writeLog(tx.sql, id, { step, what: action, detail, actor: actorId(ctx.actor) }, tx.now());
    await work(tx, saga);
    await append(tx, sagaStream(id), 'any', [
      { type: 'saga.mended', data: { ...aboutOf(saga), step, action, ...(outcome ? { outcome } : {}) } },
    ]);
    await writeAudit(tx, {
      action: `saga.${action}`,
      resourceType: 'saga',
      resourceId: id,
      ...(reason ? { reason } : {}),
      before: { status: saga.status, step },
      ...(outcome ? { after: { outcome } } : {}),
      ...(saga.memberId ? { subjectId: saga.memberId } : {}),
    });
  });
}
