import type { PgBoss } from 'pg-boss';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { testApp } from '#test/database.ts';
import { createBoss, ensureQueues } from './boss.ts';
import { databaseQueue, noPayload, type Queue } from './define.ts';
import { enqueue, enqueueAll } from './enqueue.ts';
import { type Claim, completeJob, putBack, recoverJobs, slotOf, touchJobs } from './job-table.ts';

const app = testApp();
const sql = () => app.current.database.sql;
const queue = (name: string, order: 'strict' | 'free'): Queue =>
  databaseQueue({ name, payload: noPayload, order, concurrency: 1, expireSeconds: 77, handle: async () => {} });
const queues = [queue('table-strict', 'strict'), queue('table-free', 'free')];

let boss: PgBoss;
beforeAll(async () => {
  boss = createBoss(app.current, { worker: false });
  await boss.start();
  await ensureQueues(boss, queues);
});
afterAll(() => boss.stop({ graceful: false }));

const add = (...jobs: Parameters<typeof enqueueAll>[1]) =>
  inTransaction(systemContext(app.current), (tx) => enqueueAll(tx, jobs));

const claimOf = (job: { id: string; name: string; retryCount: number } | undefined): Claim => {
  if (!job) throw new Error('nothing was fetched');
  return { id: job.id, queue: job.name, retryCount: job.retryCount };
};
const fetchOne = async (name: string) => claimOf((await boss.fetch(name, { includeMetadata: true }))[0]);

describe('our statements beside the library’s', () => {
  it.each(['table-strict', 'table-free'])('a row of %s is what the library would have written', async (name) => {
    const [ours, theirs] = [uuidv7(), uuidv7()];
    await add({ queue: name, id: ours, key: 'same', payload: { a: 1 } });
    await boss.insert(name, [{ id: theirs, singletonKey: 'same', data: {} }]);
    const rows = await sql()`
      select to_jsonb(j) - '{id,data,created_on,start_after,keep_until}'::text[] as row,
        keep_until - start_after as kept, start_after <= now() as due
      from pgboss.job j where id in (${ours}, ${theirs})`;
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual(rows[1]);
    await boss.deleteAllJobs(name);
  });

  it('the library sees what we settle: completed, put back, touched', async () => {
    await add({ queue: 'table-strict', key: 'a', payload: {} }, { queue: 'table-strict', key: 'a', payload: {} });
    const first = await fetchOne('table-strict');
    expect(await boss.fetch('table-strict')).toEqual([]);
    expect(await touchJobs(sql(), [first])).toEqual(new Set([`${first.id}:0`]));
    await putBack(sql(), first, 'retry', 0, {
      payload: {},
      correlationId: uuidv7(),
      causationId: null,
      position: null,
      failures: {},
      lastError: null,
    });
    const again = await fetchOne('table-strict');
    expect(again).toEqual({ ...first, retryCount: 1 });
    await expect(completeJob(sql(), first)).rejects.toThrow('somebody else');
    expect(await touchJobs(sql(), [first, again])).toEqual(new Set([`${first.id}:1`]));
    await completeJob(sql(), again);
    const second = await fetchOne('table-strict');
    expect(second.id).not.toBe(first.id);
    await completeJob(sql(), second);
    expect(await boss.findJobs('table-strict', { id: second.id })).toMatchObject([{ state: 'completed' }]);
  });
});

describe('a job that is being settled elsewhere', () => {
  it('holds up neither the signs of life of the others nor their recovery', async () => {
    await add({ queue: 'table-free', payload: {} }, { queue: 'table-free', payload: {} });
    const [settling, other] = [await fetchOne('table-free'), await fetchOne('table-free')];
    const held = await sql().reserve();
    try {
      await sql()`update pgboss.job set heartbeat_on = clock_timestamp() - interval '1 hour' where id = ${settling.id}`;
      await held`begin`;
      await completeJob(held, settling);
      const [before] = await sql()`select heartbeat_on from pgboss.job where id = ${other.id}`;
      expect(await touchJobs(sql(), [settling, other])).toEqual(new Set([slotOf(settling), slotOf(other)]));
      const [after] = await sql()`select heartbeat_on from pgboss.job where id = ${other.id}`;
      expect(after?.heartbeat_on).not.toBe(before?.heartbeat_on);
      await sql()`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 hour' where id = ${other.id}`;
      expect(await recoverJobs(sql(), ['table-free'])).toBe(1);
      expect(await boss.findJobs('table-free', { id: other.id })).toMatchObject([{ state: 'retry' }]);
      await held`rollback`;
    } finally {
      held.release();
    }
    expect(await recoverJobs(sql(), ['table-free'])).toBe(1);
    await boss.deleteAllJobs('table-free');
  });
});

describe('enqueue', () => {
  it('exists if and only if the transaction commits; the same id twice is one job', async () => {
    const ctx = systemContext(app.current);
    const id = uuidv7();
    const failing = inTransaction(ctx, async (tx) => {
      await enqueue(tx, { queue: 'table-free', id, payload: {} });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await boss.findJobs('table-free', { id })).toEqual([]);
    await add({ queue: 'table-free', id, payload: {} });
    await add({ queue: 'table-free', id, payload: {} });
    expect(await boss.findJobs('table-free', { id })).toMatchObject([{ data: { correlationId: expect.any(String) } }]);
  });

  it('refuses a queue that does not exist, and a strict one without a key', async () => {
    await expect(add({ queue: 'table-none', payload: {} })).rejects.toThrow('there is no queue table-none');
    await expect(add({ queue: 'table-strict', payload: {} })).rejects.toThrow('needs a key');
  });

  it('waits until its time', async () => {
    await boss.deleteAllJobs('table-free');
    await add({ queue: 'table-free', payload: {}, startAfter: new Date(Date.now() + 3_600_000) });
    expect(await boss.fetch('table-free')).toEqual([]);
  });
});
