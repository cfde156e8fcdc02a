import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createContext, inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { benchEnvironment, startBenchCluster } from './append.cluster.ts';
import { measured, measuredData } from './append.event.ts';
import { type BenchResult, percentile, report } from './result.ts';
import { viewTable } from './visible.projection.ts';

const writesPerSecond = 200;
const warmUpMs = 2_000;
const measuredMs = 10_000;
/** The read model is looked at this often: what is seen here was visible up to this much earlier. */
const lookMs = 2;

/** From an event's commit to the moment when another process sees it in a read model, at 200 writes/s. */
export async function run(): Promise<BenchResult> {
  const cluster = await startBenchCluster();
  const { sql } = cluster.app.database;
  await sql.unsafe(viewTable);
  const worker = spawn(process.execPath, [new URL('./visible.worker.ts', import.meta.url).pathname], {
    stdio: 'inherit',
    env: benchEnvironment(cluster.url),
  });
  const ctx = createContext(cluster.app, { actor: { kind: 'system', name: 'bench' } });
  const committedAt = new Map<number, number>();
  const delays: number[] = [];
  const total = Math.round(((warmUpMs + measuredMs) / 1000) * writesPerSecond);
  const firstMeasured = Math.round((warmUpMs / 1000) * writesPerSecond);

  async function write(n: number): Promise<void> {
    await inTransaction(ctx, (tx) =>
      append(tx, `bench-${n % 500}`, 'any', [{ type: measured.type, data: measuredData(n) }]),
    );
    committedAt.set(n, performance.now());
  }

  /** An open loop: a slow write does not hold back the next. */
  async function writeAll(): Promise<void> {
    const started = performance.now();
    const writes: Promise<void>[] = [];
    for (let n = 0; n < total; n += 1) {
      const due = started + (n * 1000) / writesPerSecond;
      if (due > performance.now()) await delay(due - performance.now());
      writes.push(write(n));
    }
    await Promise.all(writes);
  }

  async function watch(): Promise<void> {
    let position = 0;
    for (let seen = 0; seen < total; await delay(lookMs)) {
      const rows = await sql<{ n: number; position: number }[]>`
        select n, position from bench_view where position > ${position} order by position`;
      const now = performance.now();
      for (const row of rows) {
        seen += 1;
        position = row.position;
        // Seen before our own commit was answered: visible at once.
        if (row.n >= firstMeasured) delays.push(Math.max(0, now - (committedAt.get(row.n) ?? now)));
      }
    }
  }

  try {
    await sql.unsafe('create index on bench_view (position)');
    const subscribed = async () => (await sql`select 1 from subscriptions where expires_at > now()`).length > 0;
    while (!(await subscribed())) await delay(50);
    await Promise.all([writeAll(), watch()]);
  } finally {
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await cluster.stop();
  }
  return resultOf(delays);
}

function resultOf(delays: number[]): BenchResult {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(delays, share));
  return {
    name: 'visible',
    how: `${writesPerSecond} writes/s, ${delays.length} events, fsync on; sequencer and projection in another process; looked at every ${lookMs} ms.`,
    figures: [
      { what: 'commit to visible, p50', value: p50 ?? Number.NaN, unit: 'ms' },
      { what: 'commit to visible, p95', value: p95 ?? Number.NaN, unit: 'ms', budget: '< 50 ms', ok: (p95 ?? 50) < 50 },
      {
        what: 'commit to visible, p99',
        value: p99 ?? Number.NaN,
        unit: 'ms',
        budget: '< 1000 ms',
        ok: (p99 ?? 1000) < 1000,
      },
      { what: 'commit to visible, longest', value: Math.max(...delays), unit: 'ms' },
    ],
  };
}

if (import.meta.main) await report(await run());
