import { describe, expect, it } from 'vitest';
import { accountNumberOf } from './account-number.ts';
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

describe('an account number as people write it', () => {
  it.each(['A-000123', 'a-000123', 'A000123', 'a 000 123', '123', ' A-123 '])('%s', (text) =>
    expect(accountNumberOf(text)).toBe('A-000123'),
  );
  it('keeps long ones, and is none without digits', () => {
    expect(accountNumberOf('A-12345678')).toBe('A-12345678');
    for (const text of ['', 'A-', 'B-123', 'M-000123', '12x']) expect(accountNumberOf(text)).toBeNull();
  });
});
