import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import './events.ts';
import { paymentStream } from './events.ts';
import type { Payment } from './record.ts';

/** What every event about a payment says. */
export const aboutOf = (payment: Payment) => ({
  paymentId: payment.id,
  memberId: payment.memberId,
  purpose: payment.purpose,
  ...(payment.orderId ? { orderId: payment.orderId } : {}),
  ...(payment.loanId ? { loanId: payment.loanId } : {}),
  ...(payment.invoiceId ? { invoiceId: payment.invoiceId } : {}),
  amount: { amount: payment.amount, currency: payment.currency },
});

type News =
  | { type: 'payment.authorized' | 'payment.unknown' | 'payment.requires_action' }
  | { type: 'payment.completed'; method: string }
  | { type: 'payment.failed'; code: string }
  | { type: 'payment.disputed'; disputeId: string; reason: string; disputing: number }
  | { type: 'payment.dispute_closed'; disputeId: string; outcome: string; disputing: number }
  | { type: 'payment.refund'; refundId: string; cause: string; refunding: number }
  | { type: 'payment.refunded'; refundId: string; refunding: number; refundedAmount: number }
  | { type: 'payment.refund_failed'; refundId: string; code: string; refunding: number };

/** Appends news of a payment, which is at this version before them. */
export async function tell(tx: TxCtx, before: Payment, news: readonly News[]): Promise<void> {
  if (news.length === 0) return;
  await append(
    tx,
    paymentStream(before.id),
    before.version,
    news.map(({ type, ...extra }) => {
      const { refunding, disputing, ...rest } = { refunding: undefined, disputing: undefined, ...extra };
      const amount = { amount: refunding ?? disputing ?? before.amount, currency: before.currency };
      return { type, data: { ...aboutOf(before), ...rest, amount } };
    }),
  );
}
