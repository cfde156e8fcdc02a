import fc from 'fast-check';
import { expect, it } from 'vitest';
import { taxWithin } from '#server/orders/rules.ts';
import { creditShares } from './rules.ts';

const line = fc.record({
  amount: fc.integer({ min: 0, max: 10_000_000 }),
  taxRateBp: fc.constantFrom(0, 700, 1900, 2500),
});

/** Cuts an amount into parts. */
const partsOf = (total: number, cuts: readonly number[]): number[] => {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (total + 1)), total])].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => end - (at[i] ?? 0));
};

it('parts of an order that go back add up, to the unit, to what was paid, each line with its tax', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(100_000_000), { maxLength: 6 }),
      (lines, cuts) => {
        const total = lines.reduce((sum, { amount }) => sum + amount, 0);
        const parts = partsOf(total, cuts);
        const sums = lines.map(() => ({ amount: 0, tax: 0 }));
        parts.forEach((part, i) => {
          const shares = creditShares(lines, parts.slice(0, i + 1), taxWithin);
          expect(shares.reduce((sum, { amount }) => sum + amount, 0)).toBe(part);
          shares.forEach(({ amount, tax }, at) => {
            expect(amount).toBeGreaterThanOrEqual(0);
            expect(tax).toBeGreaterThanOrEqual(0);
            expect(tax).toBeLessThanOrEqual(amount);
            const sum = sums[at];
            if (sum) Object.assign(sum, { amount: sum.amount + amount, tax: sum.tax + tax });
          });
        });
        if (total > 0) {
          expect(sums).toEqual(lines.map(({ amount, taxRateBp }) => ({ amount, tax: taxWithin(amount, taxRateBp) })));
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('a credit among the lines goes back too', () => {
  const lines = [
    { amount: 10_000, taxRateBp: 1900 },
    { amount: -2_500, taxRateBp: 1900 },
  ];
  expect(creditShares(lines, [7_500], taxWithin).map(({ amount }) => amount)).toEqual([10_000, -2_500]);
});
