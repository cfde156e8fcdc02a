import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createContext, inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { append } from './append.ts';
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
    const written = await inTransaction(ctx, (tx) => append(tx, 'note-1', 'new', [note(1), note(2)]));
    expect(written.version).toBe(2);
    const rows = await ctx.sql`
      select e.*, e.data->>'n' as n, e.actor->>'id' as actor_id, e.version::int as v,
        i.recorded_at = e.recorded_at as same_id_time, p.recorded_at = e.recorded_at as same_pending_time
      from events e join event_ids i using (id) join pending_events p on p.event_id = e.id
      where stream = 'note-1' order by version`;
    expect(rows.map((row) => [row.id, row.v, row.n])).toEqual([
      [written.ids[0], 1, '1'],
      [written.ids[1], 2, '2'],
    ]);
    expect(rows[0]).toMatchObject({
      type: noted.type,
      schema_version: 2,
      correlation_id: ctx.correlationId,
      causation_id: ctx.causationId,
      source: 'test',
      actor_id: 'test',
      same_id_time: true,
      same_pending_time: true,
    });
    expect(rows[0]?.id[14]).toBe('7');
  });

  it('refuses a stream that has moved on, whatever was expected, and leaves nothing', async () => {
    const ctx = context();
    const write = (expected: number | 'new' | 'any') =>
      inTransaction(ctx, (tx) => append(tx, 'note-2', expected, [note(1)]));
    await expect(write(1)).rejects.toMatchObject({ code: 'conflict' });
    expect(await write('new')).toMatchObject({ version: 1 });
    await expect(write('new')).rejects.toMatchObject({ code: 'conflict' });
    await expect(write(2)).rejects.toMatchObject({ code: 'conflict' });
    expect(await write(1)).toMatchObject({ version: 2 });
    expect(await write('any')).toMatchObject({ version: 3 });
    const [count] = await ctx.sql`select count(*)::int as events from events where stream = 'note-2'`;
    expect(count).toEqual({ events: 3 });
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
