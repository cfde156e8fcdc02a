import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import { type Partner, PartnerError } from './partner-error.ts';

const failuresToOpen = 5;
const halfOpenAfterMs = 2000;

export type BreakerState = 'closed' | 'open' | 'half-open';

/** One circuit per partner. */
export interface Breakers {
  withBreaker: <T>(partner: Partner, work: () => Promise<T>) => Promise<T>;
  breakerState: (partner: Partner) => BreakerState;
  /** Forgets a partner's failures: another process has found that it answers. Whatever is no partner is passed over. */
  closeCircuit: (partner: string) => void;
}

type Outcome<T> = { ok: true; value: T } | { ok: false; error: unknown };

function isUnavailable(outcome: unknown): boolean {
  if (typeof outcome !== 'object' || outcome === null || !('error' in outcome)) return false;
  return outcome.error instanceof PartnerError && outcome.error.errorClass === 'unavailable';
}

/** Circuits that open after 5 `unavailable` errors in a row and let one call through every 2 s until it succeeds. */
export function createBreakers(): Breakers {
  const circuits = new Map<string, CircuitBreakerPolicy>();

  function circuitOf(partner: Partner): CircuitBreakerPolicy {
    let circuit = circuits.get(partner);
    if (circuit === undefined) {
      circuit = circuitBreaker(handleWhenResult(isUnavailable), {
        breaker: new ConsecutiveBreaker(failuresToOpen),
        halfOpenAfter: halfOpenAfterMs,
      });
      circuits.set(partner, circuit);
    }
    return circuit;
  }

  async function withBreaker<T>(partner: Partner, work: () => Promise<T>): Promise<T> {
    // Errors travel as values: a refusal of one record proves the partner alive and must reset the count, which
    // cockatiel does for results only.
    let outcome: Outcome<T>;
    try {
      outcome = await circuitOf(partner).execute(() => settle(work));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new PartnerError(partner, 'unavailable', 'circuit open', halfOpenAfterMs);
    }
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  }

  function breakerState(partner: Partner): BreakerState {
    const state = circuitOf(partner).state;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.HalfOpen ? 'half-open' : 'open';
  }

  function closeCircuit(partner: string): void {
    circuits.delete(partner);
  }

  return { withBreaker, breakerState, closeCircuit };
}

async function settle<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error };
  }
}

/** This process's circuits: each process learns by itself that a partner is down, and from the first to find out that it is up. */
export const { withBreaker, breakerState, closeCircuit } = createBreakers();
