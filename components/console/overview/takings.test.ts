import { expect, test } from 'vitest';
import { takingsDelta } from './takings.ts';

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
