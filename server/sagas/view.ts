import { type SagaRun, type SagaStep, sagaDefinition } from './define.ts';
import { type SagaRow, stepAt } from './table.ts';
import { inPlainWords } from './words.ts';

/** The way back begins when something went wrong, and lasts while it waits or is stuck. */
export const isGoingBack = (saga: SagaRow) => saga.error !== null;

/** @throws Error when the definition has other steps than the saga was begun with */
export function stepOf(saga: SagaRow): SagaStep {
  const step = sagaDefinition(saga.type).steps[saga.step];
  if (step?.name !== stepAt(saga, saga.step).name) throw new Error(`${saga.type} was begun with other steps`);
  return step;
}

export function viewOf(saga: SagaRow, { timedOut }: { timedOut: boolean }, signal: AbortSignal): SagaRun {
  const step = stepAt(saga, saga.step);
  return {
    id: saga.id,
    type: saga.type,
    subjectId: saga.subjectId,
    memberId: saga.memberId,
    data: saga.data,
    step: step.name,
    idempotencyKey: step.idempotencyKey,
    attempt: step.attempts,
    results: Object.fromEntries(saga.steps.map(({ name, result }) => [name, result])),
    timedOut,
    error: saga.error && inPlainWords(saga.error),
    signal,
  };
}

/** For hooks that run outside of a try. */
export const restingView = (saga: SagaRow): SagaRun => viewOf(saga, { timedOut: false }, new AbortController().signal);
