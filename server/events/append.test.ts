import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createContext, inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { append, appendAlone } from './append.ts';
import { defineEvent } from './define.ts';

const noted = defineEvent({
  type: 'append_test.noted',
  version: 2,
  producers: ['guildhall'],
  data: z.strictObject({ n: z.int() }),
  upcasters: { 1: (data) => data },
});

const app = testApp();
const context = () =>
  createContext(app.current, { actor: { kind: 'system', name: 'test' }, source: 'test', causationId: uuidv7() });
const note = (n: number) => ({ type: noted.type, data: { n } });

describe('append', () => {
  it('writes stream, id, event and pending row with complete metadata', async () => {
    const ctx = context();
    const first = await inTransaction(ctx, (tx) => append(tx, 'note-1', 'new', [note(1)]));
    const more = await inTransaction(ctx, (tx) => append(tx, 'note-1', 1, [note(2), note(3)]));
    expect(more.version).toBe(3);
    const rows = await ctx.sql`
      select e.*, e.data->>'n' as n, e.actor->>'id' as actor_id, e.version::int as v,
        i.recorded_at = e.recorded_at as same_id_time, p.recorded_at = e.recorded_at as same_pending_time
      from events e join event_ids i using (id) join pending_events p on p.event_id = e.id
      where stream = 'note-1' order by version`;
    expect(rows.map((row) => [row.id, row.v, row.n])).toEqual([
      [first.ids[0], 1, '1'],
      [more.ids[0], 2, '2'],
      [more.ids[1], 3, '3'],
    ]);
    const complete = {
      type: noted.type,
      schema_version: 2,
      correlation_id: ctx.correlationId,
      causation_id: ctx.causationId,
      source: 'test',
      actor_id: 'test',
      same_id_time: true,
      same_pending_time: true,
    };
    for (const row of rows) expect(row).toMatchObject(complete);
    expect(rows[0]?.id[14]).toBe('7');
  });

  it.each([1, 2])(
    'refuses a stream that has moved on, whatever was expected, and leaves nothing (%i events)',
    async (n) => {
      const ctx = context();
      const stream = `moved-${n}`;
      const events = Array.from({ length: n }, (_, i) => note(i));
      // Its own transaction: nothing is rolled back but what the statement itself leaves out.
      const write = (expected: number | 'new' | 'any') => appendAlone(ctx, stream, expected, events);
      await expect(write(n)).rejects.toMatchObject({ code: 'conflict' });
      expect(await write('new')).toMatchObject({ version: n });
      await expect(write('new')).rejects.toMatchObject({ code: 'conflict' });
      await expect(write(n + 1)).rejects.toMatchObject({ code: 'conflict' });
      expect(await write(n)).toMatchObject({ version: 2 * n });
      expect(await write('any')).toMatchObject({ version: 3 * n });
      const [count] = await ctx.sql`
      select count(*)::int as events, count(distinct version)::int as versions, max(version)::int as last,
        (select count(*)::int from pending_events p join events e on e.id = p.event_id where stream = ${stream}) as pending
      from events where stream = ${stream}`;
      expect(count).toEqual({ events: 3 * n, versions: 3 * n, last: 3 * n, pending: 3 * n });
    },
  );

  it('begins a stream at any version, however many do so at once, and gives each a version of its own', async () => {
    const ctx = context();
    const held = await Promise.all(
      Array.from({ length: 6 }, (_, n) => inTransaction(ctx, (tx) => append(tx, 'begun-at-once', 'any', [note(n)]))),
    );
    expect(held.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    const alone = await Promise.all([1, 2].map((n) => appendAlone(ctx, 'begun-alone', 'any', [note(n)])));
    expect(alone.map(({ version }) => version).sort()).toEqual([1, 2]);
  });

  it('lets one of two writers at the same version win', async () => {
    const ctx = context();
    await inTransaction(ctx, (tx) => append(tx, 'note-3', 'new', [note(0)]));
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => inTransaction(ctx, (tx) => append(tx, 'note-3', 1, [note(n)]))),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses an event id that was seen before', async () => {
    const ctx = context();
    const event = { ...note(1), id: uuidv7() };
    await inTransaction(ctx, (tx) => append(tx, 'note-4', 'any', [event]));
    await expect(inTransaction(ctx, (tx) => append(tx, 'note-5', 'any', [event, note(2)]))).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(inTransaction(ctx, (tx) => append(tx, 'note-5', 'any', [event]))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('id'),
    });
  });

  it('refuses unknown types and data that does not fit, naming the field and no value', async () => {
    const ctx = context();
    const write = (type: string, data: Record<string, string>) =>
      inTransaction(ctx, (tx) => append(tx, 'note-6', 'any', [{ type, data }]));
    await expect(write('append_test.unknown', {})).rejects.toThrow('unknown event type');
    await expect(write(noted.type, { n: 'secret' })).rejects.toThrow(/^(?!.*secret).*data\.n/);
    await expect(write(noted.type, { extra: 'secret' })).rejects.toThrow(/^(?!.*secret).*extra/);
  });
});
