import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRetry } from './retry-policy.ts';

const half = () => 0.5;
const most = () => 0.999_999;

/** Delays of one failure after another until the policy gives up; stops counting after `limit`. */
function delaysOf(errorClass: Parameters<typeof nextRetry>[0], random: () => number, limit = 5000): number[] {
  const delays: number[] = [];
  for (let attempt = 1; attempt <= limit; attempt += 1) {
    const next = nextRetry(errorClass, attempt, null, random);
    if (next.action !== 'retry') return delays;
    delays.push(next.delayMs);
  }
  return delays;
}

describe('retry policy', () => {
  it('gives up at once on what will never be accepted', () => {
    expect(nextRetry('permanent', 1, 5000, half)).toEqual({ action: 'dead-letter' });
  });

  it('pauses the flow when our own credentials are refused, however often', () => {
    expect(nextRetry('credentials', 10_000, null, half)).toEqual({ action: 'pause' });
  });

  it('tries the transient again 8 times in all, within an exponential ceiling from 1 s', () => {
    expect(delaysOf('transient', most)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]);
    expect(delaysOf('transient', () => 0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(nextRetry('transient', 8, null, half)).toEqual({ action: 'dead-letter' });
  });

  it('tries the unavailable in steps of 5 s up to a minute, for a day', () => {
    const delays = delaysOf('unavailable', half);
    expect(delays.slice(0, 14)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 60, 60].map((s) => s * 1000));
    const hours = delays.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
    expect(hours).toBeGreaterThanOrEqual(24);
    expect(hours).toBeLessThan(24.1);
  });

  it('waits as long as a limiting partner asks, spread out after it, never before', () => {
    expect(nextRetry('limited', 1, 2000, () => 0)).toEqual({ action: 'retry', delayMs: 2000 });
    expect(nextRetry('limited', 1, 2000, half)).toEqual({ action: 'retry', delayMs: 2500 });
    expect(nextRetry('limited', 1, 100_000, half)).toEqual({ action: 'retry', delayMs: 105_000 });
    expect(nextRetry('limited', 1, null, () => 0)).toEqual({ action: 'retry', delayMs: 10_000 });
  });

  it('honours what a partner asks in any class that is tried again, but no more than a day', () => {
    expect(nextRetry('unavailable', 1, 30_000, half)).toEqual({ action: 'retry', delayMs: 30_000 });
    expect(nextRetry('transient', 1, 30_000, half)).toEqual({ action: 'retry', delayMs: 30_000 });
    expect(nextRetry('limited', 1, Number.MAX_SAFE_INTEGER, half)).toEqual({ action: 'retry', delayMs: 86_400_000 });
  });

  it('never waits a negative, fractional or endless time', () => {
    const errorClass = fc.constantFrom('transient', 'unavailable', 'limited') satisfies fc.Arbitrary<string>;
    const asked = fc.option(fc.integer({ min: 0 }));
    fc.assert(
      fc.property(
        errorClass,
        fc.integer({ min: 1, max: 3000 }),
        asked,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (kind, attempt, retryAfter, random) => {
          const next = nextRetry(kind, attempt, retryAfter, () => random);
          if (next.action !== 'retry') return;
          expect(Number.isInteger(next.delayMs)).toBe(true);
          expect(next.delayMs).toBeGreaterThanOrEqual(Math.min(retryAfter ?? 0, 86_400_000));
          expect(next.delayMs).toBeLessThanOrEqual(86_400_000);
        },
      ),
    );
  });
});
