import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { askable, withArrivals } from './tail.ts';

const at = (...positions: number[]) => positions.map((position) => ({ position }) as StoredEvent);
const positionsOf = (events: StoredEvent[]) => events.map(({ position }) => position);

describe('tail of events', () => {
  test('newest first, whatever the order of arrival', () => {
    expect(positionsOf(withArrivals(at(3, 2, 1), at(5, 4, 6)))).toEqual([6, 5, 4, 3, 2, 1]);
  });

  test('what arrives twice stands once', () => {
    expect(positionsOf(withArrivals(at(3, 2), at(3, 4, 4)))).toEqual([4, 3, 2]);
  });

  test('never holds more than its size, and drops the oldest', () => {
    expect(positionsOf(withArrivals(at(3, 2, 1), at(4, 5), 3))).toEqual([5, 4, 3]);
  });

  test('half an id is not asked for', () => {
    const memberId = '0199a2c4-7b6f-7000-8000-000000000001';
    const typed = { type: 'a', stream: '', correlationId: '0199', memberId };
    expect(askable(typed)).toEqual({ ...typed, correlationId: '' });
    expect(askable({ ...typed, memberId: '0199' }).memberId).toBe('');
  });
});
