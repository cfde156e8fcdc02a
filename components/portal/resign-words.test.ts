import { expect, test } from 'vitest';
import { coveredUntil, resignWords } from './resign-words.ts';

test('what resigning means depends on what is paid for, to the day', () => {
  expect(coveredUntil({ paidUntil: '2026-11-21' }, '2026-11-21')).toBe('2026-11-21');
  expect(coveredUntil({ paidUntil: '2026-11-20' }, '2026-11-21')).toBe(null);
  expect(coveredUntil({ paidUntil: null }, '2026-11-21')).toBe(null);
  expect(resignWords('2027-03-14')).toContain('until 14 March 2027');
  expect(resignWords(null)).toContain('ends today');
});
