import { describe, expect, test } from 'vitest';
import { barOf, spanOf } from './time-line.ts';

const startedAt = '2026-11-21T10:00:00.000Z';
const at = (seconds: number) => new Date(Date.parse(startedAt) + seconds * 1_000).toISOString();

describe('steps on a time line', () => {
  const span = spanOf({ startedAt, finishedAt: at(10) }, Date.parse(at(500)));

  test('what has ended does not grow with the clock', () => expect(span.ms).toBe(10_000));

  test('bars are to scale', () => {
    expect(barOf({ startedAt: at(0), finishedAt: at(2) }, span)).toEqual({
      from: 0,
      width: 20,
      ms: 2_000,
      open: false,
    });
    expect(barOf({ startedAt: at(2), finishedAt: at(10) }, span)).toMatchObject({ from: 20, width: 80 });
  });

  test('a short one at the very end is seen, and stays inside', () => {
    const bar = barOf({ startedAt: at(10), finishedAt: at(10) }, span);
    expect(bar?.width).toBeGreaterThan(0);
    expect((bar?.from ?? 0) + (bar?.width ?? 0)).toBeLessThanOrEqual(100);
  });

  test('one under way reaches to now', () => {
    const lasting = spanOf({ startedAt, finishedAt: null }, Date.parse(at(4)));
    expect(barOf({ startedAt: at(1), finishedAt: null }, lasting)).toEqual({
      from: 25,
      width: 75,
      ms: 3_000,
      open: true,
    });
  });

  test('one that has not begun has none', () => {
    expect(barOf({ startedAt: null, finishedAt: null }, span)).toBeNull();
  });
});
