import type { TxCtx } from '#server/context/context.ts';
import { requestRefund, sendRefund } from '#server/payments/commands/refund.ts';
import { lockPayment } from '#server/payments/queries/records.ts';
import { lockOrder } from '../record.ts';

/**
 * Money that has come in for an order that was given up goes back by itself. It cannot be the other way round: the order was
 * given up only after the gateway said that nothing was charged, but banks have been known to change their minds.
 */
export async function followPayment(
  tx: TxCtx,
  { orderId, paymentId }: { orderId: string; paymentId: string },
): Promise<void> {
  const order = await lockOrder(tx.sql, orderId);
  if (order.status !== 'failed') return;
  const payment = await lockPayment(tx.sql, paymentId);
  if (payment.status !== 'succeeded' || payment.refundsAsked > 0) return;
  const refund = await requestRefund(tx, {
    paymentId,
    cause: 'late_payment',
    meaning: `order:${orderId}:late:${paymentId}`,
  });
  await sendRefund(tx, refund);
}
