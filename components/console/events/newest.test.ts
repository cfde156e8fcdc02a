import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { type ListEvents, newestEvents } from './newest.ts';

const any = { type: '', stream: '', correlationId: '' };

/** A store that reads forward, as the API does, and counts how often it is asked. */
function store(positions: number[]) {
  const asked = { times: 0 };
  const list: ListEvents = async ({ after, cursor, limit }) => {
    asked.times += 1;
    const from = cursor === null ? (after ?? 0) : Number(cursor);
    const left = positions.filter((position) => position > from);
    const data = left.slice(0, limit).map((position) => ({ position }) as StoredEvent);
    return { data, nextCursor: left.length > limit ? String(data.at(-1)?.position) : null };
  };
  return { list, asked };
}

const upTo = (count: number, step = 1) => Array.from({ length: count }, (_, index) => (index + 1) * step);

describe('newest events', () => {
  test('what is frequent is found near the end, in one question', async () => {
    const { list, asked } = store(upTo(50_000));
    const found = await newestEvents(list, any, 50_000);
    expect(found[0]?.position).toBe(50_000);
    expect(asked.times).toBe(1);
  });

  test('what is rare is looked for further back', async () => {
    const { list } = store([7, 30_000]);
    expect((await newestEvents(list, { ...any, type: 'rare' }, 50_000)).map(({ position }) => position)).toEqual([
      30_000, 7,
    ]);
  });

  test('thousands of old ones do not hide the newest', async () => {
    const { list } = store([...upTo(5_000), 14_272]);
    const found = await newestEvents(list, { ...any, type: 'frequent once' }, 14_300);
    expect(found[0]?.position).toBe(14_272);
  });

  test('an empty store gives nothing', async () => {
    expect(await newestEvents(store([]).list, any, 0)).toEqual([]);
  });
});
