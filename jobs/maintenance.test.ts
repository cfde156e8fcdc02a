import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { KeyRing } from '#server/crypto/key-ring.ts';
import { systemContext } from '#server/members/members.testing.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { testApp } from '#test/database.ts';
import { type MaintenanceTask, maintenance } from './maintenance.ts';
import { startWorker, type Worker } from './worker.ts';

const old = { id: 'old', material: Buffer.alloc(32, 3) };

const app = testApp(() => ({
  KEY_RING: ['new', 'old']
    .map((id, n) => `${id}:${(n === 0 ? Buffer.alloc(32, 4) : old.material).toString('base64')}`)
    .join(','),
}));
const sql = () => app.current.database.sql;
let worker: Worker;

beforeAll(async () => {
  worker = await startWorker(app.current, { projections: [], reactions: [], queues: [maintenance] });
});

afterAll(() => worker?.stop());

const ask = (task: MaintenanceTask) =>
  inTransaction(systemContext(app.current), (tx) => enqueue(tx, { queue: 'maintenance', payload: { task } }));

const soon = { timeout: 10_000, interval: 20 };

/** Waits until nothing of a task is queued or running. Gives how many jobs it took. */
const jobsOf = (task: MaintenanceTask) =>
  vi.waitFor(async () => {
    const rows = await sql()<{ state: string }[]>`
      select state from pgboss.job where name = 'maintenance' and data->'payload'->>'task' = ${task}`;
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.state !== 'completed')).toEqual([]);
    return rows.length;
  }, soon);

test('after the ring was rotated keys are rewrapped in short transactions, until none is left', async () => {
  const before = new KeyRing([old], Buffer.alloc(32));
  const rows = Array.from({ length: 1_100 }, () => {
    const subject_id = uuidv7();
    const { ringKeyId, wrappedKey } = before.wrap(randomBytes(32), subject_id);
    return { subject_id, ring_key_id: ringKeyId, wrapped_key: wrappedKey };
  });
  await sql()`insert into data_keys ${sql()(rows)}`;
  await ask('rewrap-keys');
  expect(await jobsOf('rewrap-keys')).toBe(3);
  const left = await sql()`select 1 from data_keys where ring_key_id = 'old'`;
  expect(left).toHaveLength(0);
  const transactions = await sql()<{ keys: number }[]>`
    select count(*)::int as keys from data_keys where subject_id = any(${rows.map((row) => row.subject_id)}::uuid[])
    group by xmin::text order by 1`;
  expect(transactions.map((row) => row.keys)).toEqual([100, 500, 500]);
});

test('calls to partners and what was handled are kept for 90 days', async () => {
  await sql()`
    insert into inbox (consumer, event_id, handled_at)
    select 'test', gen_random_uuid(), now() - (case when n <= 10001 then interval '91 days' else interval '89 days' end)
    from generate_series(1, 10005) n`;
  await sql()`
    insert into partner_calls (id, at, system, operation, outcome, duration_ms, correlation_id)
    select gen_random_uuid(), now() - n * interval '1 day', 'crm', 'upsert', 'ok', 1, gen_random_uuid()
    from generate_series(88, 93) n`;
  await ask('inbox');
  await ask('partner-calls');
  expect(await jobsOf('inbox')).toBe(2);
  expect(await jobsOf('partner-calls')).toBe(1);
  const [handled] = await sql()`select count(*)::int as n from inbox where consumer = 'test'`;
  expect(handled).toEqual({ n: 4 });
  const calls = await sql()`select 1 from partner_calls where operation = 'upsert'`;
  expect(calls).toHaveLength(2);
  const scheduled = await sql()<
    { key: string }[]
  >`select key from pgboss.schedule where key in ('inbox', 'partner-calls')`;
  expect(scheduled).toHaveLength(2);
});

test('what the gateway has told is kept for 30 days', async () => {
  await sql()`
    insert into webhook_events (event_id, type, subject, created_at, received_at)
    select 'evt_' || n, 'charge.succeeded', '{"kind":"other"}', now() - interval '31 days', now() - n * interval '1 day'
    from generate_series(28, 32) n`;
  await ask('webhook-events');
  expect(await jobsOf('webhook-events')).toBe(1);
  const kept = await sql()`select event_id from webhook_events order by event_id`;
  expect(kept.map((row) => row.event_id)).toEqual(['evt_28', 'evt_29']);
  expect(await sql()`select 1 from pgboss.schedule where key = 'webhook-events'`).toHaveLength(1);
});

test('members of a house that was there before get their accounts and memberships at the first start, not at the second', async () => {
  await worker.stop();
  worker = await startWorker(app.current, { projections: [], reactions: [], queues: [maintenance] });
  for (const task of ['member-accounts', 'membership-import'] as const) expect(await jobsOf(task)).toBe(1);
});
