import { expect, test } from 'vitest';
import { coverWords } from './cover-words.ts';

const today = '2026-11-21';
const year = { from: '2026-03-15', to: '2027-03-15' };
const next = { from: '2027-01-01', to: '2028-01-01' };

test.each([
  ['nothing is paid', null, [], 'Begins: As soon as it is paid'],
  ['it runs', '2027-03-14', [year], 'Paid until: 14 March 2027'],
  ['its last day is today', today, [], 'Paid until: 21 November 2026'],
  ['it has run out', '2026-11-20', [], 'Ended on: 20 November 2026'],
  ['it begins later', '2027-12-31', [next], 'Paid for: 1 January 2027 to 31 December 2027'],
  [
    'the next year is paid too',
    '2028-03-14',
    [{ from: '2027-03-15', to: '2028-03-15' }, year],
    'Paid until: 14 March 2028',
  ],
])('when %s', (_, paidUntil, periods, words) => {
  const { label, value } = coverWords({ paidUntil }, periods, today);
  expect(`${label}: ${value}`).toBe(words);
});
