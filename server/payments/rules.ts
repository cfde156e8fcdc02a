import type { PaymentPurpose, PaymentStatus } from '#db/schema/payments.ts';
import type { GatewayFailure, GatewayPaymentStatus } from '#server/integrations/gateway/index.ts';
import { failureCodes } from './failure-codes.ts';

/** The largest payment, in minor units. */
export const maxPayment = 100_000_000_000;

const otherwise = 'The bank refused the card. Nothing was charged. Try another card, or ask your bank.';

/** The most telling code of a refusal, and our words for it. */
export function failureWords(failure: GatewayFailure): { code: string; message: string } {
  const code = failure.declineCode ?? failure.code;
  return { code: code.slice(0, 60), message: wordsOf(code) ?? wordsOf(failure.code) ?? otherwise };
}

/** Why a card was refused, for the person who holds it. */
export const wordsOf = (code: string): string | undefined => failureCodes[code]?.whole;

/** Why money did not come in, within a line; undefined for what a line cannot say. */
export const shortReason = (code: string): string | undefined => failureCodes[code]?.short;

/** What the gateway's word means here. A payment that the bank still works on is `unknown` until it says. */
export function statusFrom(status: GatewayPaymentStatus): PaymentStatus {
  switch (status) {
    case 'succeeded':
      return 'succeeded';
    case 'requires_capture':
      return 'authorized';
    case 'requires_action':
      return 'requires_action';
    case 'processing':
      return 'unknown';
    case 'requires_payment_method':
    case 'canceled':
      return 'failed';
  }
}

/**
 * Whether a payment may move on. News arrive late and out of order: what is settled is not unsettled by them. Only money that
 * has come in after all moves a payment that was given up.
 */
export function mayMove(from: PaymentStatus, to: PaymentStatus): boolean {
  if (from === to) return false;
  switch (from) {
    case 'initiated':
    case 'unknown':
      return to !== 'initiated';
    case 'requires_action':
      return to === 'authorized' || to === 'succeeded' || to === 'failed' || to === 'unknown';
    case 'authorized':
      return to === 'succeeded' || to === 'failed';
    case 'failed':
      return to === 'succeeded';
    case 'succeeded':
    case 'partially_refunded':
    case 'refunded':
      return false;
  }
}

const second = 1_000;
const repairDelaysMs = [5 * second, 30 * second, 5 * 60 * second, 3_600 * second];
const dayMs = 24 * 3_600 * second;

/** When the gateway is asked again about a payment whose outcome is not known: 5 s, 30 s, 5 min, 1 h, then daily. */
export const repairDelayMs = (repairs: number): number => repairDelaysMs[repairs] ?? dayMs;

/**
 * How long after it was meant (an order: placed) a charge that never reached the gateway may still be made. Later the payer
 * has gone away, and would be surprised.
 */
export const chargeWithinMs = 10 * 60 * second;

/** Made of what is meant: an order is paid once, whoever asks and however often. Another amount is another charge. */
export function chargeKey(payment: {
  id: string;
  purpose: PaymentPurpose;
  orderId: string | null;
  amount: number;
  currency: string;
}): string {
  const { purpose, orderId, id, amount, currency } = payment;
  return `${purpose}:${orderId ?? id}:${amount}:${currency}`;
}
