import { expect, test } from 'vitest';
import { isSame, readAt, writeAt } from './paths.ts';

test('reads and writes inside, and leaves the original alone', () => {
  const values = { name: 'Ada', address: { city: 'Berlin', line1: 'Weg 1' }, mail: { events: true } };
  const moved = writeAt(values, 'address.city', 'Hamburg');
  expect(readAt(moved, 'address.city')).toBe('Hamburg');
  expect(readAt(moved, 'address.line1')).toBe('Weg 1');
  expect(values.address.city).toBe('Berlin');
  expect(moved.mail).toBe(values.mail);
});

test('a place that is not there reads as undefined', () => {
  expect(readAt({ a: { b: null } }, 'a.b.c')).toBeUndefined();
  expect(readAt({ a: 1 }, 'b')).toBeUndefined();
});

test('what was changed and changed back is the same again', () => {
  const values = { name: 'Ada', address: { city: 'Berlin' }, mail: { events: true } };
  const moved = writeAt(values, 'address.city', 'Hamburg');
  expect(isSame(moved, values)).toBe(false);
  expect(isSame(writeAt(moved, 'address.city', 'Berlin'), values)).toBe(true);
  expect(isSame({ name: '' }, { name: '', note: '' })).toBe(false);
  expect(isSame({ address: null }, { address: {} })).toBe(false);
});
