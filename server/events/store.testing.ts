import { expect, vi } from 'vitest';
import { z } from 'zod';
import type { Queryable } from '#db/client.ts';
import type { App } from '#server/context/app.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { append, type NewEvent } from './append.ts';
import { defineEvent } from './define.ts';
import { headPosition, readEvents } from './read.ts';

/** What the tests of the event store write: `n` tells events of a stream apart. */
export const counted = defineEvent({
  type: 'store_test.counted',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ n: z.int() }),
});

export const count = (n: number): NewEvent => ({ type: counted.type, data: { n } });

export const systemContext = (app: App) => createContext(app, { actor: { kind: 'system', name: 'test' } });

export const write = (app: App, stream: string, ...numbers: number[]) =>
  inTransaction(systemContext(app), (tx) => append(tx, stream, 'any', numbers.map(count)));

/** Gives positions to all pending events, as the process that leads. Takes the lead if nobody has it. */
export async function sequenceAll(sql: Queryable): Promise<void> {
  await sql`select take_sequencer('test', 60000)`;
  const [lease] = await sql<{ fencing: number }[]>`select fencing from sequencer`;
  for (let moved = 1; moved > 0; ) {
    const [result] = await sql<{ moved: number }[]>`
      select sequence_events(${lease?.fencing ?? 0}, 1000, 60000) as moved`;
    moved = result?.moved ?? -1;
    expect(moved).toBeGreaterThanOrEqual(0);
  }
}

/** Everything stored has one position, positions have no gap, and each stream is in the order of its versions. */
export async function expectSoundOrder(sql: Queryable): Promise<void> {
  const [counts] = await sql<{ events: number; positions: number; distinct: number; pending: number; head: number }[]>`
    select (select count(*)::int from events) as events, count(*)::int as positions,
      count(distinct event_id)::int as distinct, max(position) as head,
      (select count(*)::int from pending_events) as pending
    from event_positions`;
  expect(counts).toMatchObject({
    positions: counts?.events,
    distinct: counts?.events,
    head: counts?.events,
    pending: 0,
  });
  expect(await headPosition(sql)).toBe(counts?.events);
  const versions = new Map<string, number>();
  for (let after = 0; ; ) {
    const page = await readEvents(sql, { after, limit: 5_000 });
    for (const event of page) {
      expect(event.position).toBe(++after);
      expect(event.version, event.stream).toBe((versions.get(event.stream) ?? 0) + 1);
      versions.set(event.stream, event.version);
    }
    if (page.length === 0) return;
  }
}

export const eventually = (check: () => Promise<void> | void, timeout = 10_000) =>
  vi.waitFor(check, { timeout, interval: 10 });
