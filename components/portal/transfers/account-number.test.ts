import { describe, expect, it } from 'vitest';
import { accountNumberOf } from './account-number.ts';

describe('an account number as people write it', () => {
  it.each(['A-000123', 'a-000123', 'A000123', 'a 000 123', '123', ' A-123 '])('%s', (text) =>
    expect(accountNumberOf(text)).toBe('A-000123'),
  );
  it('keeps long ones, and is none without digits', () => {
    expect(accountNumberOf('A-12345678')).toBe('A-12345678');
    for (const text of ['', 'A-', 'B-123', 'M-000123', '12x']) expect(accountNumberOf(text)).toBeNull();
  });
});
