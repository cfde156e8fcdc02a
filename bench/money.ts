import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { queues } from '#jobs/queues.ts';
import type { App } from '#server/context/app.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { findOrOpenMemberAccount, systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { requestTransfer } from '#server/ledger/transfers/commands.ts';
import { joined } from '#server/members/members.testing.ts';
import { aProduct, place } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { benchEnvironment } from './append.cluster.ts';
import { withApp } from './database.ts';
import { type BenchResult, type Figure, percentile, report } from './result.ts';

const clients = 16;
const people = 40;
const transfers = 1_500;
const orders = 300;
const plain = 10_000;

/** Transfers and orders from the request to their end, through sagas, jobs, events and the gateway; beside the bare postings. */
export async function run(): Promise<BenchResult> {
  const sandbox = await startSandbox();
  try {
    return await withApp(async (app, url) => {
      await prepareQueues(app, queues);
      const worker = spawn(process.execPath, [new URL('../jobs/worker.ts', import.meta.url).pathname], {
        stdio: 'inherit',
        env: { ...benchEnvironment(url), ...sandbox.settings, DATABASE_POOL: '30' },
      });
      try {
        const figures = [...(await measurePlain(app)), ...(await measureTransfers(app)), ...(await measureOrders(app))];
        return { name: 'money', how: how(), figures: withRatios(figures) };
      } finally {
        worker.kill('SIGTERM');
        await once(worker, 'exit');
      }
    }, sandbox.settings);
  } finally {
    sandbox.process.kill('SIGTERM');
    await once(sandbox.process, 'exit');
  }
}

const how = () =>
  `${clients} clients in a closed loop, fsync on; one worker, the gateway’s sandbox and Postgres on the same machine. A transfer is three sagas’ steps and nine events, an order five steps, a charge and ten events; the plain function makes the same two entries and nothing else.`;

async function startSandbox(): Promise<{ process: ChildProcess; settings: Record<string, string> }> {
  const process_ = spawn(process.execPath, [new URL('../sandbox/main.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SANDBOX_DATA_DIR: ':memory:' },
  });
  const lines = createInterface({ input: process_.stdout });
  for await (const line of lines) {
    const { sandbox } = JSON.parse(line) as { sandbox: { gateway: string } };
    const settings = {
      STRIPE_SECRET_KEY: 'sk_test_guildhallSandbox',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_guildhallSandbox',
      STRIPE_WEBHOOK_SECRET: 'whsec_bench',
      STRIPE_API_BASE: sandbox.gateway,
    };
    return { process: process_, settings };
  }
  throw new Error('the sandbox did not start');
}

/** `work` for each number below `count`, by so many clients at once. Gives the seconds it took. */
async function closedLoop(count: number, work: (n: number) => Promise<void>): Promise<number> {
  let next = 0;
  const client = async () => {
    for (let n = next++; n < count; n = next++) await work(n);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return (performance.now() - started) / 1000;
}

async function measurePlain(app: App): Promise<Figure[]> {
  const { sql } = app.database;
  await sql.unsafe(await readFile(new URL('./money.plain.sql', import.meta.url), 'utf8'));
  const ids = Array.from({ length: people }, () => uuidv7());
  await sql`insert into plain_accounts (id) select unnest(${[...ids, uuidv7()]}::uuid[])`;
  const [transit] = await sql<{ id: string }[]>`select id from plain_accounts where id <> all(${ids}::uuid[])`;
  const middle = transit?.id ?? '';
  const seconds = await closedLoop(plain, async (n) => {
    const [from, to] = pair(ids, n);
    // Two transactions, as ours are: in one, two entries deadlock sooner or later.
    await sql`select plain_entry('transfer', ${from}, ${middle}, 5)`;
    await sql`select plain_entry('transfer', ${middle}, ${to}, 5)`;
  });
  return [{ what: 'plain SQL function, two entries', value: plain / seconds, unit: '/s' }];
}

const pair = (ids: readonly string[], n: number): [string, string] => [
  ids[n % ids.length] ?? '',
  ids[(n * 7 + 3) % ids.length === n % ids.length ? (n + 1) % ids.length : (n * 7 + 3) % ids.length] ?? '',
];

async function measureTransfers(app: App): Promise<Figure[]> {
  const { sql } = app.database;
  const system = createContext(app, { actor: { kind: 'system', name: 'bench' } });
  const holders = new Map<string, Awaited<ReturnType<typeof joined>>['ctx']>();
  for (let n = 0; n < people; n += 1) {
    const { memberId, ctx } = await joined(app);
    const account = await inTransaction(system, async (tx) => {
      const opened = await findOrOpenMemberAccount(tx, { memberId, name: 'Account', currency: 'EUR' });
      await postEntry(tx, {
        kind: 'top_up',
        currency: 'EUR',
        postings: [
          { accountId: await systemAccount(tx, 'bank', 'EUR'), direction: 'debit', amount: 1_000_000 },
          { accountId: opened.id, direction: 'credit', amount: 1_000_000 },
        ],
        idempotencyKey: `bench:${memberId}`,
      });
      return opened.id;
    });
    holders.set(account, ctx);
  }
  const ids = [...holders.keys()];
  const started = performance.now();
  await closedLoop(transfers, async (n) => {
    const [fromAccountId, toAccountId] = pair(ids, n);
    const ctx = holders.get(fromAccountId);
    if (ctx) await requestTransfer(ctx, { fromAccountId, toAccountId, amount: 5, currency: 'EUR' });
  });
  await until(
    'transfers finish',
    async () => (await sql`select 1 from transfers where finished_at is null limit 1`).length === 0,
  );
  const seconds = (performance.now() - started) / 1000;
  const times = await sql<{ ms: number }[]>`
    select (extract(epoch from finished_at - created_at) * 1000)::float as ms from transfers where status = 'completed'`;
  const took = times.map(({ ms }) => ms);
  return [
    { what: 'transfers, request to completed', value: took.length / seconds, unit: '/s' },
    { what: 'transfer under that load, p50', value: percentile(took, 0.5), unit: 'ms' },
    { what: 'transfer under that load, p95', value: percentile(took, 0.95), unit: 'ms' },
  ];
}

async function measureOrders(app: App): Promise<Figure[]> {
  const { sql } = app.database;
  const product = await aProduct(app, { digital: true });
  const { memberId } = await joined(app);
  const calm: number[] = [];
  for (let n = 0; n < 20; n += 1) calm.push(await oneOrder(app, memberId, product.line()));
  const started = performance.now();
  const took: number[] = [];
  await closedLoop(orders, async () => void took.push(await oneOrder(app, memberId, product.line())));
  const seconds = (performance.now() - started) / 1000;
  const [done] = await sql<{ n: number }[]>`select count(*)::int as n from orders where status = 'completed'`;
  if (done?.n !== orders + calm.length) throw new Error('not every order was completed');
  return [
    { what: 'orders, click to completed', value: orders / seconds, unit: '/s' },
    { what: 'order alone, p50', value: percentile(calm, 0.5), unit: 'ms' },
    { what: 'order alone, p95', value: percentile(calm, 0.95), unit: 'ms' },
    { what: `order among ${clients}, p50`, value: percentile(took, 0.5), unit: 'ms' },
    { what: `order among ${clients}, p95`, value: percentile(took, 0.95), unit: 'ms' },
  ];
}

/** Milliseconds from placing an order until it stands there as completed. */
async function oneOrder(app: App, memberId: string, line: Parameters<typeof place>[2][number]): Promise<number> {
  const started = performance.now();
  const { id } = await place(app, memberId, [line]);
  const { sql } = app.database;
  await until(
    'an order finishes',
    async () => (await sql`select 1 from orders where id = ${id} and finished_at is not null`).length > 0,
  );
  return performance.now() - started;
}

/** Looked for seldom enough to be no load of its own. */
const lookEveryMs = 10;
const mostMs = 120_000;

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!(await done())) {
    if (performance.now() - started > mostMs) throw new Error(`${what}: not after ${mostMs / 1000} s`);
    await delay(lookEveryMs);
  }
}

function withRatios(figures: Figure[]): Figure[] {
  const value = (what: string) => figures.find((one) => one.what === what)?.value ?? Number.NaN;
  const bare = value('plain SQL function, two entries');
  const ratio = (what: string): Figure => ({
    what: `${what} / plain SQL function`,
    value: value(what) / bare,
    unit: '×',
    budget: 'reported',
  });
  return [
    ...figures.map((one) => ({ ...one, budget: 'reported' })),
    ratio('transfers, request to completed'),
    ratio('orders, click to completed'),
  ];
}

if (import.meta.main) await report(await run());
