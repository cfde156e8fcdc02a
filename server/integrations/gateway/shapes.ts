import type Stripe from 'stripe';
import { z } from 'zod';
import type {
  GatewayCard,
  GatewayDispute,
  GatewayEvent,
  GatewayFailure,
  GatewayNextAction,
  GatewayPayment,
  GatewayPaymentMethod,
  GatewayPaymentStatus,
  GatewayRefund,
  GatewaySetup,
} from './gateway.ts';

export function toPayment(intent: Stripe.PaymentIntent): GatewayPayment {
  const charge = expanded(intent.latest_charge);
  const booked = expanded(charge?.balance_transaction);
  return {
    intentId: intent.id,
    status: paymentStatus(intent.status),
    amount: intent.amount,
    amountReceived: intent.amount_received,
    amountRefunded: charge?.amount_refunded ?? 0,
    currency: intent.currency.toUpperCase(),
    failure: toFailure(intent.last_payment_error, intent.status),
    nextAction: toNextAction(intent.next_action, intent.client_secret),
    clientSecret: intent.client_secret,
    chargeId: idOf(intent.latest_charge),
    card:
      toCard(charge?.payment_method_details?.card) ??
      toCard(expanded(intent.payment_method)?.card) ??
      toCard(intent.last_payment_error?.payment_method?.card),
    fee: booked?.fee ?? null,
    paymentMethodId: idOf(intent.payment_method) ?? intent.last_payment_error?.payment_method?.id ?? null,
    customerId: idOf(intent.customer),
    paymentId: ourId(intent.metadata.paymentId),
    orderId: ourId(intent.metadata.orderId),
    createdAt: isoTime(intent.created),
  };
}

export function toSetup(intent: Stripe.SetupIntent): GatewaySetup {
  const method = expanded(intent.payment_method) ?? intent.last_setup_error?.payment_method ?? null;
  return {
    setupIntentId: intent.id,
    status: setupStatus(intent.status),
    failure: toFailure(intent.last_setup_error, intent.status),
    nextAction: toNextAction(intent.next_action, intent.client_secret),
    clientSecret: intent.client_secret,
    paymentMethodId: idOf(intent.payment_method) ?? method?.id ?? null,
    card: toCard(method?.card),
    customerId: idOf(intent.customer),
  };
}

export function toPaymentMethod(method: Stripe.PaymentMethod): GatewayPaymentMethod {
  return { paymentMethodId: method.id, customerId: idOf(method.customer), card: toCard(method.card) };
}

export function toRefund(refund: Stripe.Refund): GatewayRefund {
  return {
    refundId: refund.id,
    intentId: idOf(refund.payment_intent),
    chargeId: idOf(refund.charge),
    amount: refund.amount,
    currency: refund.currency.toUpperCase(),
    status: refundStatus(refund.status),
    failureReason: refund.failure_reason ?? null,
    paymentRefundId: ourId(refund.metadata?.paymentRefundId),
    createdAt: isoTime(refund.created),
  };
}

export function toDispute(dispute: Stripe.Dispute): GatewayDispute {
  const booked = dispute.balance_transactions;
  return {
    disputeId: dispute.id,
    intentId: idOf(dispute.payment_intent),
    chargeId: idOf(dispute.charge) ?? '',
    amount: dispute.amount,
    currency: dispute.currency.toUpperCase(),
    reason: dispute.reason,
    status: dispute.status,
    fee: booked.length === 0 ? null : booked.reduce((sum, { fee }) => sum + fee, 0),
    createdAt: isoTime(dispute.created),
  };
}

export function toEvent(event: Stripe.Event): GatewayEvent {
  return { eventId: event.id, type: event.type, createdAt: isoTime(event.created), subject: subjectOf(event) };
}

/** The fields that any object in an event may have; which of them it has depends on its kind and on the API's version. */
type Subject = {
  id: string;
  object: string;
  payment_intent?: string | { id: string } | null;
  metadata?: Record<string, string> | null;
};

function subjectOf(event: Stripe.Event): GatewayEvent['subject'] {
  const subject = event.data.object as Subject;
  const intentId = idOf(subject.payment_intent);
  const [paymentId, orderId] = [ourId(subject.metadata?.paymentId), ourId(subject.metadata?.orderId)];
  switch (subject.object) {
    case 'payment_intent':
      return { kind: 'payment', intentId: subject.id, paymentId, orderId };
    case 'charge':
      return intentId === null ? { kind: 'other' } : { kind: 'payment', intentId, paymentId, orderId };
    case 'refund':
      return { kind: 'refund', refundId: subject.id, intentId };
    case 'dispute':
      return { kind: 'dispute', disputeId: subject.id, intentId };
    case 'setup_intent':
      return { kind: 'setup', setupIntentId: subject.id };
    case 'payment_method':
      return { kind: 'payment_method', paymentMethodId: subject.id };
    default:
      return { kind: 'other' };
  }
}

/** An error that an earlier attempt left behind is no failure of an intent that has moved on. */
function toFailure(
  error: { code?: string; decline_code?: string; message?: string } | null,
  status: string,
): GatewayFailure | null {
  if (error === null || status !== 'requires_payment_method') return null;
  return failureOf(error);
}

export function failureOf(error: { code?: string; decline_code?: string; message?: string }): GatewayFailure {
  return {
    code: error.code ?? 'card_declined',
    declineCode: error.decline_code || null,
    message: error.message ?? 'Your card was declined.',
  };
}

function toNextAction(
  action: { type: string; redirect_to_url?: { url: string | null } | undefined } | null,
  clientSecret: string | null,
): GatewayNextAction | null {
  if (action === null) return null;
  const url = action.redirect_to_url?.url;
  if (url) return { type: 'redirect', url };
  return clientSecret === null ? null : { type: 'stripe_sdk', clientSecret };
}

function toCard(
  card:
    | {
        brand: string | null;
        last4: string | null;
        exp_month: number;
        exp_year: number;
        fingerprint?: string | null;
      }
    | null
    | undefined,
): GatewayCard | null {
  if (!card) return null;
  return {
    brand: card.brand ?? 'unknown',
    last4: card.last4 ?? '',
    expMonth: card.exp_month,
    expYear: card.exp_year,
    fingerprint: card.fingerprint ?? null,
  };
}

/** An intent that waits to be confirmed has, for us, no working card yet. Statuses of the future are still under way. */
function paymentStatus(status: string): GatewayPaymentStatus {
  switch (status) {
    case 'requires_action':
    case 'requires_capture':
    case 'succeeded':
    case 'requires_payment_method':
    case 'canceled':
      return status;
    case 'requires_confirmation':
      return 'requires_payment_method';
    default:
      return 'processing';
  }
}

function setupStatus(status: string): GatewaySetup['status'] {
  const known = paymentStatus(status);
  return known === 'requires_capture' ? 'processing' : known;
}

function refundStatus(status: string | null): GatewayRefund['status'] {
  switch (status) {
    case 'requires_action':
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return status;
    default:
      return 'pending';
  }
}

/** Strangers charge through the same account, and mark what is theirs as they like. */
const ourId = (mark: string | undefined): string | null => z.uuid().safeParse(mark).data ?? null;

function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (!reference) return null;
  return typeof reference === 'string' ? reference : reference.id;
}

function expanded<T extends object>(reference: string | T | null | undefined): T | null {
  return typeof reference === 'object' ? reference : null;
}

const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString();
