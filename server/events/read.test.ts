import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createContext, inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { append } from './append.ts';
import { defineEvent } from './define.ts';
import { getEvent, listEvents, sequencerStatus } from './queries.ts';
import { headPosition, readCorrelation, readEvents, readStream, upcast } from './read.ts';
import { count, counted, sequenceAll, systemContext, write } from './store.testing.ts';

defineEvent({
  type: 'read_test.grown',
  version: 3,
  producers: ['guildhall'],
  data: z.strictObject({ name: z.string(), size: z.int(), tags: z.array(z.string()) }),
  upcasters: { 1: ({ label, ...rest }) => ({ ...rest, name: label, size: 0 }), 2: (data) => ({ ...data, tags: [] }) },
});

const app = testApp();

describe('reading', () => {
  it('shows only what has a position', async () => {
    const { sql } = app.current.database;
    await write(app.current, 'reading-1', 1);
    expect(await readStream(sql, 'reading-1')).toEqual([]);
    expect(await sequencerStatus(systemContext(app.current))).toMatchObject({ pending: 1 });
    await sequenceAll(sql);
    expect(await readStream(sql, 'reading-1')).toHaveLength(1);
  });

  it('filters by type, stream, correlation and time, and pages by position', async () => {
    const { sql } = app.current.database;
    const ctx = systemContext(app.current);
    const before = await headPosition(sql);
    await inTransaction(ctx, async (tx) => {
      await append(tx, 'reading-2', 'new', [count(1), count(2), count(3)]);
      await append(tx, 'reading-3', 'new', [
        {
          type: 'read_test.grown',
          data: { name: 'x', size: 1, tags: [] },
          occurredAt: new Date('2026-01-02T03:04:05Z'),
        },
      ]);
    });
    await sequenceAll(sql);
    const list = async (filter: object) => (await listEvents(ctx, { limit: 10, ...filter })).data;
    expect(await list({ after: before })).toHaveLength(4);
    expect(await list({ after: before, type: 'read_test.grown' })).toMatchObject([
      { stream: 'reading-3', data: { name: 'x', size: 1 }, occurredAt: '2026-01-02T03:04:05Z' },
    ]);
    expect(await list({ stream: 'reading-2' })).toMatchObject([{ version: 1 }, { version: 2 }, { version: 3 }]);
    expect(await list({ correlationId: ctx.correlationId })).toHaveLength(4);
    expect(await readCorrelation(sql, ctx.correlationId)).toHaveLength(4);
    const [first] = await list({ after: before });
    const at = first?.recordedAt ?? '';
    expect(await list({ from: at, after: before })).toHaveLength(4);
    expect(await list({ from: at, to: at })).toEqual([]);
    expect((await list({ to: at })).every((event) => event.recordedAt < at)).toBe(true);
    const page = await listEvents(ctx, { after: before, limit: 3 });
    expect(page.next).toBe(before + 3);
    expect(await listEvents(ctx, { after: before + 3, limit: 3 })).toMatchObject({
      data: [{ position: before + 4 }],
      next: null,
    });
    expect(await readEvents(sql, { after: before, upTo: before + 2, types: [counted.type], limit: 9 })).toHaveLength(2);
  });

  it('gives one event, refuses whoever may not read', async () => {
    const { ids } = await write(app.current, 'reading-4', 1);
    await sequenceAll(app.current.database.sql);
    expect(await getEvent(systemContext(app.current), ids[0] ?? '')).toMatchObject({
      stream: 'reading-4',
      actor: { kind: 'system', id: 'test' },
      recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    const nobody = createContext(app.current, { actor: { kind: 'client', clientId: 'x', scopes: ['write:data'] } });
    await expect(getEvent(nobody, ids[0] ?? '')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listEvents(nobody, { limit: 1 })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('brings old versions to the newest, step by step, and refuses those of a newer release', () => {
    const grown = { name: 'old', size: 0, tags: [] };
    expect(upcast('read_test.grown', 1, { label: 'old' })).toEqual(grown);
    expect(upcast('read_test.grown', 2, { name: 'old', size: 0 })).toEqual(grown);
    expect(upcast('read_test.grown', 3, grown)).toBe(grown);
    expect(() => upcast('read_test.grown', 4, {})).toThrow('newer');
    expect(upcast('read_test.unknown', 7, { a: 1 })).toEqual({ a: 1 });
  });
});
