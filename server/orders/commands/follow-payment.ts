import type { TxCtx } from '#server/context/context.ts';
import { requestRefund, sendRefund } from '#server/payments/commands/refund.ts';
import { lockPayment, type Payment, refundedWhole } from '#server/payments/queries/records.ts';
import { enqueueAll } from '#server/queue/enqueue.ts';
import { advanceOrder } from '../news.ts';
import { lockOrder, type Order } from '../record.ts';
import { cancelShipment, lockShipment } from '../shipments.ts';
import { releaseStock } from '../stock.ts';

/** What a payment's news mean to its order: late money goes back, and what went back whole is not delivered any more. */
export async function followPayment(
  tx: TxCtx,
  { orderId, paymentId }: { orderId: string; paymentId: string },
): Promise<void> {
  const order = await lockOrder(tx.sql, orderId);
  const payment = await lockPayment(tx.sql, paymentId);
  if (order.status === 'failed') await sendBackLate(tx, order, payment);
  if (payment.status === 'refunded') await takeBack(tx, order);
}

/**
 * Money that has come in for an order that was given up goes back by itself. It cannot be the other way round: the order was
 * given up only after the gateway said that nothing was charged, but banks have been known to change their minds.
 */
async function sendBackLate(tx: TxCtx, order: Order, payment: Payment): Promise<void> {
  if (payment.status !== 'succeeded' || payment.refundsAsked > 0) return;
  const refund = await requestRefund(tx, {
    paymentId: payment.id,
    cause: 'late_payment',
    meaning: `order:${order.id}:late:${payment.id}`,
  });
  await sendRefund(tx, refund);
}

/** A parcel that is still in the house stays there, what is digital ends, and all of that can be sold again. */
async function takeBack(tx: TxCtx, order: Order): Promise<void> {
  const shipment = await lockShipment(tx.sql, order.id);
  const stopped = shipment?.status === 'created' ? shipment : null;
  const revoked = await tx.sql`
    update digital_grants set revoked_at = ${tx.now().toISOString()} where order_id = ${order.id} and revoked_at is null`;
  if (!stopped && revoked.count === 0) return;
  await cancelShipment(tx.sql, order.id);
  await releaseStock(tx, order.id);
  if (stopped) {
    await advanceOrder(tx, order, {}, [{ type: 'shipment.cancelled', data: { shipmentId: stopped.id } }]);
  }
}

/**
 * Looks again, in jobs, at up to `limit` orders that keep what they bought although all of their money went back: earlier
 * versions left it so. @returns how many
 */
export async function sweepRefundedOrders(tx: TxCtx, limit: number): Promise<number> {
  const refunded = await refundedWhole(tx.sql);
  const kept = await tx.sql<{ orderId: string }[]>`
    select order_id as "orderId" from unnest(${[...refunded.keys()]}::uuid[]) as given (order_id)
    where exists (select from shipments s where s.order_id = given.order_id and s.status = 'created')
      or exists (select from digital_grants g where g.order_id = given.order_id and g.revoked_at is null)
    limit ${limit}`;
  const rows = kept.map(({ orderId }) => ({ orderId, paymentId: refunded.get(orderId) ?? '' }));
  await enqueueAll(
    tx,
    rows.map((payload) => ({ queue: 'order-payments', key: payload.orderId, payload })),
  );
  return rows.length;
}
