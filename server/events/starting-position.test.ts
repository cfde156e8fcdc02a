import { beforeEach, expect, it, vi } from 'vitest';
import { testApp } from '#test/database.ts';
import { defineProjection, defineReaction } from './define.ts';
import { headPosition } from './read.ts';
import { counted, sequenceAll, write } from './store.testing.ts';
import { ensureSubscriptions, keepLane, takeLane } from './subscription-table.ts';

const app = testApp();
const sql = () => app.current.database.sql;

const reaction = (name: string) => defineReaction({ name, types: [counted.type], queue: 'none', payload: () => null });
const projection = (name: string) => defineProjection({ name, types: [counted.type], apply: async () => {} });

const positionOf = async (name: string) => {
  const [row] = await sql()<{ position: number }[]>`select position from subscriptions where name = ${name}`;
  return row?.position;
};

beforeEach(() => sql()`delete from subscriptions`);

it('the first readers start at the first event; a reaction that is added later starts now', async () => {
  await write(app.current, 'counter-1', 1, 2, 3);
  await sequenceAll(sql());
  await ensureSubscriptions(sql(), [reaction('first-mail'), projection('first-list')]);
  expect([await positionOf('first-mail'), await positionOf('first-list')]).toEqual([0, 0]);
  await write(app.current, 'counter-1', 4);
  await sequenceAll(sql());
  await ensureSubscriptions(sql(), [reaction('first-mail'), reaction('later-mail'), projection('later-list')]);
  expect(await positionOf('first-mail')).toBe(0);
  expect(await positionOf('later-mail')).toBe(await headPosition(sql()));
  expect(await positionOf('later-list')).toBe(0);
});

/** Two reactions, and a lock that lets one whose rows are made come no further than the first. */
const house = [reaction('house-first'), reaction('house-held'), projection('house-list')];

async function holdingTheSecond(work: (starting: Promise<unknown>) => Promise<void>): Promise<void> {
  const tx = await app.current.database.sql.reserve();
  await tx`begin`;
  await tx`
    insert into subscriptions (name, lane, lanes, kind, position, status) values ('house-held', 0, 1, 'reaction', 0, 'running')`;
  const starting = ensureSubscriptions(sql(), house).catch(() => 'ended');
  try {
    await vi.waitFor(async () => expect(await waiting('%into subscriptions%')).toHaveLength(1));
    await work(starting);
  } finally {
    await tx`rollback`;
    tx.release();
  }
}

const waiting = (query: string) => sql()<{ pid: number }[]>`
  select pid from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query ilike ${query}`;

it('two workers that start at once see everything from the first event on', async () => {
  await write(app.current, 'counter-2', 1, 2);
  await sequenceAll(sql());
  const both: Promise<unknown>[] = [];
  await holdingTheSecond(async (starting) => {
    both.push(starting, ensureSubscriptions(sql(), house));
    await vi.waitFor(async () => expect(await waiting('%pg_advisory_xact_lock%')).toHaveLength(1));
  });
  await Promise.all(both);
  expect(await Promise.all(['house-first', 'house-held', 'house-list'].map(positionOf))).toEqual([0, 0, 0]);
});

it('a first worker that is killed in the middle leaves nothing that the next would take for a running house', async () => {
  await write(app.current, 'counter-3', 1, 2);
  await sequenceAll(sql());
  await holdingTheSecond(async (starting) => {
    const [held] = await waiting('%into subscriptions%');
    await sql()`select pg_terminate_backend(${held?.pid ?? 0}, 5000)`;
    expect(await starting).toBe('ended');
  });
  await ensureSubscriptions(sql(), house);
  expect(await Promise.all(['house-first', 'house-held', 'house-list'].map(positionOf))).toEqual([0, 0, 0]);
});

it('a lane whose lease a clock since set back has written is taken', async () => {
  const [lane] = await ensureSubscriptions(sql(), [projection('clock-list')]);
  if (!lane) throw new Error('no lane');
  expect(await takeLane(sql(), lane, 'one')).not.toBeNull();
  expect(await takeLane(sql(), lane, 'two')).toBeNull();
  await sql()`update subscriptions set expires_at = expires_at + interval '1 hour' where name = 'clock-list'`;
  const fencing = await takeLane(sql(), lane, 'two');
  expect(fencing).not.toBeNull();
  expect([await keepLane(sql(), lane, (fencing ?? 0) - 1), await keepLane(sql(), lane, fencing ?? 0)]).toEqual([
    false,
    true,
  ]);
});

it('so is the sequencing of events', async () => {
  const take = async () => {
    const [row] = await sql()<{ fencing: number | null }[]>`select take_sequencer('test', 1500) as fencing`;
    return row?.fencing ?? null;
  };
  await sql()`update sequencer set expires_at = '-infinity'`;
  const first = await take();
  expect([first, await take()]).toEqual([expect.any(Number), null]);
  await sql()`update sequencer set expires_at = expires_at + interval '1 hour'`;
  const second = await take();
  expect(second).toBe((first ?? 0) + 1);
  const [late] = await sql()`select sequence_events(${first}, 10, 1500) as moved`;
  expect(late).toEqual({ moved: -1 });
});
