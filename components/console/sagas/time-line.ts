import type { Saga, SagaStep } from '../../api/console/shapes.ts';

/** Where a step's bar lies, in per cent of the whole, and how long it took or has taken so far, in milliseconds. */
export interface Bar {
  from: number;
  width: number;
  ms: number;
  /** Still growing. */
  open: boolean;
}

/** A bar is seen however short: per cent of the whole. */
const narrowest = 0.6;

/** The whole that the bars lie on: from the beginning to the end, or to `now` (milliseconds since the epoch) while it lasts. */
export function spanOf({ startedAt, finishedAt }: Pick<Saga, 'startedAt' | 'finishedAt'>, now: number) {
  const from = Date.parse(startedAt);
  return { from, ms: Math.max(1, (finishedAt === null ? now : Date.parse(finishedAt)) - from) };
}

/** null for a step that has not begun. */
export function barOf(
  step: Pick<SagaStep, 'startedAt' | 'finishedAt'>,
  span: { from: number; ms: number },
): Bar | null {
  if (step.startedAt === null) return null;
  const begun = Date.parse(step.startedAt) - span.from;
  const ended = step.finishedAt === null ? span.ms : Date.parse(step.finishedAt) - span.from;
  const ms = Math.max(0, ended - begun);
  const width = Math.min(100, Math.max(narrowest, (ms / span.ms) * 100));
  const from = Math.min(100 - width, Math.max(0, (begun / span.ms) * 100));
  return { from, width, ms, open: step.finishedAt === null };
}
