import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { createContext, inTransaction } from '#server/context/context.ts';
import { append, appendAlone } from '#server/events/append.ts';
import { benchEnvironment, startBenchCluster } from './append.cluster.ts';
import { measured, measuredData } from './append.event.ts';
import { type BenchResult, type Figure, percentile, report } from './result.ts';

const clients = 16;
const rounds = 8;
const roundMs = 500;
const streamsPerClient = 200;

type Operation = (client: number, n: number) => Promise<unknown>;
interface Contestant {
  name: string;
  run: Operation;
  rates: number[];
  latencies: number[];
}

/** Each client in a closed loop for a while. */
async function round({ run, rates, latencies }: Contestant, ms: number): Promise<void> {
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let n = 0; performance.now() - started < ms; n += 1) {
        const before = performance.now();
        await run(client, n);
        latencies.push(performance.now() - before);
        done += 1;
      }
    }),
  );
  rates.push((done / (performance.now() - started)) * 1000);
}

/** Single-event appends by 16 clients: a plain INSERT of the same row, ours, and Emmett's, in turns on one durable database. */
export async function run(): Promise<BenchResult> {
  const cluster = await startBenchCluster();
  const { app } = cluster;
  const { sql } = app.database;
  await sql.unsafe(`
    create table plain_events (like events including defaults including storage);
    alter table plain_events add primary key (id);
    create index on plain_events (stream, version);
    create index on plain_events (correlation_id);
  `);
  await sql`select ensure_event_partitions(now()::date, 2)`;
  await cluster.ensureDatabase('emmett');
  const emmett = await openEmmett(cluster.urlOf('emmett'));
  const ctx = createContext(app, { actor: { kind: 'system', name: 'bench' } });
  const stream = (client: number, n: number) => `bench-${client}-${n % streamsPerClient}`;

  const plain = (handle: typeof ctx.sql, client: number, n: number) => handle`
    insert into plain_events (id, recorded_at, stream, version, type, schema_version, data, correlation_id, causation_id,
      actor, source, occurred_at)
    values (${uuidv7()}, statement_timestamp(), ${stream(client, n)}, ${n}, ${measured.type}, 1,
      ${JSON.stringify(measuredData(n))}::text::jsonb, ${ctx.correlationId}, null,
      ${'{"kind":"system","id":"bench"}'}::text::jsonb, 'bench', ${new Date().toISOString()})`;
  const event = (n: number) => [{ type: measured.type, data: measuredData(n) }];

  const contestant = (name: string, operation: Operation): Contestant => ({
    name,
    run: operation,
    rates: [],
    latencies: [],
  });
  const contestants = {
    plain: contestant('plain INSERT', (client, n) => plain(ctx.sql, client, n)),
    alone: contestant('append', (client, n) => appendAlone(ctx, stream(client, n), 'any', event(n))),
    plainInTransaction: contestant('plain INSERT in a transaction', (client, n) =>
      inTransaction(ctx, (tx) => plain(tx.sql, client, n)),
    ),
    inTransaction: contestant('append in a transaction', (client, n) =>
      inTransaction(ctx, (tx) => append(tx, stream(client, n), 'any', event(n))),
    ),
    emmett:
      emmett &&
      contestant('Emmett', (client, n) =>
        emmett.appendToStream(stream(client, n), [{ type: measured.type, data: measuredData(n) }]),
      ),
  };
  const sequenced = contestant('append, while the sequencer works', contestants.alone.run);
  const all = Object.values(contestants).filter((one) => one !== null);
  try {
    for (const one of all) await round({ ...one, rates: [], latencies: [] }, 500);
    for (let i = 0; i < rounds; i += 1) for (const one of all) await round(one, roundMs);
    await whileSequencing(cluster.url, async () => {
      while ((await sql`select 1 from pending_events limit 1`).length > 0) await delay(100);
      for (let i = 0; i < rounds; i += 1) await round(sequenced, roundMs);
    });
  } finally {
    await emmett?.close();
    await cluster.stop();
  }
  return resultOf(contestants, sequenced);
}

/** With the sequencer in a process of its own, as in production. */
async function whileSequencing(url: string, work: () => Promise<void>): Promise<void> {
  const sequencer = spawn(process.execPath, [new URL('./append.sequencer.ts', import.meta.url).pathname], {
    stdio: 'inherit',
    env: benchEnvironment(url),
  });
  try {
    await work();
  } finally {
    sequencer.kill('SIGKILL');
    await once(sequencer, 'exit');
  }
}

/** Emmett needs packages beside itself that npm does not bring with it; without them the others are measured alone. */
async function openEmmett(url: string) {
  try {
    const { getPostgreSQLEventStore } = await import('@event-driven-io/emmett-postgresql');
    const store = getPostgreSQLEventStore(url);
    await store.schema.migrate();
    return store;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    console.warn(`Emmett is left out: ${error.message.split(' imported from')[0]}`);
    return null;
  }
}

type Contestants = Record<'plain' | 'alone' | 'plainInTransaction' | 'inTransaction', Contestant> & {
  emmett: Contestant | null;
};

function resultOf(contestants: Contestants, sequenced: Contestant): BenchResult {
  const rate = (one: Contestant) => percentile(one.rates, 0.5);
  const { plain, alone, plainInTransaction, inTransaction: inTx, emmett } = contestants;
  const ratio = (what: string, one: Contestant, other: Contestant, least: number): Figure => {
    // Round by round, for a machine that is busy with something else is busy for both.
    const ratios = one.rates.map((value, i) => value / (other.rates[i] ?? Number.NaN));
    const value = Math.round(percentile(ratios, 0.5) * 100) / 100;
    return { what, value, unit: '×', budget: `>= ${least}`, ok: value >= least };
  };
  return {
    name: 'append',
    how: `${clients} clients in a closed loop, ${rounds} rounds of ${roundMs} ms in turns (medians), fsync on, events of some 200 bytes.`,
    figures: [
      ...[...Object.values(contestants), sequenced]
        .filter((one) => one !== null)
        .flatMap((one) => [
          { what: one.name, value: rate(one), unit: '/s' },
          { what: `${one.name}, p99`, value: percentile(one.latencies, 0.99), unit: 'ms' },
        ]),
      ratio('append / plain INSERT, each its own transaction', alone, plain, 0.75),
      ratio('append / plain INSERT, both inside a transaction', inTx, plainInTransaction, 0.75),
      ...(emmett ? [ratio('append / Emmett', inTx, emmett, 1)] : []),
    ],
  };
}

if (import.meta.main) await report(await run());
