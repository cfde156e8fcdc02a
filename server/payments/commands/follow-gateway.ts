import type { Ctx, TxCtx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import type { Gateway, GatewayDispute, GatewayPayment, GatewayRefund } from '#server/integrations/gateway/index.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { recordDiscrepancy } from '#server/reconciliation/commands.ts';
import { findPayment, findPaymentOfIntent, findRefund } from '../record.ts';
import { settleDispute } from './dispute.ts';
import { requestRefund, settleRefund } from './refund.ts';
import { settlePayment } from './settle.ts';

/** What the gateway has told us to look at. */
export interface GatewayNews {
  kind: 'payment' | 'refund' | 'dispute';
  objectId: string;
}

type Recording = (tx: TxCtx) => Promise<void>;

/** Asks for the object as it is now, so that it does not matter in which order, how late or how often one is told. @throws PartnerError */
export function followGateway(ctx: Ctx, { kind, objectId }: GatewayNews): Promise<Recording> {
  switch (kind) {
    case 'payment':
      return look(ctx, (gateway) => gateway.retrievePaymentIntent(objectId), followPayment);
    case 'refund':
      return look(ctx, (gateway) => withPayment(gateway, () => gateway.retrieveRefund(objectId)), followRefund);
    case 'dispute':
      return look(ctx, (gateway) => withPayment(gateway, () => gateway.retrieveDispute(objectId)), followDispute);
  }
}

async function look<Says>(
  ctx: Ctx,
  question: (gateway: Gateway) => Promise<Says>,
  follow: (tx: TxCtx, says: Says) => Promise<void>,
): Promise<Recording> {
  const call = await callPartner(ctx, { system: 'gateway', operation: 'look', memberId: null }, () =>
    withBreaker('gateway', () => question(partnersOf(ctx.app).gateway())),
  );
  return async (tx) => {
    await call.record(tx);
    await follow(tx, call.result);
  };
}

interface WithPayment<About> {
  about: About;
  payment: GatewayPayment | null;
}

/** What is told about a payment may be told before we know that it was made. */
async function withPayment<About extends { intentId: string | null }>(
  gateway: Gateway,
  question: () => Promise<About>,
): Promise<WithPayment<About>> {
  const about = await question();
  return { about, payment: about.intentId === null ? null : await gateway.retrievePaymentIntent(about.intentId) };
}

async function followPayment(tx: TxCtx, says: GatewayPayment): Promise<void> {
  // Made, and no card tried yet: the answer to the call that makes it is on its way.
  if (says.status === 'requires_payment_method' && says.failure === null) return;
  const payment = says.paymentId === null ? null : await findPayment(tx.sql, says.paymentId);
  const isOurs = payment !== null && (payment.intentId === null || payment.intentId === says.intentId);
  if (isOurs) return void (await settlePayment(tx, payment.id, says));
  if (says.amountReceived > 0) await noteStray(tx, says);
}

/** Money at the gateway that no payment of ours stands for: people find out whose it is. */
const noteStray = (tx: TxCtx, { intentId, paymentId, amountReceived, currency }: GatewayPayment) =>
  recordDiscrepancy(tx, {
    kind: 'charge_of_nobody',
    key: intentId,
    severity: 'critical',
    amount: { amount: amountReceived, currency },
    detail: { intentId, paymentId },
  });

async function followRefund(tx: TxCtx, { about: says, payment: paid }: WithPayment<GatewayRefund>): Promise<void> {
  if (paid) await followPayment(tx, paid);
  const known = says.paymentRefundId === null ? null : await findRefund(tx.sql, says.paymentRefundId);
  if (known) return void (await settleRefund(tx, known.id, says));
  const payment = says.intentId === null ? null : await findPaymentOfIntent(tx.sql, says.intentId);
  if (!payment || says.status === 'failed' || says.status === 'canceled') return;
  // Made on the gateway's own pages. It is so, whatever we think of it.
  try {
    const refund = await requestRefund(tx, {
      paymentId: payment.id,
      amount: says.amount,
      cause: 'at_gateway',
      meaning: `gateway:${says.refundId}`,
      isMade: true,
    });
    await settleRefund(tx, refund.id, says);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'rule_violated') throw error;
    await recordDiscrepancy(tx, {
      kind: 'refund_of_nothing',
      key: says.refundId,
      severity: 'high',
      memberId: payment.memberId,
      paymentId: payment.id,
      amount: { amount: says.amount, currency: says.currency },
      detail: { refundId: says.refundId },
    });
  }
}

async function followDispute(tx: TxCtx, { about: says, payment: paid }: WithPayment<GatewayDispute>): Promise<void> {
  if (paid) await followPayment(tx, paid);
  const payment = says.intentId === null ? null : await findPaymentOfIntent(tx.sql, says.intentId);
  if (payment) await settleDispute(tx, payment.id, says);
}
