import { expect, it } from 'vitest';
import { assess, type Circumstances } from './score.ts';

const sound: Circumstances = {
  amount: 120_000,
  rateBp: 240,
  termMonths: 12,
  income: 350_000,
  outgoings: 180_000,
  dependants: 1,
  otherDebts: 10_000,
  memberForDays: 4 * 365,
  settledLoans: 1,
  loansInTrouble: 0,
};

it('is the sum of its parts, each with its reason', () => {
  const assessment = assess(sound);
  expect(assessment).toMatchObject({ points: 100, max: 100, advice: 'strong' });
  expect(assessment.parts.reduce((sum, part) => sum + part.points, 0)).toBe(assessment.points);
  expect(assessment.parts.map((part) => part.why)).toEqual([
    'The instalment takes 8 % of what is left over each month.',
    'All debts with this one take 6 % of the income.',
    'The loan is 3 % of a year’s income.',
    'A member for 4 years.',
    'An earlier loan was paid back in time.',
  ]);
});

it('gives nothing for room where there is none, and says so', () => {
  const { parts, advice } = assess({ ...sound, outgoings: 400_000, memberForDays: 10, settledLoans: 0 });
  expect(parts[0]).toMatchObject({ points: 0, why: 'Nothing is left over each month.' });
  expect(advice).toBe('look_closely');
});

it.each([
  ['more income', { income: 200_000 }, { income: 400_000 }],
  ['fewer dependants', { dependants: 5 }, { dependants: 0 }],
  ['a smaller loan', { amount: 1_000_000 }, { amount: 100_000 }],
  ['no trouble before', { loansInTrouble: 1 }, { loansInTrouble: 0 }],
])('is never worse with %s', (_what, worse, better) => {
  expect(assess({ ...sound, ...better }).points).toBeGreaterThan(assess({ ...sound, ...worse }).points);
});

it('does not fail on an income of nothing', () => {
  expect(assess({ ...sound, income: 0 })).toMatchObject({ advice: 'weak' });
});
