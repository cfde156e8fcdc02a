import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { joined, staffContext } from '#server/members/members.testing.ts';
import { redriveDeadLetter } from '#server/queue/dead-letter-commands.ts';
import { testApp } from '#test/database.ts';
import { aProduct, card, ledgerOf, orderNow, place, untilOrder } from './orders.testing.ts';

let sandbox: Sandbox;
let worker: Worker;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '1500',
  DATABASE_POOL: '14',
}));
const sql = () => app.current.database.sql;
beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});
afterEach(() => sandbox.faults.clear());

const member = async () => (await joined(app.current)).memberId;
const gateway = () => partnersOf(app.current).gateway();
const paymentsOf = (orderId: string) =>
  sql()<{ id: string; status: string; intentId: string; refundedAmount: number; failureCode: string; fee: number }[]>`
    select id, status, intent_id as "intentId", refunded_amount as "refundedAmount", failure_code as "failureCode", fee
    from payments where order_id = ${orderId}`;
const typesOf = async (orderId: string) =>
  (
    await sql()<{ type: string }[]>`
      select type from events where stream = ${`order-${orderId}`} or (data->>'orderId' = ${orderId} and type like 'payment.%')
      order by recorded_at, id`
  ).map((row) => row.type);
const stockOf = async (productId: string) => {
  const [row] = await sql()`select on_hand, held, reserved from stock_levels where product_id = ${productId}`;
  return row;
};

describe('an order', () => {
  it('is charged, reserved, shipped, booked and told of, once each', async () => {
    const product = await aProduct(app.current, { stock: 3 });
    const before = await ledgerOf(app.current);
    const order = await place(app.current, await member(), [product.line(2)]);
    expect(await stockOf(product.id)).toMatchObject({ on_hand: 3, held: 2, reserved: 0 });
    await untilOrder(app.current, order.id, 'completed');
    expect(await stockOf(product.id)).toMatchObject({ on_hand: 1, held: 0, reserved: 0 });
    const [payment] = await paymentsOf(order.id);
    expect(payment).toMatchObject({ status: 'succeeded', refundedAmount: 0, fee: 100 });
    expect((await gateway().retrievePaymentIntent(payment?.intentId ?? '')).amountReceived).toBe(5_000);
    expect(await typesOf(order.id)).toEqual([
      'order.created',
      'payment.initiated',
      'payment.authorized',
      'payment.completed',
      'inventory.reserve',
      'inventory.reserved',
      'shipping.create',
      'shipment.created',
      'transaction.recorded',
      'order.completed',
    ]);
    const after = await ledgerOf(app.current);
    const moved = (code: string) => (after[code] ?? 0) - (before[code] ?? 0);
    expect([moved('gateway'), moved('gateway_fees'), moved('customer_deposits')]).toEqual([4_900, 100, 0]);
    expect([moved('goods_income'), moved('tax_payable')]).toEqual([-4_673, -327]);
  });

  it('of something digital is granted and not shipped', async () => {
    const course = await aProduct(app.current, { digital: true, amount: 11_900 });
    const memberId = await member();
    const order = await place(app.current, memberId, [course.line()]);
    await untilOrder(app.current, order.id, 'completed');
    expect(await typesOf(order.id)).not.toContain('shipment.created');
    const [grant] = await sql()`select member_id, product_id from digital_grants where order_id = ${order.id}`;
    expect(grant).toEqual({ member_id: memberId, product_id: course.id });
  });

  it('that comes to nothing needs no payment', async () => {
    const free = await aProduct(app.current, { digital: true, amount: 0 });
    const order = await place(app.current, await member(), [free.line()]);
    await untilOrder(app.current, order.id, 'completed');
    expect(await paymentsOf(order.id)).toHaveLength(0);
  });
});

describe('an order whose job cannot be done', () => {
  it('is stuck, and goes on from where it was once the job is done again', async () => {
    await sql().unsafe(`
      create function not_today() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
      create trigger not_today before insert on saga_log for each row
        when (new.step = 'ship' and new.what = 'completed') execute function not_today()`);
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, await member(), [product.line()]);
    await untilOrder(app.current, order.id, 'stuck', 30_000);
    await sql().unsafe('drop trigger not_today on saga_log');
    const [letter] = await sql()<{ id: string; status: string }[]>`
      select l.id, s.status from dead_letters l join sagas s on s.id::text = l.payload->>'sagaId' where s.subject_id = ${order.id}`;
    expect(letter?.status).toBe('stuck');
    await redriveDeadLetter(staffContext(app.current), { id: letter?.id ?? '' });
    await untilOrder(app.current, order.id, 'completed');
    expect(await sql()`select 1 from shipments where order_id = ${order.id}`).toHaveLength(1);
    expect(await paymentsOf(order.id)).toMatchObject([{ status: 'succeeded' }]);
  }, 60_000);
});

describe('a card that is refused', () => {
  it.each([
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedLostCard', 'lost_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error'],
  ])('%s fails the order with words, and gives the stock back', async (method, code) => {
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, await member(), [product.line()], card(method));
    await untilOrder(app.current, order.id, 'failed');
    expect(await orderNow(app.current, order.id)).toMatchObject({ failureCode: code });
    expect((await orderNow(app.current, order.id)).failureMessage).toMatch(/Nothing was charged/);
    expect(await stockOf(product.id)).toMatchObject({ on_hand: 1, held: 0, reserved: 0 });
    expect(await typesOf(order.id)).toEqual(['order.created', 'payment.initiated', 'payment.failed', 'order.failed']);
  });

  it('and a card that does not exist', async () => {
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, await member(), [product.line()], card('pm_nothing_like_it'));
    await untilOrder(app.current, order.id, 'failed');
    expect((await paymentsOf(order.id))[0]).toMatchObject({ status: 'failed', failureCode: 'resource_missing' });
  });
});

describe('stock', () => {
  it('of one goes to one of many buyers, and nobody else is charged', async () => {
    const product = await aProduct(app.current, { stock: 1 });
    const memberId = await member();
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => place(app.current, memberId, [product.line()])),
    );
    const won = tries.filter((one) => one.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'rule_violated' });
    await untilOrder(app.current, won[0]?.value.id ?? '', 'completed');
    expect(await stockOf(product.id)).toMatchObject({ on_hand: 0, held: 0, reserved: 0 });
    const [charged] = await sql()`
      select count(*)::int as n from payments p join orders o on o.id = p.order_id join order_items i on i.order_id = o.id
      where i.product_id = ${product.id}`;
    expect(charged?.n).toBe(1);
  });

  it('that is gone when the money is there gives the money back', async () => {
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, await member(), [product.line()], card('pm_card_authenticationRequired'));
    await untilOrder(app.current, order.id, 'requires_action');
    // Whatever lets go of it: a person counts again, and there is none.
    await sql()`update stock_holds set status = 'released' where order_id = ${order.id}`;
    await sql()`update stock_levels set held = 0, on_hand = 0 where product_id = ${product.id}`;
    await confirm(order.id);
    await untilOrder(app.current, order.id, 'cancelled');
    const [payment] = await paymentsOf(order.id);
    expect(payment).toMatchObject({ status: 'refunded', refundedAmount: 2_500 });
    expect(await typesOf(order.id)).toEqual(
      expect.arrayContaining(['inventory.failed', 'payment.refund', 'payment.refunded', 'order.cancelled']),
    );
    expect((await ledgerOf(app.current)).customer_deposits ?? 0).toBe(0);
  });
});

/** The bank's page, approved; then our own look at the payment, as the browser's return asks for it. */
async function confirm(orderId: string): Promise<void> {
  const [payment] = await paymentsOf(orderId);
  const state = await gateway().retrievePaymentIntent(payment?.intentId ?? '');
  if (state.nextAction?.type !== 'redirect') throw new Error('the bank asks nothing');
  await approve(state.nextAction.url);
  const { lookAtPayment } = await import('#server/payments/commands/charge.ts');
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  const record = await lookAtPayment(ctx, payment?.id ?? '');
  await inTransaction(ctx, record);
}

/** What the payer answers on the bank's page. */
const approve = (url: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer: 'approve' }), redirect: 'manual' });

describe('the gateway', () => {
  it('whose answer was lost, and whose bank asks: the payer is asked, as soon as that is known', async () => {
    const course = await aProduct(app.current, { digital: true });
    const memberId = await member();
    await untilOrder(app.current, (await place(app.current, memberId, [course.line()])).id, 'completed');
    sandbox.faults.set({ partner: 'gateway', fault: 'fail-after', rate: 1 });
    const order = await place(app.current, memberId, [course.line()], card('pm_card_authenticationRequired'));
    await eventually(async () => expect((await paymentsOf(order.id))[0]?.status).toBe('unknown'), 20_000);
    sandbox.faults.clear();
    await untilOrder(app.current, order.id, 'requires_action', 20_000);
    await confirm(order.id);
    await untilOrder(app.current, order.id, 'completed');
  }, 60_000);

  it('that does not answer in time leaves the payment unknown, and the repair finds it: one charge', async () => {
    const product = await aProduct(app.current, { stock: 2 });
    const memberId = await member();
    // The gateway knows the member already: it is the charge itself whose answer is lost.
    await untilOrder(app.current, (await place(app.current, memberId, [product.line()])).id, 'completed');
    sandbox.faults.set({ partner: 'gateway', fault: 'fail-after', rate: 1 });
    const order = await place(app.current, memberId, [product.line()]);
    await eventually(async () => {
      expect((await paymentsOf(order.id))[0]?.status).toBe('unknown');
    });
    sandbox.faults.clear();
    await untilOrder(app.current, order.id, 'completed', 15_000);
    const { payments } = await gateway().listPaymentIntents({ createdAfter: new Date(order.createdAt) });
    expect(payments.filter((one) => one.orderId === order.id && one.status === 'succeeded')).toHaveLength(1);
  });
});
