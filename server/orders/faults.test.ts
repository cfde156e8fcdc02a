import { afterAll, beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { gatewayFaults, requestFaults } from '#sandbox/faults.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { joined, staffContext } from '#server/members/members.testing.ts';
import { buyPlan, professional } from '#server/memberships/memberships.testing.ts';
import { usualTiming } from '#server/queue/worker.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';
import { retrySaga } from '#server/sagas/commands.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { aProduct, card, ledgerOf, orderNow, type Product, place, untilOrder } from './orders.testing.ts';

let sandbox: Sandbox;
let worker: Worker;
let warm = '';
let product: Product;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  SMTP_URL: sandbox.urls.smtp.replace(
    'smtp://',
    `smtp://${sandbox.credentials.smtpUser}:${sandbox.credentials.smtpPassword}@`,
  ),
  PARTNER_TIMEOUT_MS: '1000',
  DATABASE_POOL: '16',
}));
const sql = () => app.current.database.sql;
beforeAll(async () => {
  worker = await startWorker(app.current, {
    events,
    projections,
    reactions,
    queues,
    timing: { ...usualTiming, testFlowsMs: 300 },
  });
  product = await aProduct(app.current, { stock: 10_000 });
  warm = (await joined(app.current)).memberId;
  // The gateway knows this member: what is struck is the charge itself.
  await untilOrder(app.current, (await place(app.current, warm, [product.line()])).id, 'completed', 20_000);
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});

/** First those after which everybody knows what has happened: a question that is asked later must not meet the next one's fault. */
const clear = ['reject', 'refuse', 'rate-limit', 'cut', 'fail-once', 'webhook-first'] as const;
const faults = [...new Set([...clear, ...requestFaults, ...gatewayFaults])];
const hits = (fault: string) => sandbox.faults.list('gateway').find((one) => one.fault === fault)?.hits ?? 0;

/** Everything at the gateway, to compare with what we believe. */
async function atTheGateway() {
  const all = [];
  for (let after: string | undefined; ; ) {
    const page = await partnersOf(app.current)
      .gateway()
      .listPaymentIntents({ limit: 100, ...(after ? { after } : {}) });
    all.push(...page.payments);
    if (page.next === null) return all;
    after = page.next;
  }
}

/** To the unit: what the gateway has is what the ledger, the payments and the orders say. */
async function expectAgreement(): Promise<void> {
  const charges = await atTheGateway();
  const sum = (pick: (one: (typeof charges)[number]) => number) => charges.reduce((total, one) => total + pick(one), 0);
  const [paid] = await sql()<{ received: number; refunded: number; fees: number }[]>`
    select coalesce(sum(amount) filter (where status in ('succeeded', 'refunded', 'partially_refunded')), 0)::bigint as received,
      coalesce(sum(refunded_amount), 0)::bigint as refunded, coalesce(sum(fee), 0)::bigint as fees from payments`;
  expect([paid?.received, paid?.refunded]).toEqual([
    sum((one) => one.amountReceived),
    sum((one) => one.amountRefunded),
  ]);
  const [sold] = await sql()<{ total: number }[]>`
    select coalesce(sum(total), 0)::bigint as total from orders where status = 'completed'`;
  expect(Number(paid?.received) - Number(paid?.refunded)).toBe(sold?.total);
  const books = await ledgerOf(app.current);
  expect(books.gateway).toBe(Number(sold?.total) - Number(paid?.fees));
  expect(books.customer_deposits ?? 0).toBe(0);
  expect(Object.values(books).reduce((total, one) => total + one, 0)).toBe(0);
  for (const { orderId } of charges) expect(charges.filter((one) => one.orderId === orderId)).toHaveLength(1);
  await sql()`update payments set settled_at = settled_at - interval '1 hour' where settled_at is not null`;
  await sql()`update orders set finished_at = finished_at - interval '1 hour' where finished_at is not null`;
  const broken = await inTransaction(systemContext(app.current), (tx) => checkInvariants(tx));
  expect(Object.entries(broken).filter(([, n]) => n > 0)).toEqual([]);
}

it('every fault of the gateway at the charge, and at the refund: each settles, nobody pays twice', {
  timeout: 300_000,
}, async () => {
  const charged: Array<{ fault: string; id: string }> = [];
  for (const fault of faults) {
    sandbox.faults.set({ partner: 'gateway', fault, rate: 1, ...(fault === 'slow' ? { delayMs: 3_000 } : {}) });
    const order = await place(app.current, warm, [product.line()]);
    charged.push({ fault, id: order.id });
    await eventually(() => expect(hits(fault), fault).toBeGreaterThan(0), 20_000);
    sandbox.faults.clear('gateway');
  }
  const ended = (list: typeof charged, expected: (fault: string) => string) =>
    eventually(async () => {
      const now = await Promise.all(list.map(({ id }) => orderNow(app.current, id)));
      expect(now.map(({ status }, i) => `${list[i]?.fault} ${status}`)).toEqual(
        list.map(({ fault }) => `${fault} ${expected(fault)}`),
      );
    }, 120_000);
  await ended(charged, (fault) => (fault === 'reject' ? 'failed' : 'completed'));

  const undone: Array<{ fault: string; id: string }> = [];
  for (const fault of faults) {
    const rare = await aProduct(app.current, { stock: 1 });
    // Held until the bank is asked; then it is found missing, and the refund meets the fault.
    const order = await place(app.current, warm, [rare.line()], card('pm_card_authenticationRequired'));
    await untilOrder(app.current, order.id, 'requires_action', 30_000);
    await sql()`update stock_holds set status = 'released' where order_id = ${order.id}`;
    await sql()`update stock_levels set held = 0, on_hand = 0 where product_id = ${rare.id}`;
    undone.push({ fault, id: order.id });
    await approve(order.id);
    await eventually(async () => {
      const [row] =
        await sql()`select 1 from events where type = 'payment.completed' and data->>'orderId' = ${order.id}`;
      expect(row).toBeDefined();
    }, 30_000);
    sandbox.faults.set({ partner: 'gateway', fault, rate: 1, ...(fault === 'slow' ? { delayMs: 3_000 } : {}) });
    await eventually(async () => {
      expect(hits(fault) > 0 || (await orderNow(app.current, order.id)).status === 'cancelled', fault).toBe(true);
    }, 20_000);
    sandbox.faults.clear('gateway');
  }
  // A refund that is refused for good waits for a person, and goes on when they say so.
  await ended(undone, (fault) => (fault === 'reject' ? 'stuck' : 'cancelled'));
  const [stuck] = await sql()<{ id: string }[]>`select id from sagas where status = 'stuck'`;
  await retrySaga(staffContext(app.current), stuck?.id ?? '');
  await ended(undone, () => 'cancelled');
  await expectAgreement();
});

/** The payer says yes on the bank's page; the browser's return asks how it went. */
async function approve(orderId: string): Promise<void> {
  const { lookAtPayment } = await import('#server/payments/commands/charge.ts');
  const [payment] = await sql()<{ id: string; intentId: string }[]>`
    select id, intent_id as "intentId" from payments where order_id = ${orderId}`;
  const { nextAction } = await partnersOf(app.current)
    .gateway()
    .retrievePaymentIntent(payment?.intentId ?? '');
  if (nextAction?.type !== 'redirect') throw new Error('the bank asks nothing');
  await fetch(nextAction.url, { method: 'POST', body: new URLSearchParams({ answer: 'approve' }), redirect: 'manual' });
  const ctx = systemContext(app.current);
  await inTransaction(ctx, await lookAtPayment(ctx, payment?.id ?? ''));
}

it('a crowd with all faults on at once: gateway, ledger, orders, memberships and mails agree', {
  timeout: 600_000,
}, async () => {
  const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_mastercard', 'pm_card_chargeDeclined'];
  for (const fault of ['fail', 'fail-once', 'fail-after', 'no-answer', 'cut', 'rate-limit'] as const) {
    sandbox.faults.set({ partner: 'gateway', fault, rate: 0.08 });
    sandbox.faults.set({ partner: 'mail', fault: 'fail', rate: 0.1 });
  }
  const orders = await Promise.all(
    Array.from({ length: rounds(24, 500) }, async (_, i) => {
      const payment = card(methods[i % methods.length]);
      const memberId = i % 3 === 0 ? warm : (await joined(app.current)).memberId;
      if (i % 3 === 1) return { id: await buyPlan(app.current, memberId, professional, payment) };
      return place(app.current, memberId, [product.line(1 + (i % 3))], payment);
    }),
  );
  // Until each fault has struck.
  await eventually(() => {
    for (const { fault, hits: struck } of sandbox.faults.list('gateway')) expect(struck, fault).toBeGreaterThan(0);
  }, 60_000);
  sandbox.faults.clear('gateway');
  sandbox.faults.clear('mail');
  await eventually(async () => {
    const [open] = await sql()<{ n: number }[]>`select count(*)::int as n from orders where finished_at is null`;
    expect(open?.n).toBe(0);
  }, 240_000);
  const now = await Promise.all(orders.map(({ id }) => orderNow(app.current, id)));
  expect(now.filter(({ status }) => status === 'completed').length).toBeGreaterThan(orders.length / 2);
  await expectAgreement();
  await eventually(expectPeriods, 60_000);
  await eventually(expectReceipts, 120_000);
});

/** Every plan that was bought to the end is one period, and every period that was paid for was bought. */
async function expectPeriods(): Promise<void> {
  const bought = await sql()`
    select o.id from orders o join order_items i on i.order_id = o.id
    where o.status = 'completed' and i.kind = 'plan' order by o.id`;
  const periods = await sql()`select order_id as id from membership_periods where origin = 'paid' order by order_id`;
  expect(bought.length).toBeGreaterThan(0);
  expect(periods).toEqual(bought);
}

/** Every order that was paid to the end has one receipt, and the payer one mail with it. */
async function expectReceipts(): Promise<void> {
  const receipts = await sql()<{ orderId: string; number: string; email: string }[]>`
    select d.order_id as "orderId", d.number, m.email from documents d join members m on m.id = d.member_id
    where d.kind = 'receipt' order by d.order_id`;
  const completed = await sql()`select id as "orderId" from orders where status = 'completed' order by id`;
  expect(receipts.map(({ orderId }) => ({ orderId }))).toEqual(completed);
  const mailed = new Map<string, string[]>();
  for (const email of new Set(receipts.map((one) => one.email))) {
    const answer = await fetch(`${sandbox.urls.pages}/mail/messages?to=${encodeURIComponent(email)}`);
    const mails = (await answer.json()) as { subject: string }[];
    mailed.set(
      email,
      mails.map(({ subject }) => subject),
    );
  }
  for (const { number, email } of receipts) {
    expect(mailed.get(email)?.filter((subject) => subject.includes(number)) ?? [], number).toHaveLength(1);
  }
}
