import { sagaDefinition } from './define.ts';
import { type SagaRow, stepAt } from './table.ts';
import { isGoingBack } from './view.ts';

export const sagaActions = ['retry', 'skip', 'settle'] as const;
export type SagaAction = (typeof sagaActions)[number];

/** What a person may do with a saga at this moment without harm. */
export function allowedActions(saga: SagaRow): SagaAction[] {
  if (saga.finishedAt !== null) return [];
  const optional = sagaDefinition(saga.type).steps[saga.step]?.skippable === true;
  // Going on without an undoing is a person's decision; without a step of the way forward only where that was foreseen.
  if (saga.status === 'stuck') return ['retry', ...(isGoingBack(saga) || optional ? ['skip' as const] : []), 'settle'];
  const step = stepAt(saga, saga.step);
  const skippable = optional && saga.status === 'waiting';
  // A failed try that waits for its next one, or a step that waits for something outside: looking again harms nothing.
  const canLook = step.status === 'waiting' || (step.error !== null && Object.keys(step.failures).length > 0);
  return [...(canLook ? (['retry'] as const) : []), ...(skippable ? (['skip'] as const) : [])];
}
