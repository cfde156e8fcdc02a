import type { JsonObject } from '#server/events/stored-event.ts';

/** What a job row carries in `data`. */
export interface JobData {
  payload: JsonObject;
  correlationId: string;
  causationId: string | null;
  position: number | null;
  /** Failed attempts so far, by class. */
  failures: Record<string, number>;
  lastError: { class: string; reason: string; at: string } | null;
  /** Times it was put back without a failure of its own: its flow was paused, the worker stopped. */
  returned?: number;
  /** Failures with an unreachable partner it had when it was last let run early, because the partner answered others. */
  rung?: number;
  /** Times it paused its flow, each after our credentials had been accepted in between. */
  pauses?: number;
  /** Times it, or what it was redriven from, came back from the dead letters. */
  redrives?: number;
}
