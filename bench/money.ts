import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { queues } from '#jobs/queues.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { findOrOpenMemberAccount, systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { requestTransfer } from '#server/ledger/transfers/commands.ts';
import { joined } from '#server/members/members.testing.ts';
import { aProduct, place } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { ended, withHouse } from './house.ts';
import { type BenchResult, type Figure, percentile, report } from './result.ts';

const clients = 16;
const people = 40;
const transfers = 1_000;
const orders = 300;
const plain = 10_000;
/** One after the other, before the crowd comes. */
const alone = 20;

/** Transfers and orders from the request to their end, through sagas, jobs, events and the partners; beside the bare postings. */
export async function run(): Promise<BenchResult> {
  return withHouse(
    async (app, environment) => {
      await prepareQueues(app, queues);
      const worker = spawn(process.execPath, [new URL('../jobs/worker.ts', import.meta.url).pathname], {
        stdio: 'inherit',
        env: { ...process.env, ...environment },
      });
      try {
        const figures = [...(await measurePlain(app)), ...(await measureTransfers(app)), ...(await measureOrders(app))];
        await nothingFailed(app);
        return { name: 'money', how: how(), figures: withRatios(figures) };
      } finally {
        await ended(worker);
      }
    },
    { DATABASE_POOL: '30' },
  );
}

/** A house in which jobs fail is not the one that is to be measured. */
async function nothingFailed(app: App): Promise<void> {
  const [letters] = await app.database.sql<{ n: number }[]>`select count(*)::int as n from dead_letters`;
  if (letters?.n !== 0) throw new Error(`${letters?.n} jobs or events failed for good`);
}

const how = () =>
  `${clients} clients in a closed loop, fsync on; one worker, Postgres and every partner’s sandbox on the same machine. A transfer is three steps and nine events, an order five steps, a charge and ten events, and the mail, the documents and the partners that follow from it; the plain function makes the same two entries and nothing else.`;

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
  const oneTransfer = async (n: number): Promise<number> => {
    const [fromAccountId, toAccountId] = pair(ids, n);
    const began = performance.now();
    const ctx = holders.get(fromAccountId) as Ctx;
    const { id } = await requestTransfer(ctx, { fromAccountId, toAccountId, amount: 5, currency: 'EUR' });
    await until(
      'a transfer finishes',
      async () => (await sql`select 1 from transfers where id = ${id} and status = 'completed'`).length > 0,
    );
    return performance.now() - began;
  };
  const calm: number[] = [];
  for (let n = 0; n < alone; n += 1) calm.push(await oneTransfer(n));
  const took: number[] = [];
  const seconds = await closedLoop(transfers, async (n) => void took.push(await oneTransfer(n)));
  return [
    { what: 'transfers, request to completed', value: transfers / seconds, unit: '/s' },
    ...timesOf('transfer', calm, took),
  ];
}

const timesOf = (what: string, calm: readonly number[], took: readonly number[]): Figure[] => [
  { what: `${what} alone, p50`, value: percentile(calm, 0.5), unit: 'ms' },
  { what: `${what} alone, p95`, value: percentile(calm, 0.95), unit: 'ms' },
  { what: `${what} among ${clients}, p50`, value: percentile(took, 0.5), unit: 'ms' },
  { what: `${what} among ${clients}, p95`, value: percentile(took, 0.95), unit: 'ms' },
];

async function measureOrders(app: App): Promise<Figure[]> {
  const { sql } = app.database;
  const product = await aProduct(app, { digital: true });
  const { memberId } = await joined(app);
  const calm: number[] = [];
  for (let n = 0; n < alone; n += 1) calm.push(await oneOrder(app, memberId, product.line()));
  const took: number[] = [];
  const seconds = await closedLoop(orders, async () => void took.push(await oneOrder(app, memberId, product.line())));
  const [done] = await sql<{ n: number }[]>`select count(*)::int as n from orders where status = 'completed'`;
  if (done?.n !== orders + calm.length) throw new Error('not every order was completed');
  return [{ what: 'orders, click to completed', value: orders / seconds, unit: '/s' }, ...timesOf('order', calm, took)];
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
