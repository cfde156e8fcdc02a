import type { ErrorClass } from './partner-error.ts';

/** What becomes of a job whose attempt failed. `pause` stops the whole flow, the record stays queued. */
export type NextRetry = { action: 'retry'; delayMs: number } | { action: 'dead-letter' } | { action: 'pause' };

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const transientBaseMs = second;
const transientCapMs = 5 * minute;
const transientAttempts = 8;
const unavailableStepMs = 5 * second;
const unavailableCapMs = minute;
/** Twelve steps of 5 s up to a minute, then one a minute: 1446 waits make 24 hours. */
const unavailableAttempts = 1447;
/** Used when a partner limits us without saying for how long. */
const limitedDefaultMs = 10 * second;
const limitedAttempts = 1447;
/** A date far ahead in `Retry-After` is a mistake; a day is the longest quota that partners have. */
const longestWaitMs = day;

/**
 * Decides what follows a failed attempt. `attempt` counts the failed attempts so far, this one included (1, 2, …);
 * `retryAfterMs` is what the partner asked for; `random` gives numbers in [0, 1).
 */
export function nextRetry(
  errorClass: ErrorClass,
  attempt: number,
  retryAfterMs: number | null,
  random: () => number,
): NextRetry {
  switch (errorClass) {
    case 'permanent':
      return { action: 'dead-letter' };
    case 'credentials':
      return { action: 'pause' };
    case 'transient': {
      if (attempt >= transientAttempts) return { action: 'dead-letter' };
      const ceiling = Math.min(transientCapMs, transientBaseMs * 2 ** (attempt - 1));
      return retry(Math.max(random() * ceiling, retryAfterMs ?? 0));
    }
    case 'unavailable':
      if (attempt >= unavailableAttempts) return { action: 'dead-letter' };
      return retry(Math.max(Math.min(unavailableCapMs, unavailableStepMs * attempt), retryAfterMs ?? 0));
    case 'limited': {
      if (attempt >= limitedAttempts) return { action: 'dead-letter' };
      const asked = retryAfterMs ?? limitedDefaultMs;
      // Never earlier than asked; spread out after it, or all held-back records come back at the same instant.
      return retry(asked + random() * Math.max(second, asked / 10));
    }
  }
}

function retry(delayMs: number): NextRetry {
  return { action: 'retry', delayMs: Math.round(Math.min(delayMs, longestWaitMs)) };
}
