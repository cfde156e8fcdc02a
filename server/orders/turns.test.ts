import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction, type TxCtx } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { joined, staffContext, systemContext } from '#server/members/members.testing.ts';
import { refundByStaff, runRefund } from '#server/payments/commands/refund.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';
import { retrySaga, settleSaga, skipStep, wakeSaga } from '#server/sagas/commands.ts';
import { sagaDefinition } from '#server/sagas/define.ts';
import { getSaga, listSagas } from '#server/sagas/queries.ts';
import { stuckSagas } from '#server/sagas/stuck.ts';
import { findSagaOf } from '#server/sagas/table.ts';
import { runDatabaseTurn, runPartnerTurn, stopTurn } from '#server/sagas/turn.ts';
import { testApp } from '#test/database.ts';
import { followPayment, sweepRefundedOrders } from './commands/follow-payment.ts';
import { handOverShipment } from './commands/hand-over.ts';
import { aProduct, orderNow, place } from './orders.testing.ts';
import { getOrder, listOrders } from './queries/orders.ts';

/** No worker: each turn is taken by the test itself, so that it can be cut in the middle. */
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
afterAll(() => sandbox?.close());
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '1500',
  DATABASE_POOL: '14',
}));
beforeAll(() => prepareQueues(app.current, queues));
afterEach(() => sandbox.faults.clear());

const sql = () => app.current.database.sql;
const system = () => systemContext(app.current);
const staff = () => staffContext(app.current);
const { signal } = new AbortController();
const member = async () => (await joined(app.current)).memberId;

async function sagaOf(orderId: string) {
  const saga = await findSagaOf(sql(), 'order', orderId);
  if (!saga) throw new Error('no saga');
  return saga;
}

const turnOf = async (orderId: string, timedOut = false) => {
  const { id, turn } = await sagaOf(orderId);
  return { sagaId: id, turn, timedOut };
};

/** The call of a partner step, and what is to be written of it. */
const called = async (orderId: string, timedOut = false) =>
  runPartnerTurn(system(), await turnOf(orderId, timedOut), signal);
const written = (record: (tx: TxCtx) => Promise<void>) => inTransaction(system(), record);

/** The turn that an order has come to, whole. */
async function take(orderId: string, times = 1): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const { step, finishedAt } = await sagaOf(orderId);
    if (finishedAt !== null) return;
    if (sagaDefinition('order').steps[step]?.kind === 'partner') await written(await called(orderId));
    else {
      const turn = await turnOf(orderId);
      await inTransaction(system(), (tx) => runDatabaseTurn(tx, turn, signal));
    }
  }
}

/** Its job has become a dead letter. */
async function stop(orderId: string): Promise<void> {
  const turn = await turnOf(orderId);
  await inTransaction(system(), (tx) => stopTurn(tx, turn, { class: 'crashed', reason: 'its worker died' }));
}

/** The sale cannot be booked: the order turns back. */
async function turnBack(orderId: string) {
  await sql().unsafe(`
    create function no_sale() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '23514'; end $$;
    create trigger no_sale before insert on journal_entries for each row when (new.kind = 'sale') execute function no_sale()`);
  await take(orderId, 3);
  await sql().unsafe('drop trigger no_sale on journal_entries; drop function no_sale');
}

/** How many wait for a lock of somebody else. */
const waitForLock = (count: number) =>
  eventually(async () => {
    const rows = await sql()`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    expect(rows).toHaveLength(count);
  });

describe('an answer that comes late', () => {
  it('is of the payment only: an order that was completed meanwhile stays so', async () => {
    const course = await aProduct(app.current, { digital: true });
    const order = await place(app.current, await member(), [course.line()]);
    await take(order.id);
    const late = await called(order.id);
    await stop(order.id);
    await retrySaga(staff(), (await sagaOf(order.id)).id);
    await take(order.id, 4);
    const done = await orderNow(app.current, order.id);
    expect(done.status).toBe('completed');
    await written(late);
    expect(await orderNow(app.current, order.id)).toEqual(done);
    expect((await sagaOf(order.id)).status).toBe('completed');
  });

  it('is waited for: nobody tries again while a try is under way', async () => {
    const course = await aProduct(app.current, { digital: true });
    const order = await place(app.current, await member(), [course.line()]);
    await take(order.id);
    sandbox.faults.set({ partner: 'gateway', fault: 'rate-limit' });
    await take(order.id);
    sandbox.faults.clear();
    const { id } = await sagaOf(order.id);
    expect((await getSaga(staff(), id)).actions).toContain('retry');
    const late = await called(order.id);
    expect((await getSaga(staff(), id)).actions).toEqual([]);
    await expect(retrySaga(staff(), id)).rejects.toMatchObject({ code: 'rule_violated' });
    await written(late);
    await take(order.id, 3);
    expect((await orderNow(app.current, order.id)).status).toBe('completed');
  });

  it('and the payment’s news do not wait for each other', async () => {
    const course = await aProduct(app.current, { digital: true });
    const order = await place(app.current, await member(), [course.line()]);
    await take(order.id);
    const answer = await called(order.id);
    const { id } = await sagaOf(order.id);
    const [payment] = await sql()<{ id: string }[]>`select id from payments where order_id = ${order.id}`;
    const [held, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holder = sql().begin(async (tx) => {
      await tx`select 1 from sagas where id = ${id} for update`;
      held.resolve();
      await opened.promise;
    });
    await held.promise;
    const news = inTransaction(system(), async (tx) => {
      await wakeSaga(tx, 'order', order.id);
      await followPayment(tx, { orderId: order.id, paymentId: payment?.id ?? '' });
    });
    await waitForLock(1);
    const answered = written(answer);
    await waitForLock(2);
    opened.resolve();
    await holder;
    expect((await Promise.allSettled([news, answered])).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
    ]);
  });
});

describe('a parcel', () => {
  const shipmentOf = async (orderId: string) =>
    (await sql()<{ status: string }[]>`select status from shipments where order_id = ${orderId}`)[0]?.status;
  const stockOf = async (productId: string) =>
    (await sql()`select on_hand, held, reserved from stock_levels where product_id = ${productId}`)[0];

  /** An order whose shipment is made, and whose sale is not booked yet. */
  async function shipped() {
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, await member(), [product.line()]);
    await take(order.id, 4);
    return { productId: product.id, orderId: order.id };
  }

  it('that has left the house is not undone: a person decides, and its goods are not counted again', async () => {
    const { orderId, productId } = await shipped();
    await handOverShipment(staff(), orderId);
    await turnBack(orderId);
    await take(orderId);
    const saga = await sagaOf(orderId);
    expect(saga.status).toBe('stuck');
    expect(saga.steps[3]?.error?.code).toBe('handed_over');
    expect(await shipmentOf(orderId)).toBe('handed_over');
    await skipStep(staff(), saga.id, { step: 'ship', reason: 'they keep it' });
    await take(orderId, 2);
    expect((await orderNow(app.current, orderId)).status).toBe('cancelled');
    expect(await shipmentOf(orderId)).toBe('handed_over');
    expect(await stockOf(productId)).toMatchObject({ on_hand: 0, held: 0, reserved: 0 });
  });

  it('that is still in the house is called off with its order, and its goods are there again', async () => {
    const { orderId, productId } = await shipped();
    await turnBack(orderId);
    await take(orderId, 3);
    expect((await orderNow(app.current, orderId)).status).toBe('cancelled');
    expect(await shipmentOf(orderId)).toBe('cancelled');
    expect(await stockOf(productId)).toMatchObject({ on_hand: 1, held: 0, reserved: 0 });
  });

  it('is not sent of an order that is stuck, and is called off when that is ended as failed', async () => {
    const { orderId, productId } = await shipped();
    expect((await getOrder(staff(), orderId)).actions).toEqual(['hand-over']);
    await stop(orderId);
    expect((await getOrder(staff(), orderId)).actions).toEqual([]);
    await expect(handOverShipment(staff(), orderId)).rejects.toMatchObject({ code: 'rule_violated' });
    const { number: subjectNumber } = await orderNow(app.current, orderId);
    const [listed] = (await listSagas(staff(), { status: 'stuck', limit: 1 })).data;
    expect(listed).toMatchObject({ subjectId: orderId, subjectNumber, memberName: 'Ada Okafor' });
    expect((await stuckSagas(sql(), 1)).oldest).toMatchObject([{ subjectId: orderId, subjectNumber }]);
    await settleSaga(staff(), (await sagaOf(orderId)).id, { outcome: 'failed', reason: 'wants it no more' });
    expect((await orderNow(app.current, orderId)).status).toBe('cancelled');
    expect(await shipmentOf(orderId)).toBe('cancelled');
    expect((await getOrder(staff(), orderId)).actions).toEqual([]);
    await expect(handOverShipment(staff(), orderId)).rejects.toMatchObject({ code: 'rule_violated' });
    expect(await stockOf(productId)).toMatchObject({ on_hand: 1, held: 0, reserved: 0 });
  });

  it('is not sent of an order that turns back, and is of one that a person has ended as completed', async () => {
    const { orderId } = await shipped();
    await turnBack(orderId);
    await expect(handOverShipment(staff(), orderId)).rejects.toMatchObject({ code: 'rule_violated' });
    await stop(orderId);
    await settleSaga(staff(), (await sagaOf(orderId)).id, { outcome: 'completed', reason: 'booked by hand' });
    expect((await getOrder(staff(), orderId)).actions).toEqual(['hand-over']);
    await handOverShipment(staff(), orderId);
    expect(await shipmentOf(orderId)).toBe('handed_over');
  });
});

describe('an order whose money goes back', () => {
  /** One whose parcel waits, with the payment that it was paid by; `turns`: 4 for one that is not completed yet. */
  async function waiting({ turns = 5 } = {}) {
    const product = await aProduct(app.current, { stock: 1 });
    const course = await aProduct(app.current, { stock: 1, digital: true, amount: 11_900 });
    const { id, memberId, total } = await place(app.current, await member(), [product.line(), course.line()]);
    await take(id, turns);
    const paymentId = (await paymentOfOrder(sql(), id))?.id ?? '';
    return { orderId: id, memberId, total, productId: product.id, courseId: course.id, paymentId };
  }
  const ask = (paymentId: string, amount?: number) =>
    refundByStaff(staff(), { paymentId, amount, reason: 'wants it no more' });
  async function send(refundId: string, about: { orderId: string; paymentId: string }) {
    await sendOnly(refundId);
    await inTransaction(system(), (tx) => followPayment(tx, about));
  }
  const sendOnly = async (refundId: string) =>
    written(await runRefund(system(), refundId).then((record) => async (tx) => void (await record(tx))));
  const grantsOf = async (orderId: string) =>
    (
      await sql()<{ ended: boolean }[]>`
      select revoked_at is not null as ended from digital_grants where order_id = ${orderId}`
    ).map(({ ended }) => ended);
  const onHand = async (productId: string) => {
    const [level] = await sql()`select on_hand, held, reserved from stock_levels where product_id = ${productId}`;
    return [level?.on_hand, level?.held, level?.reserved];
  };
  const shipmentOf = async (orderId: string) => (await getOrder(staff(), orderId)).shipment?.status;

  it('keeps its parcel in the house from the moment on that all of it is asked back, and calls it off once it is back', async () => {
    const { orderId, memberId, total, paymentId, productId, courseId } = await waiting();
    expect((await getOrder(staff(), orderId)).actions).toEqual(['hand-over']);
    const refund = await ask(paymentId);
    expect((await getOrder(staff(), orderId)).actions).toEqual([]);
    await expect(handOverShipment(staff(), orderId)).rejects.toMatchObject({ code: 'rule_violated' });
    expect(await shipmentOf(orderId)).toBe('created');
    await send(refund.id, { orderId, paymentId });
    await inTransaction(system(), (tx) => followPayment(tx, { orderId, paymentId }));
    expect(await shipmentOf(orderId)).toBe('cancelled');
    expect(await grantsOf(orderId)).toEqual([true]);
    expect([await onHand(productId), await onHand(courseId)]).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
    const [listed] = (await listOrders(staff(), { memberId, limit: 1 })).data;
    expect(listed).toMatchObject({ status: 'completed', refunded: { amount: total, currency: 'EUR' } });
    const told = await sql()`select 1 from events where stream = ${`order-${orderId}`} and type = 'shipment.cancelled'`;
    expect(told).toHaveLength(1);
    await inTransaction({ ...system(), now: () => new Date(Date.now() + 3_600_000) }, (tx) => checkInvariants(tx));
    expect(await sql()`select kind from discrepancies where order_id = ${orderId} and status = 'open'`).toEqual([]);
  });

  it('in part is sent as it was ordered', async () => {
    const { orderId, paymentId } = await waiting();
    await send((await ask(paymentId, 500)).id, { orderId, paymentId });
    expect(await getOrder(staff(), orderId)).toMatchObject({ actions: ['hand-over'], refunded: { amount: 500 } });
    await handOverShipment(staff(), orderId);
    expect(await shipmentOf(orderId)).toBe('handed_over');
    expect(await grantsOf(orderId)).toEqual([false]);
  });

  it('after its parcel has left, but before the sale is booked, is completed; what is digital ends when it is looked at again', async () => {
    const { orderId, paymentId } = await waiting({ turns: 4 });
    await handOverShipment(staff(), orderId);
    await send((await ask(paymentId)).id, { orderId, paymentId });
    await take(orderId);
    expect(await getOrder(staff(), orderId)).toMatchObject({
      status: 'completed',
      shipment: { status: 'handed_over' },
    });
    expect(await grantsOf(orderId)).toEqual([false]);
    // What the sweep does.
    await inTransaction(system(), (tx) => followPayment(tx, { orderId, paymentId }));
    expect(await grantsOf(orderId)).toEqual([true]);
    await inTransaction({ ...system(), now: () => new Date(Date.now() + 3_600_000) }, (tx) => checkInvariants(tx));
    expect(await sql()`select kind from discrepancies where order_id = ${orderId} and status = 'open'`).toEqual([]);
  });

  it('after its parcel has left is not called off: only what is digital ends', async () => {
    const { orderId, paymentId, productId, courseId } = await waiting();
    await handOverShipment(staff(), orderId);
    await send((await ask(paymentId)).id, { orderId, paymentId });
    expect(await shipmentOf(orderId)).toBe('handed_over');
    expect(await grantsOf(orderId)).toEqual([true]);
    expect([await onHand(productId), await onHand(courseId)]).toEqual([
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('whole before it is completed is undone: nothing is granted, and no parcel leaves', async () => {
    const { orderId, paymentId, productId, courseId } = await waiting({ turns: 4 });
    await ask(paymentId);
    await take(orderId, 4);
    expect(await orderNow(app.current, orderId)).toMatchObject({ status: 'cancelled', failureCode: 'refunded' });
    expect([await shipmentOf(orderId), await grantsOf(orderId)]).toEqual(['cancelled', []]);
    expect([await onHand(productId), await onHand(courseId)]).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('and nobody followed it: a later look does, a few at a time, and once', async () => {
    const orders = [await waiting(), await waiting()];
    for (const { paymentId } of orders) await sendOnly((await ask(paymentId)).id);
    const inPart = await waiting();
    await sendOnly((await ask(inPart.paymentId, 500)).id);
    const sweep = (limit: number) => inTransaction(system(), (tx) => sweepRefundedOrders(tx, limit));
    expect([await sweep(1), await sweep(10)]).toEqual([1, 2]);
    const jobs = await sql()<{ orderId: string; paymentId: string }[]>`
      select data->'payload'->>'orderId' as "orderId", data->'payload'->>'paymentId' as "paymentId" from pgboss.job
      where name = 'order-payments'`;
    expect(new Set(jobs.map(({ orderId }) => orderId))).toEqual(new Set(orders.map(({ orderId }) => orderId)));
    expect(jobs).toHaveLength(3);
    for (const job of jobs) await inTransaction(system(), (tx) => followPayment(tx, job));
    for (const { orderId } of orders) {
      expect([await shipmentOf(orderId), await grantsOf(orderId)]).toEqual(['cancelled', [true]]);
    }
    expect([await shipmentOf(inPart.orderId), await grantsOf(inPart.orderId)]).toEqual(['created', [false]]);
    expect(await sweep(10)).toBe(0);
  });
});

describe('what went wrong', () => {
  const plain = 'Something went wrong on our side. Please try again later, or ask for help.';

  it('is told to its member in plain words, and to staff as it is', async () => {
    const { memberId, ctx } = await joined(app.current);
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, memberId, [product.line()]);
    await take(order.id);
    sandbox.faults.set({ partner: 'gateway', fault: 'rate-limit' });
    await take(order.id);
    sandbox.faults.clear();
    const errorOf = (view: Awaited<ReturnType<typeof getOrder>>) => view.steps.find((one) => one.error)?.error;
    expect(errorOf(await getOrder(ctx, order.id))).toEqual({ code: 'unavailable', reason: plain });
    expect(errorOf(await getOrder(staff(), order.id))?.reason).toMatch(/gateway/);
    await take(order.id, 3);
    await turnBack(order.id);
    const told = await getOrder(ctx, order.id);
    expect(told.failure).toEqual({ code: 'unexpected', message: plain });
    expect(errorOf(told)).toEqual({ code: 'unexpected', reason: plain });
    expect((await getSaga(staff(), (await sagaOf(order.id)).id)).error?.reason).toMatch(/23514/);
  });

  it('is told in a rule’s own words when a rule says no', async () => {
    const { memberId, ctx } = await joined(app.current);
    const product = await aProduct(app.current, { stock: 1 });
    const order = await place(app.current, memberId, [product.line()]);
    await take(order.id, 2);
    await sql()`update stock_holds set status = 'released' where order_id = ${order.id}`;
    await sql()`update stock_levels set held = 0, on_hand = 0 where product_id = ${product.id}`;
    await take(order.id);
    const told = await getOrder(ctx, order.id);
    expect(told.failure).toMatchObject({ code: 'out_of_stock', message: expect.stringContaining('sold out') });
    expect(told.steps[2]?.error?.reason).toContain('sold out');
  });
});
