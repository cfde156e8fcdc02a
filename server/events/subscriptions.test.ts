import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#server/context/actor.ts';
import { createContext } from '#server/context/context.ts';
import { dismissDeadLetter, redriveDeadLetter } from '#server/queue/dead-letter-commands.ts';
import { listDeadLetters } from '#server/queue/queries.ts';
import { testApp } from '#test/database.ts';
import { laneOf, nextBatch } from './batch.ts';
import { pauseSubscription, resumeSubscription } from './commands.ts';
import { defineProjection, type Projection } from './define.ts';
import { listSubscriptions } from './queries.ts';
import { headPosition } from './read.ts';
import { counted, eventually, sequenceAll, systemContext, write } from './store.testing.ts';
import { ensureSubscriptions, keepLane, takeLane } from './subscription-table.ts';
import { startSubscriptions } from './subscriptions.ts';

const app = testApp(() => ({ DATABASE_POOL: '16' }));
const sql = () => app.current.database.sql;

beforeAll(async () => {
  await sql()`create table seen (reader text, stream text, n int, version int, at bigserial)`;
  await sql()`create table poison (stream text, n int)`;
});

const running: Array<{ stop(): Promise<void> }> = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function start(...readers: Projection[]) {
  const started = await startSubscriptions(app.current, readers);
  running.push(started);
  return started;
}

/** Writes down what it sees; fails at what the table of poison says. */
const reader = (name: string, lanes = 1) =>
  defineProjection({
    name,
    types: [counted.type],
    lanes,
    async apply(ctx, events) {
      for (const event of events) {
        await ctx.sql`
          insert into seen (reader, stream, n, version)
          values (${name}, ${event.stream}, ${Number(event.data.n)}, ${event.version})`;
        const [poison] = await ctx.sql`
          select 1 from poison where stream = ${event.stream} and n = ${Number(event.data.n)}`;
        if (poison) throw new Error(`cannot digest person@example.com in ${event.stream}`);
      }
    },
  });

const seen = async (name: string, stream: string) =>
  (await sql()<{ n: number }[]>`select n from seen where reader = ${name} and stream = ${stream} order by at`).map(
    (row) => row.n,
  );

async function publish(stream: string, ...numbers: number[]) {
  await write(app.current, stream, ...numbers);
  await sequenceAll(sql());
}

const caughtUp = (name: string) =>
  eventually(async () => {
    const head = await headPosition(sql());
    const rows = await sql()`select position from subscriptions where name = ${name} and position <> ${head}`;
    expect(rows).toHaveLength(0);
  });

const statusOf = async (name: string) =>
  (await listSubscriptions(systemContext(app.current))).find((one) => one.name === name);

describe('subscriptions', () => {
  it('two processes with lanes: every event once, each stream in order', async () => {
    await publish('lanes-0', 1, 2, 3);
    await start(reader('lanes', 4));
    await start(reader('lanes', 4));
    for (let n = 0; n < 12; n += 1) await publish(`lanes-${n % 6}`, 10 + n, 100 + n);
    await caughtUp('lanes');
    expect(await seen('lanes', 'lanes-0')).toEqual([1, 2, 3, 10, 110 - 10, 16, 106]);
    const [doubles] = await sql()`
      select count(*)::int as rows, count(distinct (stream, version))::int as events from seen where reader = 'lanes'`;
    expect(doubles?.rows).toBe(doubles?.events);
    expect(
      new Set(['lanes-0', 'lanes-1', 'lanes-2', 'lanes-3'].map((stream) => laneOf(stream, 4))).size,
    ).toBeGreaterThan(1);
  });

  it('a reader of rare types moves to the head', async () => {
    await start(defineProjection({ name: 'rare', types: ['store_test.never'], apply: async () => {} }));
    await publish('rare-1', 1);
    await caughtUp('rare');
    expect(await statusOf('rare')).toMatchObject({ kind: 'projection', lag: 0, lagSeconds: 0, status: 'idle' });
  });

  it('is woken by what it reads at once, and by the rest not at all', async () => {
    await sql()`create table checkpoints_written (name text)`;
    await sql().unsafe(`
      create function note_checkpoint() returns trigger language plpgsql as $$ begin
        insert into checkpoints_written values (new.name); return null; end $$;
      create trigger note_checkpoint after update of position on subscriptions
        for each row execute function note_checkpoint();`);
    await start(
      reader('wanting'),
      defineProjection({ name: 'unwanting', types: ['store_test.never'], apply: async () => {} }),
    );
    const began = performance.now();
    for (let n = 1; n <= 20; n += 1) {
      await publish('wanting-1', n);
      await eventually(async () => expect(await seen('wanting', 'wanting-1')).toHaveLength(n));
      // It stands behind what it does not read, and nothing waits for it.
      expect(await statusOf('unwanting')).toMatchObject({ lag: 0, lagSeconds: 0, status: 'idle' });
    }
    const seconds = (performance.now() - began) / 1000;
    await sql()`drop trigger note_checkpoint on subscriptions`;
    const written = await sql()<{ name: string; n: number }[]>`
      select name, count(*)::int as n from checkpoints_written group by name`;
    const of = (name: string) => written.find((row) => row.name === name)?.n ?? 0;
    // One who is not woken looks once a second: twenty events, each awaited, would take it twenty.
    expect(seconds).toBeLessThan(10);
    expect(of('wanting')).toBeGreaterThanOrEqual(20);
    expect(of('unwanting')).toBeLessThanOrEqual(seconds + 2);
  });

  it('a notice that names no types wakes everyone', async () => {
    await start(defineProjection({ name: 'anyone', types: ['store_test.never'], apply: async () => {} }));
    const began = performance.now();
    for (let n = 1; n <= 10; n += 1) {
      await publish('anyone-1', n);
      await sql()`select pg_notify('guildhall_event_types', '')`;
      await caughtUp('anyone');
    }
    expect((performance.now() - began) / 1000).toBeLessThan(5);
  });

  it('is woken by the sequencer, and catches up after the listener’s connection was cut', async () => {
    await start(reader('woken'));
    await publish('woken-1', 1);
    await caughtUp('woken');
    const cut = await sql()`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'guildhall-listen' and datname = current_database()`;
    expect(cut.length).toBeGreaterThan(0);
    await publish('woken-1', 2, 3);
    await caughtUp('woken');
    expect(await seen('woken', 'woken-1')).toEqual([1, 2, 3]);
  });

  it('a poisoned event blocks its stream only, and is redriven with its tail in order', async () => {
    await sql()`insert into poison values ('poison-1', 2)`;
    await start(reader('eater'));
    await write(app.current, 'poison-1', 1, 2, 3);
    await publish('poison-2', 1, 2, 3);
    await caughtUp('eater');
    await publish('poison-1', 4);
    await caughtUp('eater');
    expect(await seen('eater', 'poison-1')).toEqual([1]);
    expect(await seen('eater', 'poison-2')).toEqual([1, 2, 3]);
    const ctx = systemContext(app.current);
    const { data } = await listDeadLetters(ctx, { queue: 'eater', limit: 10 });
    expect(data.map((letter) => letter.tail)).toEqual([true, true, false]);
    expect(data[2]).toMatchObject({ key: 'poison-1', kind: 'event', attempts: 1, status: 'open' });
    expect(data[2]?.error).not.toContain('person@example.com');
    expect(await statusOf('eater')).toMatchObject({ status: 'idle', blockedStreams: 1 });

    // Still broken: everything stays where it is.
    await redriveDeadLetter(ctx, { id: data[0]?.id ?? '' });
    await eventually(async () => {
      const again = await listDeadLetters(ctx, { queue: 'eater', limit: 10 });
      expect(again.data[2]).toMatchObject({ attempts: 2, redrives: 1 });
    });
    expect(await seen('eater', 'poison-1')).toEqual([1]);

    await sql()`delete from poison`;
    await redriveDeadLetter(ctx, { id: data[2]?.id ?? '' });
    await eventually(async () => expect(await seen('eater', 'poison-1')).toEqual([1, 2, 3, 4]));
    await publish('poison-1', 5);
    await eventually(async () => expect(await seen('eater', 'poison-1')).toEqual([1, 2, 3, 4, 5]));
    expect((await listDeadLetters(ctx, { queue: 'eater', limit: 10 })).data).toEqual([]);
    expect(await statusOf('eater')).toMatchObject({ blockedStreams: 0 });
  });

  it('a dismissed event is left out, what waits behind it goes on', async () => {
    await sql()`insert into poison values ('poison-3', 1)`;
    await start(reader('picky'));
    await publish('poison-3', 1, 2);
    await caughtUp('picky');
    const ctx = systemContext(app.current);
    const { data } = await listDeadLetters(ctx, { queue: 'picky', limit: 10 });
    await dismissDeadLetter(ctx, { id: data.find((letter) => !letter.tail)?.id ?? '', reason: 'a test' });
    await eventually(async () => expect(await seen('picky', 'poison-3')).toEqual([2]));
    const [entry] = await sql()`select reason from audit_entries where action = 'dead-letter.dismiss'`;
    expect(entry).toEqual({ reason: 'a test' });
  });

  it('is paused and resumed by whoever may', async () => {
    await start(reader('sleepy'));
    await caughtUp('sleepy');
    const ctx = systemContext(app.current);
    await pauseSubscription(ctx, 'sleepy');
    await publish('sleepy-1', 1);
    await start(reader('awake'));
    await caughtUp('awake');
    expect(await statusOf('sleepy')).toMatchObject({ status: 'paused', lag: 1 });
    expect(await seen('sleepy', 'sleepy-1')).toEqual([]);
    await resumeSubscription(ctx, 'sleepy');
    await eventually(async () => expect(await seen('sleepy', 'sleepy-1')).toEqual([1]));
    const staff: Actor = { kind: 'client', clientId: 'x', scopes: ['read:status'] };
    const other = createContext(app.current, { actor: staff });
    await expect(pauseSubscription(other, 'sleepy')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('a lane whose holder fell silent is taken over; a holder that wakes writes nothing', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    let calls = 0;
    const slow: Projection = {
      ...reader('slow'),
      async apply(ctx, events) {
        await reader('slow').apply(ctx, events);
        calls += 1;
        if (calls > 1) return;
        entered.resolve();
        await gate.promise;
      },
    };
    await start(slow);
    await publish('slow-1', 1);
    await entered.promise;
    // As after a long pause: the lease is gone and the database has ended the transaction that was left open.
    await start(slow);
    await sql()`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`;
    await caughtUp('slow');
    gate.resolve();
    await publish('slow-1', 2);
    await caughtUp('slow');
    expect(await seen('slow', 'slow-1')).toEqual([1, 2]);
  });

  it('whoever lost the lane moves nothing, even with events before it', async () => {
    const lane = { name: 'handed', lane: 0, lanes: 1 };
    const ctx = systemContext(app.current);
    await ensureSubscriptions(sql(), [reader('handed')]);
    const first = (await takeLane(sql(), lane, 'first')) ?? 0;
    expect(await takeLane(sql(), lane, 'second')).toBeNull();
    await publish('handed-1', 1);
    await sql()`update subscriptions set expires_at = '-infinity' where name = 'handed'`;
    const second = (await takeLane(sql(), lane, 'second')) ?? 0;
    expect(await nextBatch(ctx, reader('handed'), lane, first)).toEqual({ kind: 'lost' });
    expect(await keepLane(sql(), lane, first)).toBe(false);
    expect(await seen('handed', 'handed-1')).toEqual([]);
    expect(await nextBatch(ctx, reader('handed'), lane, second)).toMatchObject({ kind: 'moved', lag: 0 });
    expect(await seen('handed', 'handed-1')).toEqual([1]);
  });

  it('tells stuck from idle', async () => {
    await start(reader('left'));
    await caughtUp('left');
    await running.pop()?.stop();
    expect(await statusOf('left')).toMatchObject({ status: 'idle' });
    await publish('left-1', 1, 2);
    const status = await statusOf('left');
    expect(status).toMatchObject({ status: 'stuck', lag: 2 });
    expect(status?.lagSeconds).toBeGreaterThan(0);
  });

  it('changes the number of lanes only where all stand alike', async () => {
    await start(reader('regrouped', 1));
    await publish('regrouped-1', 1);
    await caughtUp('regrouped');
    await running.pop()?.stop();
    await start(reader('regrouped', 3));
    await publish('regrouped-2', 2);
    await caughtUp('regrouped');
    const lanes = await sql()`select lane, lanes from subscriptions where name = 'regrouped' order by lane`;
    expect(lanes.map((row) => row.lanes)).toEqual([3, 3, 3]);
    expect([await seen('regrouped', 'regrouped-1'), await seen('regrouped', 'regrouped-2')]).toEqual([[1], [2]]);
  });
});
