import { describe, expect, test } from 'vitest';
import { parseAmount } from './amount.ts';
import { paymentSearch } from './search.ts';

describe('an amount as it is typed', () => {
  test.each([
    ['129', 12_900],
    ['129.5', 12_950],
    ['€129.00', 12_900],
    ['129,00', 12_900],
    ['1,290', 129_000],
    ['1,234,567.89', 123_456_789],
    ['0.07', 7],
    ['29.29', 2_929],
    ['129 EUR', 12_900],
  ])('%s', (text, minor) => expect(parseAmount(text)).toBe(minor));

  test.each(['', 'P-000001', '1.234', '-5', '1e3', '12,34,56', '99999999999999999999'])('%j is none', (text) =>
    expect(parseAmount(text)).toBeNull(),
  );
});

describe('what a search means', () => {
  test('four digits are the end of a card, and offer the amount', () => {
    expect(paymentSearch('•• 4242')).toMatchObject({ last4: '4242', amount: null, q: '' });
    expect(paymentSearch('4242').instead).toEqual({ text: '4242.00', meaning: 'Search €4,242.00 instead' });
  });

  test('decimals make it an amount', () => {
    expect(paymentSearch('4242.00')).toMatchObject({ amount: 424_200, last4: '', instead: null });
  });

  test('numbers and the gateway’s ids are sent as they are', () => {
    expect(paymentSearch(' P-000012 ')).toMatchObject({ q: 'P-000012', amount: null, last4: '' });
    expect(paymentSearch('pi_3Nx')).toMatchObject({ q: 'pi_3Nx' });
  });
});
