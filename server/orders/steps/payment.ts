import type { OrderStatus } from '#db/schema/orders.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import {
  cancelPayment,
  chargePayment,
  giveUpWaiting,
  isLate,
  type PaymentRecording,
} from '#server/payments/commands/charge.ts';
import { openPayment } from '#server/payments/commands/open.ts';
import { requestRefund, runRefund } from '#server/payments/commands/refund.ts';
import { findPayment, type Payment, paymentOfOrder, refundsOf } from '#server/payments/queries/records.ts';
import {
  completed,
  failed,
  type PartnerStep,
  type SagaRun,
  type StepOutcome,
  type StepRecording,
  waiting,
} from '#server/sagas/define.ts';
import { advanceOrder } from '../news.ts';
import { lockOrder, type Order } from '../record.ts';
import { confirmWithinMs, invoiceWaitMs, lookAgainMs } from '../rules.ts';

/**
 * The money. Charged once, whatever happens in between: the payment's own row and key see to that. While the bank asks the
 * payer, or nobody knows what has become of the charge, the order waits and is woken by the payment's news.
 */
export const payment: PartnerStep = {
  kind: 'partner',
  name: 'payment',
  async run(ctx, saga) {
    const order = await orderOf(ctx, saga);
    if (order.total === 0) return (tx) => paid(tx, saga, null);
    if (order.paymentChoice.kind === 'invoice') return (tx) => invoiced(tx, saga);
    const opened = await inTransaction(ctx, (tx) => paymentFor(tx, order.id));
    const record = await ask(ctx, saga, order, opened);
    return async (tx, current) => {
      const now = await record(tx);
      // Too late: the order has gone on without this answer, and hears of the payment by its news.
      return current ? outcomeOf(tx, saga, now) : waiting(lookAgainMs);
    };
  },
  compensate: refund,
};

const orderOf = (ctx: Ctx, saga: SagaRun): Promise<Order> =>
  inTransaction(ctx, (tx) => lockOrder(tx.sql, saga.subjectId));

/** The order's payment, opened when there is none: in a transaction of its own, before the gateway hears of it. */
async function paymentFor(tx: TxCtx, orderId: string): Promise<Payment> {
  const order = await lockOrder(tx.sql, orderId);
  const { paymentChoice: choice } = order;
  if (choice.kind !== 'card') throw new Error('only cards are charged');
  return (
    (await paymentOfOrder(tx.sql, order.id)) ??
    openPayment(tx, {
      memberId: order.memberId,
      purpose: 'order',
      orderId: order.id,
      amount: order.total,
      currency: order.currency,
      card: choice,
      offSession: choice.offSession,
    })
  );
}

async function ask(ctx: Ctx, saga: SagaRun, order: Order, opened: Payment): Promise<PaymentRecording> {
  // Whoever pressed a day ago is not charged now. Nobody pressed for a renewal by night, which waits for its turn.
  const isFirst = opened.status === 'initiated' && opened.askedAt === null;
  if (isFirst && !opened.offSession && isLate(ctx, order.createdAt)) return (tx) => giveUpWaiting(tx, opened.id);
  try {
    // The payer has not confirmed in time: called off at the gateway first, so that it cannot be charged any more.
    if (saga.timedOut && opened.status === 'requires_action') return await cancelPayment(ctx, opened.id);
    return await chargePayment(ctx, opened.id);
  } catch (error) {
    if (!(error instanceof PartnerError) || error.errorClass === 'credentials') throw error;
    // This try has certainly not charged, whatever was wrong: made again while somebody waits at the checkout for it.
    const now = await findPayment(ctx.sql, opened.id);
    if (now?.status !== 'initiated' || !isLate(ctx, order.createdAt)) {
      throw new PartnerError(error.partner, 'unavailable', error.reason, error.retryAfterMs);
    }
    return (tx) => giveUpWaiting(tx, opened.id);
  }
}

async function outcomeOf(tx: TxCtx, saga: SagaRun, now: Payment): Promise<StepOutcome> {
  switch (now.status) {
    case 'succeeded':
    case 'partially_refunded':
    case 'refunded':
      return paid(tx, saga, now);
    case 'failed':
      return failed(now.failureCode ?? 'payment_failed', now.failureMessage ?? 'The payment was refused.');
    case 'requires_action':
      await moveOrder(tx, saga, 'requires_action');
      return waiting(confirmWithinMs);
    default:
      return waiting(lookAgainMs);
  }
}

async function paid(tx: TxCtx, saga: SagaRun, by: Payment | null): Promise<StepOutcome> {
  await moveOrder(tx, saga, 'paid');
  return completed(by ? { paymentId: by.id, intentId: by.intentId } : {});
}

/** Forward only: an order that is further, or has ended, stays where it is. */
async function moveOrder(tx: TxCtx, saga: SagaRun, status: 'paid' | 'requires_action'): Promise<void> {
  const order = await lockOrder(tx.sql, saga.subjectId);
  if (before[status].includes(order.status)) await advanceOrder(tx, order, { status }, []);
}

const before: Record<'paid' | 'requires_action', readonly OrderStatus[]> = {
  requires_action: ['created'],
  paid: ['created', 'requires_action'],
};

/** On account: somebody records the money when it comes. */
async function invoiced(tx: TxCtx, saga: SagaRun): Promise<StepOutcome> {
  const received = await paymentOfOrder(tx.sql, saga.subjectId);
  if (received?.status === 'succeeded') return paid(tx, saga, received);
  if (saga.timedOut) return failed('invoice_unpaid', 'The invoice was not paid in time.');
  return waiting(invoiceWaitMs);
}

/** All of it back. Only what this order has paid, under the meaning of this very undoing. */
async function refund(ctx: Ctx, saga: SagaRun): Promise<StepRecording> {
  const paidBy = await findPaymentOf(ctx, saga);
  const meaning = `order:${saga.subjectId}:undone`;
  if (!paidBy || (await isOnItsWayBack(ctx, paidBy, meaning))) return async () => completed();
  const cause = saga.error?.code ?? 'order_undone';
  const asked = await inTransaction(ctx, (tx) => requestRefund(tx, { paymentId: paidBy.id, cause, meaning }));
  const record = await runRefund(ctx, asked.id);
  return async (tx) => {
    const now = await record(tx);
    if (now.status === 'failed') return failed(now.failureCode ?? 'refund_failed', 'The gateway refuses the refund.');
    // Accepted is good enough to go on: what becomes of it later comes as news of the payment.
    return completed({ refundId: now.id, status: now.status });
  };
}

/** All of it has gone back, or goes back by somebody else's word. */
async function isOnItsWayBack(ctx: Ctx, paidBy: Payment, meaning: string): Promise<boolean> {
  if (paidBy.refundsAsked < paidBy.amount) return false;
  const refunds = await refundsOf(ctx.sql, paidBy.id);
  return paidBy.status === 'refunded' || !refunds.some((one) => one.meaning === meaning && one.status !== 'failed');
}

const findPaymentOf = (ctx: Ctx, saga: SagaRun) => paymentOfOrder(ctx.sql, saga.subjectId);
