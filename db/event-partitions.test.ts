import { expect, test, vi } from 'vitest';
import { testApp } from '#test/database.ts';

const app = testApp();
const sql = () => app.current.database.sql;

const partitions = async (month: string) => {
  const rows = await sql()`
    select 1 from pg_inherits where inhparent = 'events'::regclass and inhrelid = to_regclass(${`events_${month}`})`;
  return rows.length;
};

test('two workers that start on a missing month make it once', async () => {
  const hold = Promise.withResolvers<void>();
  const made = Promise.withResolvers<void>();
  const first = sql().begin(async (tx) => {
    await tx`select ensure_event_partitions('2061-05-17', 2)`;
    made.resolve();
    await hold.promise;
  });
  await made.promise;
  const second = sql()`select ensure_event_partitions('2061-05-17', 2)`.then(
    () => 'done',
    (error: Error) => error.message,
  );
  await vi.waitFor(async () => {
    const waiting = await sql()`
      select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%ensure_event_partitions%'`;
    expect(waiting).toHaveLength(1);
  });
  hold.resolve();
  await first;
  expect(await second).toBe('done');
  expect([await partitions('2061_05'), await partitions('2061_06')]).toEqual([1, 1]);
});

test('events that came before their month’s partition move to it', async () => {
  const stored = () => sql()<{ table: string; events: number }[]>`
    select tableoid::regclass::text as table, count(*)::int as events from events
    where recorded_at >= '2062-01-01' group by 1 order by 1`;
  await sql()`
    insert into events (id, recorded_at, stream, version, type, schema_version, data, correlation_id, actor, source, occurred_at)
    select gen_random_uuid(), at, 'test-' || n, 1, 'test.happened', 1, '{}', gen_random_uuid(), '{}', 'test', at
    from unnest('{2062-06-30T23:59:59.999Z,2062-07-01T00:00:00Z,2062-07-31T23:59:59.999Z,2062-08-01T00:00:00Z}'::timestamptz[])
      with ordinality as t (at, n)`;
  expect(await stored()).toEqual([{ table: 'events_default', events: 4 }]);
  await sql()`select ensure_event_partitions('2062-07-01', 1)`;
  expect(await stored()).toEqual([
    { table: 'events_2062_07', events: 2 },
    { table: 'events_default', events: 2 },
  ]);
  await sql()`select ensure_event_partitions('2062-06-01', 3)`;
  expect(await stored()).toEqual([
    { table: 'events_2062_06', events: 1 },
    { table: 'events_2062_07', events: 2 },
    { table: 'events_2062_08', events: 1 },
  ]);
  const indexes = await sql()`select 1 from pg_index where indrelid = 'events_2062_07'::regclass`;
  const [parent] = await sql()<{ n: number }[]>`
    select count(*)::int as n from pg_index where indrelid = 'events'::regclass`;
  expect(indexes).toHaveLength(parent?.n ?? 0);
});
