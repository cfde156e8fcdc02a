import { v7 as uuidv7 } from 'uuid';
import { sealReason, writeAudit } from '#server/audit/commands.ts';
import { actorId } from '#server/context/actor.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { AppError, notFound, ruleViolated } from '#server/errors/errors.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import type { Gateway, GatewayRefund, RefundInput } from '#server/integrations/gateway/index.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { recordDiscrepancy } from '#server/reconciliation/commands.ts';
import { bookRefund, bookRefundReturned, holdRefund, releaseRefund } from '../books.ts';
import { tell } from '../news.ts';
import {
  findPayment,
  findRefund,
  findRefundMeaning,
  lockPayment,
  lockRefund,
  type Payment,
  type Refund,
  writePayment,
} from '../record.ts';

export interface NewRefund {
  paymentId: string;
  /** Minor units; all that is left unless said. */
  amount?: number | undefined;
  /** A word of ours: `stock_missing`, `by_staff`, `late_payment`. */
  cause: string;
  /** A person's words, sealed here; for staff. */
  reason?: string | undefined;
  /** What is meant: the same again is the same refund (`order:{id}:stock_missing`). */
  meaning: string;
  /** The gateway has made it, whether or not we would have: there is nothing to hold any more. */
  isMade?: boolean;
}

/** Staff give money back. Each call is another refund: the gateway wrapper makes one of those under one key. @throws AppError `not_found`, `rule_violated`, `forbidden` on one's own payment */
export async function refundByStaff(
  ctx: Ctx,
  input: { paymentId: string; amount?: number | undefined; reason: string },
): Promise<Refund> {
  requirePermission(ctx, 'payments:refund');
  return inTransaction(ctx, async (tx) => {
    const payment = await lockPayment(tx.sql, input.paymentId);
    if (isOwn(ctx, payment.memberId)) throw new AppError('forbidden', 'Nobody decides on their own record.');
    const refund = await requestRefund(tx, { ...input, cause: 'by_staff', meaning: `by_staff:${uuidv7()}` });
    await sendRefund(tx, refund);
    await writeAudit(tx, {
      action: 'payment.refund',
      resourceType: 'payment',
      resourceId: payment.id,
      subjectId: payment.memberId,
      reason: input.reason,
      after: { refundId: refund.id, amount: refund.amount, currency: refund.currency },
    });
    return refund;
  });
}

/**
 * Decides that money goes back; somebody then has to send it. Never more than was paid, together with all that was decided
 * before, nor than is left on the account that it was put on. @throws AppError `not_found`, `rule_violated`
 */
export async function requestRefund(tx: TxCtx, input: NewRefund): Promise<Refund> {
  const payment = await lockPayment(tx.sql, input.paymentId);
  const same = await findRefundMeaning(tx.sql, input.meaning);
  if (same) return same;
  if (payment.status !== 'succeeded' && payment.status !== 'partially_refunded') {
    throw ruleViolated('Only a payment that has succeeded can be refunded.');
  }
  const left = payment.amount - payment.refundsAsked;
  const amount = input.amount ?? left;
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > left) {
    throw ruleViolated('A refund is at least one minor unit, and at most what is left of the payment.', [
      { path: 'amount', message: left > 0 ? `must be from 1 to ${left}` : 'nothing is left to refund' },
    ]);
  }
  const id = uuidv7();
  const now = tx.now().toISOString();
  await tx.sql`
    insert into refunds ${tx.sql({
      id,
      payment_id: payment.id,
      amount,
      currency: payment.currency,
      cause: input.cause,
      reason_sealed: await sealReason(tx, payment.memberId, input.reason),
      meaning: input.meaning,
      status: 'requested',
      hold_entry_id: input.isMade ? null : await holdRefund(tx, payment, { id, amount }),
      requested_by: actorId(tx.actor),
      created_at: now,
      updated_at: now,
    })}`;
  await tell(tx, payment, [{ type: 'payment.refund', refundId: id, cause: input.cause, refunding: amount }]);
  await writePayment(tx.sql, payment, { refundsAsked: payment.refundsAsked + amount }, tx.now(), 1);
  return lockRefund(tx.sql, id);
}

/** A job that sends it, for refunds that no saga waits for. */
export const sendRefund = (tx: TxCtx, refund: Refund) =>
  enqueue(tx, { queue: 'refunds', key: refund.paymentId, payload: { refundId: refund.id } });

/**
 * Sends a refund that was decided. The gateway makes one of however many tries; only when it refuses to make it has it failed.
 * @throws PartnerError, also `permanent`, when nobody knows whether it was made
 */
export async function runRefund(ctx: Ctx, refundId: string): Promise<(tx: TxCtx) => Promise<Refund>> {
  const refund = await findRefund(ctx.sql, refundId);
  const payment = refund && (await findPayment(ctx.sql, refund.paymentId));
  if (!refund || !payment) throw new Error('a refund that is to be sent is not there');
  if (refund.status === 'succeeded' || refund.status === 'failed') return async () => refund;
  // Money that came by bank goes back by bank: it is pending until the person who sends it says so.
  if (payment.method !== 'card')
    return (tx) => finishRefund(tx, refund.id, { status: 'pending', gatewayRefundId: null });
  const ask = <Answer>(operation: string, work: (gateway: Gateway) => Promise<Answer>) =>
    callPartner(ctx, { system: 'gateway', operation, memberId: payment.memberId }, () =>
      withBreaker('gateway', () => work(partnersOf(ctx.app).gateway())),
    );
  // That this question is refused says nothing about the refund.
  const looked = await ask('look', (gateway) => findMade(gateway, payment, refund));
  if (looked.result) return recordingOf(refund.id, looked.result, [looked.record]);
  try {
    const sent = await ask('refund', (gateway) => gateway.createRefund(refundInput(payment, refund)));
    return recordingOf(refund.id, sent.result, [looked.record, sent.record]);
  } catch (error) {
    if (!(error instanceof PartnerError) || error.errorClass !== 'permanent') throw error;
    const code = /(\w+)$/.exec(error.reason)?.[1] ?? 'refused';
    return (tx) => failRefund(tx, refund.id, code);
  }
}

/**
 * Staff have sent back by bank what had not come by card. Said again it is still sent.
 * @throws AppError `not_found`, `forbidden` on one's own payment, `rule_violated` for a card's or one that has failed
 */
export async function recordRefundSent(ctx: Ctx, refundId: string): Promise<Refund> {
  requirePermission(ctx, 'payments:record');
  return inTransaction(ctx, async (tx) => {
    if (!(await findRefund(tx.sql, refundId))) throw notFound();
    const { payment, refund } = await lockBoth(tx, refundId);
    if (isOwn(ctx, payment.memberId)) throw new AppError('forbidden', 'Nobody decides on their own record.');
    if (payment.method === 'card') throw ruleViolated('What came by card the payment service sends back.');
    if (refund.status === 'failed') throw ruleViolated('This refund was given up.');
    if (refund.status === 'succeeded') return refund;
    await writeAudit(tx, {
      action: 'payment.refund-sent',
      resourceType: 'payment',
      resourceId: payment.id,
      subjectId: payment.memberId,
      after: { refundId, amount: refund.amount, currency: refund.currency },
    });
    return finishRefund(tx, refundId, { status: 'succeeded', gatewayRefundId: null });
  });
}

/** An answer may have been lost: under its key the gateway would replay even a 500 of a refund that it made. */
async function findMade(gateway: Gateway, payment: Payment, refund: Refund): Promise<GatewayRefund | null> {
  if (refund.gatewayRefundId) return gateway.retrieveRefund(refund.gatewayRefundId);
  const made = await gateway.listRefunds(payment.intentId ?? '');
  return made.find((one) => one.paymentRefundId === refund.id) ?? null;
}

const refundInput = (payment: Payment, refund: Refund): RefundInput => ({
  intentId: payment.intentId ?? '',
  paymentRefundId: refund.id,
  amount: refund.amount,
  reason: 'requested_by_customer',
  idempotencyKey: `refund:${refund.id}:${refund.amount}:${refund.currency}`,
});

const recordingOf =
  (refundId: string, says: GatewayRefund, calls: readonly ((tx: TxCtx) => Promise<void>)[]) => async (tx: TxCtx) => {
    for (const record of calls) await record(tx);
    return settleRefund(tx, refundId, says);
  };

/** The one owner of a refund's completion: the call, the webhook and the repair come here, in any order. */
export async function settleRefund(tx: TxCtx, refundId: string, says: GatewayRefund): Promise<Refund> {
  switch (says.status) {
    case 'succeeded':
      return finishRefund(tx, refundId, { status: 'succeeded', gatewayRefundId: says.refundId });
    case 'failed':
    case 'canceled':
      return failRefund(tx, refundId, says.failureReason ?? says.status, says.refundId);
    default:
      return finishRefund(tx, refundId, { status: 'pending', gatewayRefundId: says.refundId });
  }
}

async function finishRefund(
  tx: TxCtx,
  refundId: string,
  to: { status: 'succeeded' | 'pending'; gatewayRefundId: string | null },
): Promise<Refund> {
  const { payment, refund } = await lockBoth(tx, refundId);
  if (refund.status === 'succeeded' || refund.status === to.status) return refund;
  await writeRefund(tx, refund, { ...to, failureCode: null });
  if (to.status === 'pending') return lockRefund(tx.sql, refundId);
  const refundedAmount = payment.refundedAmount + refund.amount;
  await tell(tx, payment, [{ type: 'payment.refunded', refundId, refunding: refund.amount, refundedAmount }]);
  const status = refundedAmount === payment.amount ? 'refunded' : 'partially_refunded';
  // A refund that was given up and has gone through after all counts as asked for again.
  const refundsAsked = refund.status === 'failed' ? payment.refundsAsked + refund.amount : payment.refundsAsked;
  await writePayment(tx.sql, payment, { refundedAmount, status, refundsAsked }, tx.now(), 1);
  if ((await bookRefund(tx, payment, refund)) === 'not_covered') {
    await recordDiscrepancy(tx, { kind: 'refund_not_covered', ...aboutRefund(payment, refund), detail: {} });
  }
  return lockRefund(tx.sql, refundId);
}

const aboutRefund = (payment: Payment, refund: Refund) => ({
  key: refund.id,
  severity: 'high' as const,
  memberId: payment.memberId,
  paymentId: payment.id,
  amount: { amount: refund.amount, currency: refund.currency },
});

async function failRefund(
  tx: TxCtx,
  refundId: string,
  code: string,
  gatewayRefundId: string | null = null,
): Promise<Refund> {
  const { payment, refund } = await lockBoth(tx, refundId);
  if (refund.status === 'failed') return refund;
  await writeRefund(tx, refund, {
    status: 'failed',
    failureCode: code.slice(0, 60),
    gatewayRefundId: gatewayRefundId ?? refund.gatewayRefundId,
  });
  await writeAudit(tx, {
    action: 'payment.refund',
    resourceType: 'payment',
    resourceId: payment.id,
    subjectId: payment.memberId,
    outcome: 'failed',
    after: { refundId, amount: refund.amount, currency: refund.currency, code: code.slice(0, 60) },
  });
  await tell(tx, payment, [
    { type: 'payment.refund_failed', refundId, code: code.slice(0, 60), refunding: refund.amount },
  ]);
  const refundsAsked = payment.refundsAsked - refund.amount;
  if (refund.status !== 'succeeded') {
    await releaseRefund(tx, refund);
    await writePayment(tx.sql, payment, { refundsAsked }, tx.now(), 1);
    return lockRefund(tx.sql, refundId);
  }
  // Days later the payer's bank has sent it back: it is with us again, and somebody has to find another way.
  const refundedAmount = payment.refundedAmount - refund.amount;
  const status = refundedAmount === 0 ? 'succeeded' : 'partially_refunded';
  await writePayment(tx.sql, payment, { refundsAsked, refundedAmount, status }, tx.now(), 1);
  await bookRefundReturned(tx, payment, refund);
  await recordDiscrepancy(tx, {
    kind: 'refund_returned',
    ...aboutRefund(payment, refund),
    detail: { code: code.slice(0, 60) },
  });
  return lockRefund(tx.sql, refundId);
}

/** The payment first, as everywhere: whoever takes both takes them in this order. */
async function lockBoth(tx: TxCtx, refundId: string): Promise<{ payment: Payment; refund: Refund }> {
  const found = await findRefund(tx.sql, refundId);
  if (!found) throw new Error('a refund is not there');
  const payment = await lockPayment(tx.sql, found.paymentId);
  return { payment, refund: await lockRefund(tx.sql, refundId) };
}

const writeRefund = (tx: TxCtx, refund: Refund, change: Pick<Refund, 'status' | 'gatewayRefundId' | 'failureCode'>) =>
  tx.sql`
    update refunds set status = ${change.status}, gateway_refund_id = ${change.gatewayRefundId},
      failure_code = ${change.failureCode}, updated_at = ${tx.now().toISOString()}
    where id = ${refund.id}`;
