import { describe, expect, it } from 'vitest';
import { amountProblem, parseAmount } from './amount.ts';

describe('an amount as people write it', () => {
  it.each([
    ['12', 1200],
    ['12.5', 1250],
    ['12,50', 1250],
    ['12.50', 1250],
    ['€12.50', 1250],
    ['12,50 €', 1250],
    ['eur 12.50', 1250],
    ['0,05', 5],
    ['1234.50', 123450],
    ['1,234.50', 123450],
    ['1.234,50', 123450],
    ['1 234,50', 123450],
    ['1’234.50', 123450],
    ['1,234,567', 123456700],
    ['1,234,567.89', 123456789],
    ['129 EUR', 12900],
    ['29.29', 2929],
  ])('%s', (text, minor) => expect(parseAmount(text)).toBe(minor));

  it.each([
    '',
    '-5',
    'abc',
    '1.2.3',
    '1,23,4',
    '12.505',
    '1.234.50',
    '1,234,50',
    '12..5',
    '1e3',
    'P-000001',
    '1.234',
    '1,234',
    '99999999999999',
  ])('%s is none', (text) => expect(parseAmount(text)).toBeNull());

  it('says what is wrong with one', () => {
    const available = { amount: 1000, words: '€10.00' };
    expect(amountProblem(' ', available)).toBe('Enter an amount');
    expect(amountProblem('0,00', available)).toBe('Enter more than zero');
    expect(amountProblem('10.01', available)).toBe('You have €10.00 available');
    expect(amountProblem('10.00', available)).toBeNull();
    expect(amountProblem('10.01', null)).toBeNull();
  });
});
