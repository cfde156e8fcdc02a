import { describe, expect, it } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { joined, systemContext } from '#server/members/members.testing.ts';
import { aProduct, card, orderNow, place } from '#server/orders/orders.testing.ts';
import { findSagaOf } from '#server/sagas/table.ts';
import { runPartnerTurn } from '#server/sagas/turn.ts';
import { chargePayment } from './commands/charge.ts';
import { repairPayment } from './commands/repair.ts';
import { chargeStarted, startPayment } from './commands/start.ts';
import { testGateway } from './payments.testing.ts';
import { findPayment, type Payment, paymentOfOrder } from './record.ts';

const { app, sandbox } = testGateway();
const sql = () => app.current.database.sql;
const system = () => systemContext(app.current);
const chargedFor = async (paymentId: string) =>
  (await partnersOf(app.current).gateway().listPaymentIntents({})).payments
    .filter((one) => one.paymentId === paymentId)
    .reduce((sum, { amountReceived }) => sum + amountReceived, 0);

async function aDonation(more: { offSession?: boolean } = {}): Promise<Payment> {
  const { memberId } = await joined(app.current);
  return inTransaction(system(), (tx) =>
    startPayment(tx, {
      memberId,
      purpose: 'donation',
      amount: 5_000,
      currency: 'EUR',
      card: { paymentMethodId: 'pm_card_visa', cardId: null, brand: null, last4: null },
      ...more,
    }),
  );
}

async function anOrder(
  offSession = false,
): Promise<{ orderId: string; turn: () => Promise<void>; die: () => Promise<void> }> {
  const { memberId } = await joined(app.current);
  const course = await aProduct(app.current, { digital: true, amount: 1_000 });
  const { id: orderId } = await place(app.current, memberId, [course.line()], card('pm_card_visa', { offSession }));
  const call = async () => {
    const saga = await findSagaOf(sql(), 'order', orderId);
    if (!saga) throw new Error('no saga');
    const turn = { sagaId: saga.id, turn: saga.turn, timedOut: false };
    return runPartnerTurn(system(), turn, new AbortController().signal);
  };
  const turn = async () => inTransaction(system(), await call());
  await turn();
  return { orderId, turn, die: async () => void (await call()) };
}

const now = async (id: string) => {
  const payment = await findPayment(sql(), id);
  if (!payment) throw new Error('no payment');
  return payment;
};
const paymentOf = async (orderId: string) => {
  const payment = await paymentOfOrder(sql(), orderId);
  if (!payment) throw new Error('no payment');
  return payment;
};
const elevenMinutesPass = (id: string) => sql()`
  update payments set created_at = created_at - interval '11 minutes', asked_at = asked_at - interval '11 minutes'
  where id = ${id}`;
const ordersAge = (orderId: string, minutes: number) => sql()`
  update orders set created_at = created_at - ${minutes} * interval '1 minute' where id = ${orderId}`;
const outOfReach = () => sandbox().faults.set({ partner: 'gateway', fault: 'cut' });

describe('a charge that was made while its worker died', () => {
  it('is not called failed when the gateway then stays out of reach', async () => {
    const { id } = await aDonation();
    await chargePayment(system(), id);
    await elevenMinutesPass(id);
    outOfReach();
    await inTransaction(system(), await chargeStarted(system(), id));
    expect((await now(id)).status).toBe('unknown');
    sandbox().faults.clear();
    await inTransaction(system(), await repairPayment(system(), { paymentId: id, repair: 1 }));
    expect([(await now(id)).status, await chargedFor(id)]).toEqual(['succeeded', 5_000]);
  });

  it('is not called failed for an order either', async () => {
    const { orderId, turn, die } = await anOrder();
    await die();
    const { id } = await paymentOf(orderId);
    await elevenMinutesPass(id);
    await ordersAge(orderId, 11);
    outOfReach();
    await turn();
    expect([(await now(id)).status, (await orderNow(app.current, orderId)).status]).toEqual(['unknown', 'created']);
    sandbox().faults.clear();
    await turn();
    expect([(await now(id)).status, (await orderNow(app.current, orderId)).status]).toEqual(['succeeded', 'paid']);
  });
});

describe('a gateway that was never reached', () => {
  it('leaves no trace of having been asked, and in the end the payer is told', async () => {
    const { id } = await aDonation();
    outOfReach();
    await expect(chargeStarted(system(), id)).rejects.toMatchObject({ errorClass: 'unavailable' });
    expect(await now(id)).toMatchObject({ status: 'initiated', askedAt: null });
    await elevenMinutesPass(id);
    await inTransaction(system(), await chargeStarted(system(), id));
    expect(await now(id)).toMatchObject({ status: 'failed', failureCode: 'not_charged' });
  });

  it('by one try says nothing of another that asked meanwhile', async () => {
    const { id } = await aDonation();
    sandbox().faults.set({ partner: 'gateway', fault: 'slow', delayMs: 300 });
    sandbox().faults.set({ partner: 'gateway', fault: 'rate-limit' });
    const refused = chargePayment(system(), id).catch(() => 'refused');
    await expect
      .poll(() =>
        sandbox()
          .faults.list('gateway')
          .every(({ hits }) => hits > 0),
      )
      .toBe(true);
    // Its job was given to another worker, which dies after the charge.
    sandbox().faults.clear();
    await chargePayment(system(), id);
    expect(await refused).toBe('refused');
    expect((await now(id)).askedAt).not.toBeNull();
  });
});

describe('a charge that comes late', () => {
  it('is not made a day after it was meant', async () => {
    const { id } = await aDonation();
    await sql()`update payments set created_at = now() - interval '1 day' where id = ${id}`;
    await inTransaction(system(), await chargePayment(system(), id));
    expect(await now(id)).toMatchObject({ status: 'failed', failureCode: 'not_charged' });
    expect(await chargedFor(id)).toBe(0);
  });

  it('is made when nobody waits for it: a renewal by night', async () => {
    const { id } = await aDonation({ offSession: true });
    await sql()`update payments set created_at = now() - interval '1 hour' where id = ${id}`;
    await inTransaction(system(), await chargePayment(system(), id));
    expect((await now(id)).status).toBe('succeeded');
  });

  it.each([
    [false, 'failed', 0],
    [true, 'succeeded', 1_000],
  ])('counts from when the order was placed (off session: %s)', async (offSession, status, charged) => {
    const { orderId, turn } = await anOrder(offSession);
    await ordersAge(orderId, 60);
    await turn();
    const { id } = await paymentOf(orderId);
    expect([(await now(id)).status, await chargedFor(id)]).toEqual([status, charged]);
  });
});
