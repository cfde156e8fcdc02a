import type { OrderStatus } from '#db/schema/orders.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { defineSaga, type PartnerWord, type SagaEnd, type SagaRun } from '#server/sagas/define.ts';
import { advanceOrder, itemsOf, totalOf } from './news.ts';
import { lockOrder, orderNumbers } from './record.ts';
import { cancelShipment } from './shipments.ts';
import { checkMember } from './steps/check-member.ts';
import { complete, reserve, ship } from './steps/deliver.ts';
import { payment } from './steps/payment.ts';
import { releaseStock } from './stock.ts';

/** From the order to what was ordered; and back, when the money or the stock is not there. */
export const orderSaga = defineSaga({
  type: 'order',
  steps: [checkMember, payment, reserve, ship, complete],
  onEnd: end,
  async onTurnedBack(tx, saga) {
    const order = await lockOrder(tx.sql, saga.subjectId);
    await advanceOrder(
      tx,
      order,
      { failureCode: saga.error?.code ?? null, failureMessage: saga.error?.reason ?? null },
      [],
    );
  },
  async onStuck(tx, saga) {
    await advanceOrder(tx, await lockOrder(tx.sql, saga.subjectId), { status: 'stuck' }, []);
  },
  async onTakenUp(tx, saga) {
    const order = await lockOrder(tx.sql, saga.subjectId);
    if (saga.error === null) await advanceOrder(tx, order, { status: statusOf(saga) }, []);
  },
  numbersOf: orderNumbers,
  inspect,
});

/** How far an order has got that goes forward. */
function statusOf({ results }: SagaRun): OrderStatus {
  if (results.ship?.shipped) return 'shipped';
  if (results['reserve-stock']) return 'reserved';
  return results.payment ? 'paid' : 'created';
}

/** Nothing paid for: failed. Paid and given back: cancelled. */
async function end(tx: TxCtx, saga: SagaRun, how: SagaEnd): Promise<void> {
  const order = await lockOrder(tx.sql, saga.subjectId);
  if (how === 'completed') {
    // Told by the last step; only a person's word gets here without it.
    if (order.status !== 'completed') {
      const about = { total: totalOf(order), number: order.number, origin: order.origin, items: itemsOf(order) };
      await advanceOrder(tx, order, { status: 'completed' }, [{ type: 'order.completed', data: about }]);
    }
    return;
  }
  // Only a person's word gets here with a parcel that still waits.
  await cancelShipment(tx.sql, order.id);
  await releaseStock(tx, order.id);
  const code = saga.error?.code ?? 'undone';
  const paid = saga.results.payment !== null && saga.results.payment !== undefined;
  const about = { total: totalOf(order), origin: order.origin, code, items: itemsOf(order) };
  await advanceOrder(tx, order, { status: paid ? 'cancelled' : 'failed' }, [
    { type: paid ? 'order.cancelled' : 'order.failed', data: about },
  ]);
}

/** What the gateway says about the money at this moment. */
async function inspect(ctx: Ctx, saga: SagaRun): Promise<PartnerWord[]> {
  const paidBy = await paymentOfOrder(ctx.sql, saga.subjectId);
  if (!paidBy?.intentId) return [];
  const about = { system: 'gateway', about: paidBy.intentId };
  try {
    const says = await partnersOf(ctx.app).gateway().retrievePaymentIntent(paidBy.intentId);
    const { status, amount, amountReceived, amountRefunded, currency, fee } = says;
    return [{ ...about, says: { status, amount, amountReceived, amountRefunded, currency, fee }, error: null }];
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    return [{ ...about, says: null, error: error.reason }];
  }
}
