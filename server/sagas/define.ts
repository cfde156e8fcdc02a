import type { Queryable } from '#db/client.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import type { JsonObject } from '#server/events/stored-event.ts';

/** How one try of a step ended. Anything thrown is a try that failed: retried by its class, and then `failed`. */
export type StepOutcome =
  | { outcome: 'completed'; result?: JsonObject }
  /** Something outside has to happen first. The step runs again when it is woken, and at the latest after `forMs` with `timedOut`. */
  | { outcome: 'waiting'; forMs: number }
  /** A rule or a partner says no. `reason` is shown to people: words, no personal values. */
  | { outcome: 'failed'; code: string; reason: string };

export const completed = (result?: JsonObject): StepOutcome => ({
  outcome: 'completed',
  ...(result ? { result } : {}),
});
export const waiting = (forMs: number): StepOutcome => ({ outcome: 'waiting', forMs });
export const failed = (code: string, reason: string): StepOutcome => ({ outcome: 'failed', code, reason });

/** What a step sees of its saga. */
export interface SagaRun {
  id: string;
  type: string;
  subjectId: string;
  memberId: string | null;
  data: JsonObject;
  step: string;
  /** Stays the same for every try of this step. */
  idempotencyKey: string;
  /** Tries of this step, this one included. */
  attempt: number;
  /** What the steps before gave, and this one when it is being undone. */
  results: Readonly<Record<string, JsonObject | null>>;
  /** True when the wait of this step has run out. */
  timedOut: boolean;
  /** Why the saga turned back, while it does: in words that anybody may read. */
  error: { code: string; reason: string } | null;
  /** Aborted when the try's time is up or the worker stops. For partner steps. */
  signal: AbortSignal;
}

interface Step {
  name: string;
  /** An operator may go on without it. */
  skippable?: true;
}

/** Touches our own database only: its effect and the saga's move are one transaction. */
export interface DatabaseStep extends Step {
  kind: 'database';
  run(tx: TxCtx, saga: SagaRun): Promise<StepOutcome>;
  compensate?(tx: TxCtx, saga: SagaRun): Promise<StepOutcome>;
}

/**
 * Writes what a call brought to light, in the transaction that moves the saga, and says how the try ended. `current` is false
 * when the saga has been moved meanwhile: then what the saga is about must be left as it is, and the outcome counts for nothing.
 */
export type StepRecording = (tx: TxCtx, current: boolean) => Promise<StepOutcome>;

/** Calls a partner outside of any transaction. A worker can die right after the call, so it must be one that can be repeated. */
export interface PartnerStep extends Step {
  kind: 'partner';
  run(ctx: Ctx, saga: SagaRun): Promise<StepRecording>;
  compensate?(ctx: Ctx, saga: SagaRun): Promise<StepRecording>;
}

export type SagaStep = DatabaseStep | PartnerStep;

export type SagaEnd = 'completed' | 'failed';

export interface SagaDefinition {
  type: string;
  steps: readonly SagaStep[];
  /** In the transaction of the last move. `failed`: everything is undone. Also called when a person settles it. */
  onEnd?(tx: TxCtx, saga: SagaRun, end: SagaEnd): Promise<void>;
  /** It cannot go on nor back without a person. */
  onStuck?(tx: TxCtx, saga: SagaRun): Promise<void>;
  /** It goes on after it was stuck, forwards or back. */
  onTakenUp?(tx: TxCtx, saga: SagaRun): Promise<void>;
  /** Before anybody is told that it turned back: for the subject's own status. */
  onTurnedBack?(tx: TxCtx, saga: SagaRun): Promise<void>;
  /** What people call its subjects (`O-000093`), by their ids. */
  numbersOf?(sql: Queryable, subjectIds: readonly string[]): Promise<Map<string, string>>;
  /** What the partners say about it at this moment, for the explorer. Plain facts without personal values. */
  inspect?(ctx: Ctx, saga: SagaRun): Promise<readonly PartnerWord[]>;
}

export interface PartnerWord {
  system: string;
  about: string;
  says: JsonObject | null;
  /** When it could not be asked. */
  error: string | null;
}

const definitions = new Map<string, SagaDefinition>();

/** Declares a saga. Its steps keep their names and order for as long as one of them is under way. */
export function defineSaga(definition: SagaDefinition): SagaDefinition {
  const names = new Set(definition.steps.map((step) => step.name));
  if (names.size !== definition.steps.length) throw new Error(`${definition.type} has two steps of one name`);
  if (definition.steps.length === 0) throw new Error(`${definition.type} has no steps`);
  definitions.set(definition.type, definition);
  return definition;
}

/** For those who only look: another version of us may have begun sagas that this process does not know. */
export const findSagaDefinition = (type: string): SagaDefinition | undefined => definitions.get(type);

/** @throws Error for a saga that this process has not loaded */
export function sagaDefinition(type: string): SagaDefinition {
  const found = definitions.get(type);
  if (!found) throw new Error(`unknown saga: ${type}`);
  return found;
}
