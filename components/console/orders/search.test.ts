import { expect, test } from 'vitest';
import { orderSearch } from './search.ts';

test.each([
  ['O-000012', 'O-000012'],
  ['o-12', 'O-000012'],
  ['12', 'O-000012'],
  ['O-1234567', 'O-1234567'],
])('%s is an order’s number', (text, number) => expect(orderSearch(text)).toMatchObject({ number, amount: null }));

test.each([
  ['€129', 12_900],
  ['129.00', 12_900],
  ['129,00', 12_900],
])('%s is a total', (text, amount) => expect(orderSearch(text)).toMatchObject({ number: '', amount }));

test('anything else is asked for as it is, and found nowhere', () => {
  expect(orderSearch('hammer')).toEqual({ number: 'hammer', amount: null, meaning: null });
  expect(orderSearch('')).toEqual({ number: '', amount: null, meaning: null });
});
