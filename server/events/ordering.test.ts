import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { append } from './append.ts';
import { readEvents } from './read.ts';
import { count, expectSoundOrder, sequenceAll, systemContext, write } from './store.testing.ts';

const app = testApp(() => ({ DATABASE_POOL: '12' }));

type Step = 'begin' | 'append' | 'end';

/** A transaction that is led by hand. A step that has to wait for another transaction's lock is left waiting. */
function transaction(stream: string, rollBack: boolean) {
  const gates = new Map<Step, PromiseWithResolvers<void>>();
  const passed = new Set<Step>();
  for (const step of ['begin', 'append', 'end'] as const) gates.set(step, Promise.withResolvers<void>());
  let pid = 0;
  let settled = false;
  const pass = async (step: Step) => gates.get(step)?.promise;
  const running = (async () => {
    await pass('begin');
    await inTransaction(systemContext(app.current), async (tx) => {
      const [session] = await tx.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      pid = session?.pid ?? 0;
      passed.add('begin');
      await pass('append');
      await append(tx, stream, 'any', [count(1), count(2)]);
      passed.add('append');
      await pass('end');
      if (rollBack) throw new Error('rolled back on purpose');
    });
  })()
    .catch((error: Error) => expect(error.message).toBe('rolled back on purpose'))
    .finally(() => {
      settled = true;
    });
  return {
    running,
    async take(step: Step) {
      gates.get(step)?.resolve();
      while (!passed.has(step) && !settled && !(await isBlocked(pid))) await nextTurn();
    },
  };
}

async function isBlocked(pid: number): Promise<boolean> {
  const [row] = await app.current.database.sql<{ blocked: boolean }[]>`
    select cardinality(pg_blocking_pids(${pid})) > 0 as blocked`;
  return row?.blocked ?? false;
}

/** Every order in which the steps of the transactions can happen, each transaction's own being given. */
function* interleavings(transactions: number, steps: readonly Step[]): Generator<Array<[number, Step]>> {
  const taken = new Array<number>(transactions).fill(0);
  const path: Array<[number, Step]> = [];
  function* go(): Generator<Array<[number, Step]>> {
    if (path.length === transactions * steps.length) yield [...path];
    for (let t = 0; t < transactions; t += 1) {
      const step = steps[taken[t] as number];
      if (!step) continue;
      taken[t] = (taken[t] as number) + 1;
      path.push([t, step]);
      yield* go();
      path.pop();
      taken[t] = (taken[t] as number) - 1;
    }
  }
  yield* go();
}

let round = 0;

/** Sequences and reads after every step, as a reader would that is always awake, and checks what it was given. */
async function play(order: Array<[number, Step]>, plan: Array<{ stream: string; rollBack: boolean }>) {
  round += 1;
  const { sql } = app.current.database;
  const prefix = `round_${round}-`;
  const transactions = plan.map(({ stream, rollBack }) => transaction(prefix + stream, rollBack));
  const [start] = await sql<{ head: number }[]>`select last_position as head from sequencer`;
  let after = start?.head ?? 0;
  const versions = new Map<string, number>();
  async function look() {
    await sequenceAll(sql);
    for (const event of await readEvents(sql, { after, limit: 100 })) {
      expect(event.position).toBe(after + 1);
      after = event.position;
      expect(event.version).toBe((versions.get(event.stream) ?? 0) + 1);
      versions.set(event.stream, event.version);
    }
  }
  for (const [t, step] of order) {
    await transactions[t]?.take(step);
    await look();
  }
  await Promise.all(transactions.map(({ running }) => running));
  await look();
  const expected = new Map<string, number>();
  for (const { stream, rollBack } of plan) {
    if (!rollBack) expected.set(prefix + stream, (expected.get(prefix + stream) ?? 0) + 2);
  }
  expect(versions).toEqual(expected);
}

const commit = (stream: string) => ({ stream, rollBack: false });
const rollBack = (stream: string) => ({ stream, rollBack: true });

describe('transactions held open on purpose', () => {
  it('three on three streams: in every order nothing is lost, doubled or turned around', async () => {
    for (const order of interleavings(3, ['append', 'end'])) {
      await play([[0, 'begin'], [1, 'begin'], [2, 'begin'], ...order], [commit('a'), commit('b'), commit('c')]);
    }
    await expectSoundOrder(app.current.database.sql);
  });

  it('three, two of them on one stream, one of these rolled back, in every order', async () => {
    for (const order of interleavings(3, ['append', 'end'])) {
      await play([[0, 'begin'], [1, 'begin'], [2, 'begin'], ...order], [commit('a'), rollBack('a'), commit('b')]);
    }
    await expectSoundOrder(app.current.database.sql);
  });

  it(
    'four on two streams, beginning late, in a spread of all orders',
    async () => {
      let index = 0;
      for (const order of interleavings(4, ['begin', 'append', 'end'])) {
        if (index++ % rounds(6_007, 211) === 0)
          await play(order, [commit('a'), commit('a'), commit('b'), rollBack('b')]);
      }
      await expectSoundOrder(app.current.database.sql);
    },
    rounds(20_000, 600_000),
  );
});

describe('under load', () => {
  it(
    'two sequencing at once and 8 writers: sound, and whoever lost the lead gives nothing out',
    async () => {
      const { sql } = app.current.database;
      await sql`update sequencer set expires_at = '-infinity'`;
      const [first] = await sql<{ fencing: number }[]>`select take_sequencer('first', 60000) as fencing`;
      await sql`update sequencer set expires_at = '-infinity'`;
      const [second] = await sql<{ fencing: number }[]>`select take_sequencer('second', 60000) as fencing`;
      let writing = true;
      const sequencing = [first, second].map(async (lease) => {
        let given = 0;
        while (writing) {
          const [result] = await sql<{ moved: number }[]>`
          select sequence_events(${lease?.fencing ?? 0}, 100, 60000) as moved`;
          given += Math.max(0, result?.moved ?? 0);
        }
        return given;
      });
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let n = 0; n < rounds(50, 4_000); n += 1) await write(app.current, `load-${(writer + n) % 5}`, n);
        }),
      );
      writing = false;
      expect((await Promise.all(sequencing))[0]).toBe(0);
      await sequenceAll(sql);
      await expectSoundOrder(sql);
    },
    rounds(20_000, 600_000),
  );

  it('refuses the lead that has expired, even when nobody has taken it', async () => {
    const { sql } = app.current.database;
    await write(app.current, 'expired-1', 1);
    const [lease] = await sql<{ fencing: number }[]>`
      update sequencer set expires_at = clock_timestamp() - interval '1 millisecond' returning fencing`;
    const [result] = await sql`select sequence_events(${lease?.fencing ?? 0}, 100, 60000) as moved`;
    expect(result).toEqual({ moved: -1 });
  });
});
