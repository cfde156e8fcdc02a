import { randomUUID } from 'node:crypto';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import type { Gateway, GatewayPayment } from '#server/integrations/gateway/index.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { knownCustomer } from '../queries/gateway.ts';
import { findPayment, lockPayment, type Payment, writePayment } from '../record.ts';
import { chargeKey, chargeWithinMs, wordsOf } from '../rules.ts';
import { beUnknown, failPayment, settlePayment } from './settle.ts';

/** Writes what the gateway said, and gives the payment as it then is. */
export type PaymentRecording = (tx: TxCtx) => Promise<Payment>;

/**
 * Asks the gateway for the money, or how far it has got. May be called as often as one likes: a charge whose answer was lost
 * is looked for before it is asked for again, under the same key. What is not known afterwards is `unknown`.
 * @throws PartnerError when the gateway certainly has not done anything, and another try may succeed
 */
export async function chargePayment(ctx: Ctx, paymentId: string): Promise<PaymentRecording> {
  const { payment, noted } = await inTransaction(ctx, (tx) => noteAsking(tx, paymentId));
  if (isOver(payment)) return (tx) => lockPayment(tx.sql, paymentId);
  try {
    return await recordingOf(ctx, payment, 'charge', (gateway) => ask(ctx, gateway, payment));
  } catch (error) {
    if (error instanceof PartnerError && payment.askedAt === null) await forgetAsking(ctx, noted);
    throw error;
  }
}

/** Asks how far a payment has got, and never for money. @throws PartnerError */
export async function lookAtPayment(ctx: Ctx, paymentId: string): Promise<PaymentRecording> {
  const payment = await findPayment(ctx.sql, paymentId);
  if (!payment || payment.askedAt === null || isOver(payment)) return (tx) => lockPayment(tx.sql, paymentId);
  return recordingOf(ctx, payment, 'look', (gateway) => find(ctx, gateway, payment));
}

/** Calls a payment off that its holder never confirmed. Money that has come in meanwhile is what it says then. @throws PartnerError */
export async function cancelPayment(ctx: Ctx, paymentId: string): Promise<PaymentRecording> {
  const payment = await findPayment(ctx.sql, paymentId);
  if (!payment || isOver(payment)) return (tx) => lockPayment(tx.sql, paymentId);
  return recordingOf(ctx, payment, 'cancel', async (gateway) => {
    const found = await find(ctx, gateway, payment);
    if (found === null || found.status === 'succeeded' || found.status === 'canceled') return found;
    return gateway.cancelPaymentIntent({ intentId: found.intentId, idempotencyKey: `${chargeKey(payment)}:cancel` });
  });
}

/** Meant so long ago (RFC 3339) that it is not charged any more. */
export const isLate = (ctx: Ctx, meantAt: string) => ctx.now().getTime() - Date.parse(meantAt) > chargeWithinMs;

const isOver = ({ status }: Payment) =>
  status === 'succeeded' || status === 'failed' || status === 'refunded' || status === 'partially_refunded';

/**
 * Written before the gateway is asked: from here on there may be a charge, whatever becomes of this worker. Gives the payment
 * as it was, by which the call goes, for this very moment counts as "not asked before" there; and as it is noted.
 */
async function noteAsking(tx: TxCtx, paymentId: string): Promise<{ payment: Payment; noted: Payment }> {
  const payment = await lockPayment(tx.sql, paymentId);
  if (payment.method !== 'card') throw new Error('only cards are charged');
  if (isOver(payment)) return { payment, noted: payment };
  const askedAt = payment.askedAt ?? tx.now().toISOString();
  return { payment, noted: await writePayment(tx.sql, payment, { askedAt }, tx.now(), 0) };
}

/** This try has certainly done nothing, and there was none before it. Not when another has asked since. */
const forgetAsking = (ctx: Ctx, { id, askedAt, updatedAt }: Payment) =>
  ctx.sql`
    update payments set asked_at = null
    where id = ${id} and status = 'initiated' and asked_at = ${askedAt} and updated_at = ${updatedAt}`;

async function ask(ctx: Ctx, gateway: Gateway, payment: Payment): Promise<GatewayPayment | null> {
  const found = await find(ctx, gateway, payment);
  if (found) return found;
  // It never arrived. Long after it was meant nobody expects to be charged any more; who is not there is not surprised by a
  // first try that waited for its turn.
  if (isLate(ctx, payment.createdAt) && (payment.askedAt !== null || !payment.offSession)) return null;
  const customerId = await customerOf(ctx, gateway, payment.memberId);
  return gateway.createPaymentIntent({
    paymentId: payment.id,
    ...(payment.orderId ? { orderId: payment.orderId } : {}),
    amount: payment.amount,
    currency: payment.currency,
    customerId,
    paymentMethodId: payment.paymentMethodId ?? '',
    returnUrl: returnUrl(ctx, payment),
    offSession: payment.offSession,
    saveCard: payment.saveCard,
    description: payment.number,
    idempotencyKey: chargeKey(payment),
  });
}

/** null when the gateway certainly has no charge for it: it was never asked, or says so. */
async function find(ctx: Ctx, gateway: Gateway, payment: Payment): Promise<GatewayPayment | null> {
  if (payment.intentId !== null) return gateway.retrievePaymentIntent(payment.intentId);
  const { askedAt } = payment;
  // The customer is written down before the gateway is asked for a charge: without one it never was.
  const customerId = askedAt === null ? null : await knownCustomer(ctx, payment.memberId);
  if (askedAt === null || customerId === null) return null;
  return gateway.findPaymentIntent({ paymentId: payment.id, customerId, createdAfter: new Date(askedAt) });
}

/** The member's name at the gateway, made when it is first needed. */
export async function customerOf(ctx: Ctx, gateway: Gateway, memberId: string): Promise<string> {
  const known = await knownCustomer(ctx, memberId);
  if (known) return known;
  const customerId = await makeCustomer(gateway, memberId);
  await ctx.sql`
    insert into gateway_customers (member_id, customer_id, created_at)
    values (${memberId}, ${customerId}, ${ctx.now().toISOString()}) on conflict (member_id) do nothing`;
  return (await knownCustomer(ctx, memberId)) ?? customerId;
}

/**
 * The gateway replays a 500 under its key for a day. A customer that nobody knows of costs nothing, so another key is tried
 * at once; no charge is ever repeated so.
 */
async function makeCustomer(gateway: Gateway, memberId: string): Promise<string> {
  const idempotencyKey = `customer:${memberId}`;
  try {
    return (await gateway.ensureCustomer({ memberId, idempotencyKey })).customerId;
  } catch (error) {
    if (!(error instanceof PartnerError) || !error.outcomeUnknown) throw error;
    const again = { memberId, idempotencyKey: `${idempotencyKey}:${randomUUID()}` };
    return (await gateway.ensureCustomer(again).catch(knownOutcome)).customerId;
  }
}

/** Of a customer it does not matter whether it was made: no money hangs on it. */
function knownOutcome(error: unknown): never {
  if (!(error instanceof PartnerError)) throw error;
  throw new PartnerError(error.partner, error.errorClass, error.reason, error.retryAfterMs);
}

/** Where the bank sends the payer back to. */
const returnUrl = (ctx: Ctx, payment: Payment) =>
  new URL(`/checkout/return?payment=${payment.id}`, ctx.app.settings.GUILDHALL_URL).toString();

type Asking = (gateway: Gateway) => Promise<GatewayPayment | null>;

async function recordingOf(ctx: Ctx, payment: Payment, operation: string, asking: Asking): Promise<PaymentRecording> {
  try {
    const call = await callPartner(ctx, { system: 'gateway', operation, memberId: payment.memberId }, () =>
      withBreaker('gateway', () => asking(partnersOf(ctx.app).gateway())),
    );
    return async (tx) => {
      await call.record(tx);
      return call.result === null ? giveUp(tx, payment.id) : settlePayment(tx, payment.id, call.result);
    };
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    if (error.outcomeUnknown) return (tx) => becomeUnknown(tx, payment.id);
    if (error.errorClass !== 'permanent') throw error;
    // It will not be taken as it is: no such card, an amount that the gateway does not move.
    if (payment.askedAt === null) return (tx) => refuse(tx, payment.id, error);
    // A charge may exist since an earlier try: that this question is refused says nothing about it.
    return (tx) => stayUncertain(tx, payment.id);
  }
}

async function becomeUnknown(tx: TxCtx, id: string): Promise<Payment> {
  const payment = await lockPayment(tx.sql, id);
  return isOver(payment) || payment.status === 'unknown' ? payment : beUnknown(tx, payment);
}

async function stayUncertain(tx: TxCtx, id: string): Promise<Payment> {
  const payment = await lockPayment(tx.sql, id);
  return payment.status === 'initiated' ? beUnknown(tx, payment) : payment;
}

async function refuse(tx: TxCtx, id: string, error: PartnerError): Promise<Payment> {
  const payment = await lockPayment(tx.sql, id);
  if (isOver(payment)) return payment;
  const code = /(\w+)$/.exec(error.reason)?.[1] ?? 'refused';
  const message = wordsOf(code) ?? 'The payment service does not accept this payment. Nothing was charged.';
  return failPayment(tx, payment, { code, message });
}

/**
 * The gateway was not asked, or not reached, for as long as a payer waits: they are told, rather than charged the next day.
 * Where an earlier try may have charged them, nobody knows.
 */
export async function giveUpWaiting(tx: TxCtx, paymentId: string): Promise<Payment> {
  const payment = await lockPayment(tx.sql, paymentId);
  if (payment.status !== 'initiated') return payment;
  if (payment.askedAt !== null) return beUnknown(tx, payment);
  return failPayment(tx, payment, { code: 'gateway_unavailable', message: wordsOf('gateway_unavailable') ?? '' });
}

/** The gateway knows of no such charge. */
async function giveUp(tx: TxCtx, id: string): Promise<Payment> {
  const payment = await lockPayment(tx.sql, id);
  if (isOver(payment)) return payment;
  return failPayment(tx, payment, { code: 'not_charged', message: wordsOf('not_charged') ?? '' });
}
