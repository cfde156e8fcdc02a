import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction } from '#server/context/context.ts';
import { kill, startProcess } from '#server/events/process.testing.ts';
import { eventually, expectSoundOrder, systemContext } from '#server/events/store.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { closeAccount, findOrOpenMemberAccount, systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { requestTransfer } from '#server/ledger/transfers/commands.ts';
import { joined } from '#server/members/members.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';
import { testApp } from '#test/database.ts';
import { aProduct, orderNow, type Product, place } from './orders.testing.ts';

/**
 * A worker is killed with -9 while it holds a saga at a boundary: before a step begins, and in the transaction that completes
 * it, which for a partner's step is after the call. A trigger on the saga's own tables makes it wait there for a row that the
 * test has locked; nothing in the product knows of it.
 */
let sandbox: Sandbox;
let worker: Worker | undefined;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
const gatewaySettings = () => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '3000',
  DATABASE_POOL: '40',
});
const app = testApp(gatewaySettings);
const sql = () => app.current.database.sql;

const gates = [
  'create table gates (subject uuid, step text, at text, primary key (subject, step, at))',
  `create function pass_gate(saga uuid, at_step text, moment text) returns void language plpgsql as $$
    begin
      perform 1 from gates g join sagas s on s.subject_id = g.subject
      where s.id = saga and g.step = at_step and g.at = moment for share of g;
    end $$`,
  `create function pass_begin() returns trigger language plpgsql as $$
    begin perform pass_gate(new.saga_id, new.name, 'begin ' || new.status); return new; end $$`,
  `create function pass_log() returns trigger language plpgsql as $$
    begin perform pass_gate(new.saga_id, new.step, new.what); return new; end $$`,
  `create trigger pass_begin before update on saga_steps for each row
    when (new.attempts > old.attempts) execute function pass_begin()`,
  'create trigger pass_log before insert on saga_log for each row execute function pass_log()',
];

beforeAll(async () => {
  await prepareQueues(app.current, queues);
  for (const statement of gates) await sql().unsafe(statement);
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  sandbox.faults.clear();
});
afterAll(() => sandbox?.close());

/** Where each saga is to be held. */
async function shut(rows: readonly Gate[]) {
  await sql()`delete from gates`;
  await sql()`insert into gates ${sql()(rows as Gate[], 'subject', 'step', 'at')}`;
  const locked = Promise.withResolvers<number>();
  const opened = Promise.withResolvers<void>();
  const holding = sql().begin(async (tx) => {
    await tx`set local idle_in_transaction_session_timeout = 0`;
    await tx`set local transaction_timeout = 0`;
    await tx`select 1 from gates for update`;
    const [session] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    locked.resolve(session?.pid ?? 0);
    await opened.promise;
  });
  const pid = await locked.promise;
  return {
    held: (n: number) =>
      eventually(async () => {
        const waiting = await sql()`
          select 1 from pg_stat_activity where datname = current_database() and ${pid} = any(pg_blocking_pids(pid))`;
        expect(waiting.length).toBe(n);
      }, 60_000),
    async open() {
      opened.resolve();
      await holding;
      await sql()`delete from gates`;
    },
  };
}

/** Kills one worker at these places, which must not wait for each other's locks. */
async function killAt(rows: readonly Gate[]): Promise<void> {
  const gate = await shut(rows);
  try {
    const child = startProcess('jobs/worker.ts', app.database.url, gatewaySettings());
    await gate.held(rows.length);
    await kill(child);
    // What its connections still hold is let go when the database notices, which a wait for a lock hides from it.
    await sql()`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and application_name = 'guildhall-worker'`;
  } finally {
    await gate.open();
  }
  await timePasses();
}

/** The dead worker's silence has lasted long enough for all to notice. */
async function timePasses(): Promise<void> {
  await sql()`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 hour' where state = 'active'`;
  await sql()`update subscriptions set expires_at = '-infinity'`;
  await sql()`update sequencer set expires_at = '-infinity'`;
}

async function resume(): Promise<void> {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
}

interface Gate {
  subject: string;
  step: string;
  at: string;
}
const gateOf = (subject: string, at: string): Gate => {
  const [step = '', moment = ''] = at.split('|');
  return { subject, step, at: moment };
};

const charges = async () => {
  const { payments } = await partnersOf(app.current).gateway().listPaymentIntents({ limit: 100 });
  return payments;
};

const member = async () => (await joined(app.current)).memberId;
const soundBooks = async () => {
  const [row] = await sql()<{ difference: number }[]>`
    select coalesce(sum(case direction when 'debit' then amount else -amount end), 0)::bigint as difference from postings`;
  expect(row?.difference).toBe(0);
  await sql()`update payments set settled_at = settled_at - interval '1 hour' where settled_at is not null`;
  await sql()`update orders set finished_at = finished_at - interval '1 hour' where finished_at is not null`;
  const found = await inTransaction(systemContext(app.current), (tx) => checkInvariants(tx));
  expect(Object.entries(found).filter(([, n]) => n > 0)).toEqual([]);
};

const untilOrders = (orders: ReadonlyArray<{ id: string; held: string }>, status: string) =>
  eventually(async () => {
    const now = await Promise.all(orders.map(({ id }) => orderNow(app.current, id)));
    expect(now.map((order, i) => `${orders[i]?.held} ${order.status}`)).toEqual(
      orders.map(({ held }) => `${held} ${status}`),
    );
  }, 60_000);

describe('a worker killed at every boundary', () => {
  it('of an order: one charge, one shipment, the stock exact, the end reached', { timeout: 300_000 }, async () => {
    const steps = ['check-member', 'payment', 'reserve-stock', 'ship', 'complete'];
    const kills = [steps.map((step) => `${step}|begin running`), ...steps.map((step) => [`${step}|completed`])];
    const product = await aProduct(app.current, { stock: 100 });
    const orders: { id: string; held: string }[] = [];
    for (const places of kills) {
      const now: typeof orders = [];
      for (const held of places) now.push({ ...(await place(app.current, await member(), [product.line(2)])), held });
      orders.push(...now);
      await killAt(now.map(({ id, held }) => gateOf(id, held)));
    }
    await resume();
    await untilOrders(orders, 'completed');
    const made = await charges();
    for (const { id } of orders) {
      expect(made.filter((one) => one.orderId === id && one.amountReceived === 5_000)).toHaveLength(1);
    }
    expect(made).toHaveLength(orders.length);
    const [shipped] = await sql()<{ n: number }[]>`select count(*)::int as n from shipments where status = 'created'`;
    expect(shipped?.n).toBe(orders.length);
    expect(await stockOf(product)).toEqual({ on_hand: 100 - 2 * orders.length, held: 0, reserved: 0 });
    await soundBooks();
    await expectSoundOrder(sql());
  });

  it('of an order that is undone: the money is back once, nothing is held', { timeout: 300_000 }, async () => {
    const places = [
      'reserve-stock|failed',
      'payment|begin compensating',
      'payment|compensated',
      'payment|everything undone',
    ];
    const before = (await charges()).length;
    const product = await aProduct(app.current, { stock: 1 });
    const orders: { id: string; held: string }[] = [];
    for (const held of places) {
      await sql()`update stock_levels set on_hand = 1 where product_id = ${product.id}`;
      const order = { ...(await place(app.current, await member(), [product.line()])), held };
      orders.push(order);
      // Counted again while it was paying, and there was none.
      await sql()`update stock_holds set status = 'released' where order_id = ${order.id}`;
      await sql()`update stock_levels set held = 0, on_hand = 0 where product_id = ${product.id}`;
      await killAt([gateOf(order.id, held)]);
    }
    await resume();
    await untilOrders(orders, 'cancelled');
    const made = await charges();
    expect(made).toHaveLength(before + orders.length);
    for (const { id } of orders) {
      const [one] = made.filter((charge) => charge.orderId === id);
      expect([one?.amountReceived, one?.amountRefunded]).toEqual([2_500, 2_500]);
      expect(
        await partnersOf(app.current)
          .gateway()
          .listRefunds(one?.intentId ?? ''),
      ).toHaveLength(1);
    }
    expect(await stockOf(product)).toMatchObject({ held: 0, reserved: 0 });
    await soundBooks();
  });

  it('in the middle of the charge: one charge', { timeout: 120_000 }, async () => {
    const memberId = await member();
    const product = await aProduct(app.current, { digital: true });
    // The gateway knows the member already.
    await resume();
    const first = await place(app.current, memberId, [product.line()]);
    await untilOrders([{ id: first.id, held: 'first' }], 'completed');
    await worker?.stop();
    sandbox.faults.set({ partner: 'gateway', fault: 'no-answer', rate: 1 });
    const order = await place(app.current, memberId, [product.line()]);
    const child = startProcess('jobs/worker.ts', app.database.url, {
      ...gatewaySettings(),
      PARTNER_TIMEOUT_MS: '60000',
    });
    await eventually(() => expect(sandbox.faults.list('gateway')[0]?.hits).toBeGreaterThan(0), 30_000);
    await kill(child);
    sandbox.faults.clear();
    await timePasses();
    await resume();
    await untilOrders([{ id: order.id, held: 'charge' }], 'completed');
    expect((await charges()).filter((one) => one.orderId === order.id)).toHaveLength(1);
    const log = await sql()<{ what: string }[]>`
      select l.what from saga_log l join sagas s on s.id = l.saga_id
      where s.subject_id = ${order.id} and l.step = 'payment' order by line`;
    expect(log.map(({ what }) => what)).toEqual(['interrupted, trying again', 'completed']);
    await soundBooks();
  });

  it('of a transfer, there and back: the money moves once, or not at all', { timeout: 300_000 }, async () => {
    const steps = ['debit', 'credit', 'customer-view'];
    const forwards = [...steps.map((step) => `${step}|begin running`), ...steps.map((step) => `${step}|completed`)];
    const backwards = ['credit|failed', 'debit|begin compensating', 'debit|compensated'];
    const all: Array<Awaited<ReturnType<typeof aTransfer>> & { held: string; end: string }> = [];
    for (const held of [...forwards, ...backwards]) {
      const transfer = await aTransfer();
      const end = forwards.includes(held) ? 'completed' : 'compensated';
      if (end === 'compensated') {
        await inTransaction(systemContext(app.current), (tx) =>
          closeAccount(tx, { accountId: transfer.to, reason: 'test' }),
        );
      }
      all.push({ ...transfer, held, end });
      await killAt([gateOf(transfer.id, held)]);
    }
    await resume();
    await eventually(async () => {
      const rows = await sql()<{ id: string; status: string }[]>`select id, status from transfers`;
      const statusOf = new Map(rows.map((row) => [row.id, row.status]));
      expect(all.map(({ id, held }) => `${held} ${statusOf.get(id)}`)).toEqual(
        all.map(({ held, end }) => `${held} ${end}`),
      );
    }, 60_000);
    for (const { from, to, end } of all) {
      expect([await balance(from), await balance(to)]).toEqual(end === 'completed' ? [600, 400] : [1_000, 0]);
    }
    const counts = await sql()<{ transactions: number }[]>`select transactions from customer_days`;
    expect(counts.map((row) => row.transactions)).toEqual(Array(2 * forwards.length).fill(1));
    await soundBooks();
  });
});

const stockOf = async (product: Product) => {
  const [row] = await sql()`select on_hand, held, reserved from stock_levels where product_id = ${product.id}`;
  return { ...row };
};

async function balance(accountId: string): Promise<number> {
  const [row] = await sql()<{ n: number }[]>`
    select (posted_credits - posted_debits)::int as n from account_balances where account_id = ${accountId}`;
  return row?.n ?? 0;
}

/** 400 of 1,000 from one member to another, asked for. */
async function aTransfer() {
  const [sender, receiver] = [await joined(app.current), await joined(app.current)];
  const [from, to] = await inTransaction(systemContext(app.current), async (tx) => {
    const open = (memberId: string) => findOrOpenMemberAccount(tx, { memberId, name: 'Account', currency: 'EUR' });
    const [one, two] = [await open(sender.memberId), await open(receiver.memberId)];
    await postEntry(tx, {
      kind: 'top_up',
      currency: 'EUR',
      postings: [
        { accountId: await systemAccount(tx, 'bank', 'EUR'), direction: 'debit', amount: 1_000 },
        { accountId: one.id, direction: 'credit', amount: 1_000 },
      ],
      idempotencyKey: `test:${one.id}`,
    });
    return [one.id, two.id];
  });
  const { id } = await requestTransfer(sender.ctx, {
    fromAccountId: from ?? '',
    toAccountId: to ?? '',
    amount: 400,
    currency: 'EUR',
  });
  return { id, from: from ?? '', to: to ?? '' };
}
