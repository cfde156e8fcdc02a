import { type Ctx, inTransaction } from '#server/context/context.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { readablePayment } from '../queries/payments.ts';
import type { Payment } from '../record.ts';
import { lookAtPayment } from './charge.ts';

/**
 * The browser has come back from the bank: asks how far the payment has got. What is known is known also while the gateway
 * is out of reach; the webhook or the repair brings the rest. @throws AppError `not_found`
 */
export async function confirmPayment(ctx: Ctx, paymentId: string): Promise<Payment> {
  const payment = await readablePayment(ctx, paymentId);
  // Without an intent the charge itself is still on its way: looked for now, it would seem never to have been made.
  if (payment.intentId === null) return payment;
  try {
    const record = await lookAtPayment(ctx, paymentId);
    return await inTransaction(ctx, record);
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    return readablePayment(ctx, paymentId);
  }
}
