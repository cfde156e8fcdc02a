import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rounds } from '#test/soak.ts';
import { accrueTo, annuity, firstSchedule, instalmentOf, periodInterest, redrawn } from './annuity.ts';
import { addMonths, daysBetween } from './days.ts';

const amounts = fc.integer({ min: 1, max: 1_000_000_000 });
const rates = fc.integer({ min: 0, max: 3_000 });
const terms = fc.integer({ min: 1, max: 120 });
const days = fc.integer({ min: 0, max: 60_000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

describe('the instalment', () => {
  it('is what tables of annuities say', () => {
    // 10,000.00 at 6 % over 12 months and 100,000.00 at 5 % over 60: 860.66 and 1,887.12 in any of them.
    expect(instalmentOf(1_000_000, 600, 12)).toBe(86_066);
    expect(instalmentOf(10_000_000, 500, 60)).toBe(188_712);
    expect(instalmentOf(120_000, 0, 12)).toBe(10_000);
    expect(instalmentOf(100, 0, 3)).toBe(33);
  });

  it('is the formula’s, as far as fractions can tell', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 3_000 }), terms, (amount, rateBp, months) => {
        const r = rateBp / 120_000;
        const exact = (amount * r) / (1 - (1 + r) ** -months);
        expect(Math.abs(instalmentOf(amount, rateBp, months) - exact)).toBeLessThan(0.5 + exact * 1e-9);
      }),
      { numRuns: rounds(300, 5_000) },
    );
  });
});

describe('the schedule', () => {
  it('pays back exactly what was lent, in equal instalments but for the last', () => {
    fc.assert(
      fc.property(amounts, rates, terms, (amount, rateBp, months) => {
        const parts = annuity(amount, rateBp, months);
        expect(sum(parts.map((part) => part.principal))).toBe(amount);
        expect(parts.every((part) => part.principal >= 0 && part.interest >= 0)).toBe(true);
        let owed = amount;
        for (const part of parts) {
          expect(part.interest).toBe(Number((BigInt(owed) * BigInt(rateBp) * 2n + 120_000n) / 240_000n));
          owed -= part.principal;
        }
        const totals = parts.map((part) => part.principal + part.interest);
        if (amount >= 10_000) {
          expect(totals).toHaveLength(months);
          const instalment = instalmentOf(amount, rateBp, months);
          expect(totals.slice(0, -1).every((total) => total === instalment)).toBe(true);
          // Half a unit a month of either rounding, with its own interest.
          const most = (1 + rateBp / 120_000) ** months * months + 1;
          expect(Math.abs((totals.at(-1) ?? 0) - instalment)).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: rounds(300, 5_000) },
    );
  });

  it('falls due on one day of each month, the last where there is none', () => {
    const due = firstSchedule({ amount: 60_000, rateBp: 0, termMonths: 4 }, '2027-10-31').map((one) => one.dueOn);
    expect(due).toEqual(['2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29']);
  });

  it('has no two instalments on a day, whichever it starts on', () => {
    fc.assert(
      fc.property(days, terms, (day, months) => {
        const due = Array.from({ length: months }, (_, n) => addMonths(day, n + 1));
        expect(new Set(due).size).toBe(months);
        expect([...due].sort()).toEqual(due);
        expect(daysBetween(day, due[0] ?? day)).toBeLessThanOrEqual(31);
      }),
    );
  });
});

describe('a redrawn schedule', () => {
  const accrual = { periodFrom: '2027-01-15', accruedTo: '2027-01-15', principalDays: 0, accruedPaid: 0 };
  const planned = (months: number) =>
    Array.from({ length: months }, (_, n) => ({ seq: n + 1, dueOn: addMonths('2027-01-15', n + 1) }));

  it('is the same when nothing was paid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 1_000_000_000 }), rates, terms, (amount, rateBp, months) => {
        expect(redrawn(amount, rateBp, accrual, planned(months))).toEqual(
          annuity(amount, rateBp, months).map((part, n) => ({ ...planned(months)[n], ...part })),
        );
      }),
    );
  });

  it('counts the days before the payment at the old principal, and those after it at the new one', () => {
    // 31 days: ten at 12,000.00, twenty-one at 6,000.00, a month's rate of 1 %.
    const until = accrueTo(accrual, 1_200_000, '2027-01-25');
    const [first] = redrawn(600_000, 1_200, until, planned(12));
    expect(first?.interest).toBe(Math.round((0.01 * (10 * 1_200_000 + 21 * 600_000)) / 31));
  });

  it('takes no interest twice: what was paid ahead is missing from the next instalment', () => {
    fc.assert(
      fc.property(amounts, rates, fc.integer({ min: 0, max: 31 }), (amount, rateBp, day) => {
        const on = new Date(Date.parse('2027-01-15') + day * 86_400_000).toISOString().slice(0, 10);
        const until = accrueTo(accrual, amount, on);
        const paid = periodInterest(rateBp, until.principalDays, 31);
        const [first] = redrawn(amount, rateBp, { ...until, accruedPaid: paid }, planned(12));
        expect((first?.interest ?? 0) + paid).toBe(periodInterest(rateBp, amount, 1));
      }),
    );
  });
});
