import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn } from '#server/context/context.ts';
import { AppError, notFound, notYours, ruleViolated } from '#server/errors/errors.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { cancelPayment, type PaymentRecording } from '#server/payments/commands/charge.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { findOrder } from '../record.ts';
import { mayCallOff } from '../rules.ts';

/**
 * Calls an order's payment off at the gateway: from then on it cannot be charged. Outside of any transaction, for the gateway
 * is asked; the order itself ends by the news of its payment.
 * @throws AppError `not_found`, `rule_violated` when it is too late or too early, `unavailable` when the gateway is out of reach
 */
export async function callOffPayment(ctx: Ctx, orderId: string): Promise<PaymentRecording> {
  const order = await findOrder(ctx.sql, orderId);
  if (!order) throw notFound();
  if (!isOwn(ctx, order.memberId)) throw notYours();
  const payment = await paymentOfOrder(ctx.sql, orderId);
  if (!payment || !mayCallOff(order, payment)) {
    throw ruleViolated('This order cannot be called off now: it is being paid, has been paid, or has ended.');
  }
  try {
    return await cancelPayment(ctx, payment.id);
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    throw new AppError('unavailable', 'The payment service cannot be reached. Nothing was changed.', {
      retryAfterSeconds: 10,
      cause: error,
    });
  }
}

/** Writes what the gateway said of it. Money that came in at the last moment stays: then the order goes on. */
export async function recordCalledOff(ctx: Ctx, orderId: string, record: PaymentRecording): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const payment = await record(tx);
    await writeAudit(tx, {
      action: 'order.call-off',
      resourceType: 'order',
      resourceId: orderId,
      subjectId: payment.memberId,
      after: { payment: payment.status },
    });
  });
}
