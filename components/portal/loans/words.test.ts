import { expect, it } from 'vitest';
import { parseAmount } from '../../values/amount.ts';
import { amountField, lateWords, loanSentence, rateText, termText } from './words.ts';

it('writes what it reads', () => {
  for (const amount of [1, 10, 99, 100, 12_905, 1_000_000]) expect(parseAmount(amountField(amount))).toBe(amount);
});

it('says rates and terms in words', () => {
  expect([rateText(0), rateText(240), termText(12), termText(18), termText(36)]).toEqual([
    'without interest',
    '2.40 % a year',
    '1 year',
    '18 months',
    '3 years',
  ]);
});

it('says what is late before what comes next', () => {
  const loan = { appliedAt: '', decidedAt: null, next: null };
  const overdue = { amount: { amount: 10_131, currency: 'EUR' }, since: '2027-02-28', instalments: 1 };
  expect(loanSentence({ ...loan, status: 'in_arrears', overdue })).toBe('€101.31 has been due since 28 February 2027.');
  expect(lateWords({ overdue })?.text).toMatch(/^One instalment has been due since 28 February 2027\./);
  expect(lateWords({ overdue: { ...overdue, instalments: 3 } })?.text).toMatch(
    /^3 instalments have been due, the oldest/,
  );
  expect(lateWords({ overdue: null })).toBeNull();
});
