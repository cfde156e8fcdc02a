import { describe, expect, test } from 'vitest';
import { paymentSearch } from './search.ts';

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
