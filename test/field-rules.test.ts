import { expect, test } from 'vitest';
import * as rules from '#components/forms/field-rules.ts';
import * as server from '#server/members/rules.ts';
import { joinBody } from '#server/members/shapes.ts';

test('a form takes what the server takes, to the character', () => {
  expect(rules.maxLengths).toEqual(server.maxLengths);
});

test('while one types, only what no further key puts right is said', () => {
  const phones = ['+', '+49', '(0', '+49 30 1234567', '0301', '12345678901234567890'];
  expect(phones.map(rules.phoneSoFar)).toEqual(phones.map(() => null));
  for (const wrong of ['+49 30 12x', '49+', 'call me', '1'.repeat(26)])
    expect(rules.phoneSoFar(wrong), wrong).not.toBe(null);
  expect(rules.atMost(3)('abc ')).toBe(null);
  expect(rules.atMost(3)('abcd')).toBe('1 character too many: at most 3 fit');
});

test('no number that the server would take is refused while one types', () => {
  const phone = joinBody.shape.phone;
  for (const value of ['+49 (30) 123.45-67', '030 1234567', '+'.padEnd(25, '4')]) {
    expect(phone.safeParse(value).success, value).toBe(true);
    expect(rules.phoneSoFar(value), value).toBe(null);
    expect(rules.phone(value), value).toBe(null);
  }
});
