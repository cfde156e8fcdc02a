import { expect, test } from 'vitest';
import { takingsDelta, takingsNote } from './takings.ts';

const money = (amount: number) => ({ amount, currency: 'EUR' });
const text = (today: number, before: number) =>
  takingsDelta({ takings: money(today), takingsWeekAgo: money(before) }).text;

test('a share with its sign, and none of nothing', () => {
  expect([text(150, 100), text(50, 100), text(100, 100), text(100, 0), text(0, 0)]).toEqual([
    '+50 %',
    '−50 %',
    '±0 %',
    'New',
    'None',
  ]);
});

test('where more was given back than taken, the difference itself', () => {
  expect([text(-500, 0), text(300, -200), text(-700, -200), text(-100, 100)]).toEqual([
    '−€5.00',
    '+€5.00',
    '−€5.00',
    '−200 %',
  ]);
});

test('what went back is said, if anything did', () => {
  expect(takingsNote({ givenBack: money(2_000) })).toBe('€20.00 went back');
  expect(takingsNote({ givenBack: money(0) })).toBeNull();
});
