import type { Refund, StaffPayment } from '../../api/console/shapes.ts';

/** What of a payment can still be given back, in minor units: what was asked for already is promised, unless it failed. */
export function leftOf(payment: Pick<StaffPayment, 'amount' | 'status'>, refunds: readonly Refund[]): number {
  if (payment.status !== 'succeeded' && payment.status !== 'partially_refunded') return 0;
  const asked = refunds.reduce((sum, { status, amount }) => sum + (status === 'failed' ? 0 : amount.amount), 0);
  return Math.max(0, payment.amount.amount - asked);
}
