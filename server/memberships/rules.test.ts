import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  addDays,
  addMonths,
  dayOfMonth,
  daysBetween,
  firstPeriod,
  nextPeriod,
  nextStep,
  periodUntil,
  prorate,
  share,
  stepAfter,
  steps,
} from './rules.ts';

afterEach(() => void vi.unstubAllEnvs());

const zones = ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'];
const aZone = fc.constantFrom(...zones);
const aDay = fc.integer({ min: 0, max: 80_000 }).map((n) => addDays('1970-01-01', n));
const months = fc.constantFrom(1, 2, 3, 6, 12, 24);

describe('the end of a period', () => {
  it.each([
    ['2026-01-31', 1, 31, '2026-02-28'],
    ['2028-01-31', 1, 31, '2028-02-29'],
    ['2026-02-28', 1, 31, '2026-03-31'],
    ['2024-02-29', 12, 29, '2025-02-28'],
    ['2027-02-28', 12, 29, '2028-02-29'],
    ['2026-12-31', 2, 31, '2027-02-28'],
    ['2026-03-31', -1, 31, '2026-02-28'],
    ['2026-05-15', -12, 15, '2025-05-15'],
  ])('%s and %i months by day %i is %s', (day, n, anchor, expected) => {
    expect(addMonths(day, n, anchor)).toBe(expected);
  });

  it('keeps the anniversary: n renewals lead to the anchor and n periods, without gap or overlap, in any time zone', () => {
    fc.assert(
      fc.property(aDay, months, fc.integer({ min: 1, max: 40 }), aZone, (start, length, count, tz) => {
        vi.stubEnv('TZ', tz);
        const anchorDay = dayOfMonth(start);
        let period = firstPeriod(start, length);
        expect(period).toEqual({ from: start, to: addMonths(start, length, anchorDay) });
        for (let n = 1; n <= count; n += 1) {
          const next = nextPeriod(period.to, length, anchorDay);
          expect(next.from).toBe(period.to);
          expect(next.to > next.from).toBe(true);
          expect(next.to).toBe(addMonths(start, (n + 1) * length, anchorDay));
          period = next;
        }
      }),
    );
  });

  it('is as many months away, and never more than the days of a month off', () => {
    fc.assert(
      fc.property(aDay, months, (start, length) => {
        const days = daysBetween(start, firstPeriod(start, length).to);
        expect(days).toBeGreaterThanOrEqual(28 * length);
        expect(days).toBeLessThanOrEqual(31 * length);
      }),
    );
  });
});

describe('a share', () => {
  it('is exact to the minor unit: halves up, and the parts of a split make the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000_000_000 }),
        fc.integer({ min: 1, max: 800 }),
        fc.nat({ max: 800 }),
        (amount, whole, part) => {
          fc.pre(part <= whole);
          const got = share(amount, part, whole);
          const exact = BigInt(amount) * BigInt(part);
          // |got − amount × part / whole| ≤ ½, in whole numbers.
          const off = 2n * (BigInt(got) * BigInt(whole) - exact);
          expect(off > -BigInt(whole) && off <= BigInt(whole)).toBe(true);
          expect(got).toBeLessThanOrEqual(amount);
          expect(share(amount, whole, whole)).toBe(amount);
          expect(share(amount, 0, whole)).toBe(0);
        },
      ),
    );
  });
});

describe('a change in the middle', () => {
  it('on half of a year costs half of the difference', () => {
    const period = { from: '2026-01-01', to: '2027-01-01' };
    const on = '2026-07-02';
    expect(daysBetween(on, period.to)).toBe(183);
    expect(prorate({ paid: 12_900, period, on, price: 24_900, whole: period })).toEqual({
      credit: 6_468,
      charge: 12_484,
      due: 6_016,
    });
  });

  it('never gives money out, never credits more than was paid, costs less every day, and all of it on the first', () => {
    const amount = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(aDay, months, amount, amount, fc.nat({ max: 900 }), (from, length, paid, price, after) => {
        const period = firstPeriod(from, length);
        const whole = periodUntil(period.to, length, dayOfMonth(from));
        const on = addDays(from, Math.min(after, daysBetween(from, period.to)));
        const now = prorate({ paid, period, on, price, whole });
        expect(now.due).toBe(now.charge - now.credit);
        expect(now.due).toBeGreaterThanOrEqual(0);
        expect(now.credit).toBeLessThanOrEqual(paid);
        const first = prorate({ paid, period, on: from, price, whole });
        expect(first.credit).toBe(Math.min(paid, first.charge));
        expect(now.charge).toBeLessThanOrEqual(first.charge);
        expect(prorate({ paid, period, on: period.to, price, whole })).toEqual({ credit: 0, charge: 0, due: 0 });
      }),
    );
  });
});

describe('the steps around the end', () => {
  it('are each made once and in order, one a day at most, however long nobody looked', () => {
    const outages = fc
      .array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 12 })
      // Looked at several times a day; but days do go by.
      .filter((naps) => naps.some((days) => days > 0));
    fc.assert(
      fc.property(aDay, fc.integer({ min: -40, max: 5 }), outages, (end, joined, naps) => {
        let today = addDays(end, joined);
        let planned = nextStep(end, today);
        const made: Array<{ step: number; on: string }> = [];
        for (let nap = 0; planned !== null && nap < 3_000; nap += 1) {
          today = addDays(today, naps[nap % naps.length] ?? 1);
          if (planned.on > today) continue;
          made.push({ step: planned.step, on: today });
          planned = stepAfter(end, planned.step, today);
        }
        const first = steps.findIndex(({ day }) => addDays(end, day) >= addDays(end, joined));
        expect(made.map(({ step }) => step)).toEqual(steps.slice(first).map(({ day }) => day));
        expect(new Set(made.map(({ on }) => on)).size).toBe(made.length);
        for (const { step, on } of made) expect(on >= addDays(end, step)).toBe(true);
      }),
    );
  });
});
