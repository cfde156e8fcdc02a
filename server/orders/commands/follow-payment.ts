import type { TxCtx } from '#server/context/context.ts';
import { requestRefund, sendRefund } from '#server/payments/commands/refund.ts';
import { lockPayment, type Payment } from '#server/payments/queries/records.ts';
import { advanceOrder } from '../news.ts';
import { lockOrder, type Order } from '../record.ts';
import { cancelShipment, lockShipment } from '../shipments.ts';
import { releaseStock } from '../stock.ts';

/** What a payment's news mean to its order: late money goes back, and what went back stops the parcel. */
export async function followPayment(
  tx: TxCtx,
  { orderId, paymentId }: { orderId: string; paymentId: string },
): Promise<void> {
  const order = await lockOrder(tx.sql, orderId);
  const payment = await lockPayment(tx.sql, paymentId);
  if (order.status === 'failed') await sendBackLate(tx, order, payment);
  if (payment.status === 'refunded') await stopParcel(tx, order);
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

/** A parcel that is still in the house stays there, and its goods can be sold again. */
async function stopParcel(tx: TxCtx, order: Order): Promise<void> {
  const shipment = await lockShipment(tx.sql, order.id);
  if (shipment?.status !== 'created') return;
  await cancelShipment(tx.sql, order.id);
  await releaseStock(tx, order.id);
  await advanceOrder(tx, order, {}, [{ type: 'shipment.cancelled', data: { shipmentId: shipment.id } }]);
}
