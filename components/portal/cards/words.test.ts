import { expect, it } from 'vitest';
import { expiryWarning } from './words.ts';

it('warns before a card runs out, and when it has', () => {
  const now = Date.parse('2026-12-31T23:59:00Z');
  const wordsOf = (expMonth: number | null, expYear: number | null) =>
    expiryWarning({ expMonth, expYear }, now)?.words ?? null;
  expect(wordsOf(2, 2027)).toBeNull();
  expect(wordsOf(1, 2027)).toBe('Expires next month');
  expect(wordsOf(12, 2026)).toBe('Expires this month');
  expect(wordsOf(11, 2026)).toBe('Expired');
  expect(wordsOf(12, 2025)).toBe('Expired');
  expect(wordsOf(null, null)).toBeNull();
});
