import { describe, expect, it } from 'vitest';
import type { AccountEntry } from '../../api/accounts.ts';
import { dailyBalances, daysBefore, monthsOf, spanOf } from './balance.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const entry = (bookedAt: string, direction: 'debit' | 'credit', amount: number, after: number): AccountEntry => ({
  ...{ entryId: bookedAt, line: 1, number: 'J-000001', kind: 'transfer', memo: null, reverses: null, refs: {} },
  ...{ direction, amount: eur(amount), balanceAfter: eur(after), bookedAt, effectiveOn: bookedAt.slice(0, 10) },
});
const now = Date.parse('2026-11-21T10:00:00Z');

describe('the balance day by day', () => {
  const account = { balance: eur(700), createdAt: '2025-01-01T00:00:00Z' };
  const entries = [
    entry('2026-11-20T18:00:00Z', 'debit', 300, 700),
    entry('2026-11-20T09:00:00Z', 'credit', 500, 1000),
    entry('2026-11-18T09:00:00Z', 'credit', 100, 500),
  ];

  it('ends each day with its last movement and carries it over quiet days', () => {
    const days = dailyBalances(account, { entries, complete: true }, '2026-11-17', now);
    expect(days).toEqual([
      { day: '2026-11-17', balance: 400 },
      { day: '2026-11-18', balance: 500 },
      { day: '2026-11-19', balance: 500 },
      { day: '2026-11-20', balance: 700 },
      { day: '2026-11-21', balance: 700 },
    ]);
  });

  it('is level when nothing moved', () => {
    const days = dailyBalances(account, { entries: [], complete: true }, '2026-11-20', now);
    expect(days.map(({ balance }) => balance)).toEqual([700, 700]);
  });

  it('begins with nothing the day before an account was opened, and where the movements are known', () => {
    const young = { balance: eur(500), createdAt: '2026-11-20T08:00:00Z' };
    const paidIn = [entry('2026-11-20T09:00:00Z', 'credit', 500, 500)];
    expect(dailyBalances(young, { entries: paidIn, complete: true }, '2026-11-17', now)).toEqual([
      { day: '2026-11-19', balance: 0 },
      { day: '2026-11-20', balance: 500 },
      { day: '2026-11-21', balance: 500 },
    ]);
    expect(dailyBalances(young, { entries: paidIn, complete: true }, '2026-11-20', now)[0]?.day).toBe('2026-11-20');
    expect(dailyBalances(account, { entries, complete: false }, '2026-11-10', now)[0]?.day).toBe('2026-11-18');
  });
});

it('counts days and months in UTC', () => {
  expect(daysBefore(now, 89)).toBe('2026-08-24');
  expect(monthsOf('2026-09-30T23:00:00Z', now)).toEqual(['2026-11', '2026-10', '2026-09']);
  expect(monthsOf('2001-01-01T00:00:00Z', now)).toHaveLength(36);
  expect(spanOf('2026-12')).toEqual({ from: '2026-12-01T00:00:00Z', to: '2027-01-01T00:00:00.000Z' });
  for (const none of [null, '', '2026-13', '2026-1', 'x']) expect(spanOf(none)).toBeNull();
});
