import type { PaymentPurpose, PaymentStatus } from '#db/schema/payments.ts';
import type { GatewayFailure, GatewayPaymentStatus } from '#server/integrations/gateway/index.ts';

/** The largest payment, in minor units. */
export const maxPayment = 100_000_000_000;

/** Why a card was refused, for the person who holds it. Codes are the gateway's (docs.stripe.com/declines/codes). */
const words: Record<string, string> = {
  insufficient_funds: 'There was not enough money on the card. Nothing was charged. Try another card.',
  expired_card: 'The card has expired. Nothing was charged. Try another card.',
  incorrect_cvc: 'The security code was not right. Nothing was charged. Check it and try again.',
  lost_card: 'The bank refused the card. Nothing was charged. Please ask your bank, or try another card.',
  stolen_card: 'The bank refused the card. Nothing was charged. Please ask your bank, or try another card.',
  processing_error: 'The bank could not process the card just now. Nothing was charged. Try again in a moment.',
  authentication_required: 'The bank wants you to confirm this payment. Nothing was charged. Try again and confirm it.',
  payment_intent_authentication_failure: 'The payment was not confirmed with your bank. Nothing was charged.',
  canceled: 'The payment was not finished in time. Nothing was charged.',
  incorrect_number: 'The card number was not right. Nothing was charged.',
  fraudulent: 'The bank refused the card. Nothing was charged. Please ask your bank, or try another card.',
  gateway_unavailable: 'We could not reach the payment service. Nothing was charged. Please try again later.',
  not_charged: 'The payment service never received this payment. Nothing was charged. Please try again.',
  resource_missing: 'This card cannot be used any more. Nothing was charged. Please enter it again.',
};
const otherwise = 'The bank refused the card. Nothing was charged. Try another card, or ask your bank.';

/** The most telling code of a refusal, and our words for it. */
export function failureWords(failure: GatewayFailure): { code: string; message: string } {
  const code = failure.declineCode ?? failure.code;
  return { code: code.slice(0, 60), message: wordsOf(code) ?? wordsOf(failure.code) ?? otherwise };
}

export const wordsOf = (code: string): string | undefined => words[code];

/** Why money did not come in, within a line; undefined for what a line cannot say. */
const inShort: Record<string, string> = {
  insufficient_funds: 'not enough money on the card',
  expired_card: 'the card has expired',
  incorrect_cvc: 'the security code was wrong',
  incorrect_number: 'the card number was wrong',
  processing_error: 'the bank could not process the card',
  authentication_required: 'the bank wants it confirmed',
  payment_intent_authentication_failure: 'not confirmed with the bank',
  canceled: 'not finished in time',
  gateway_unavailable: 'the payment service was out of reach',
  not_charged: 'it never reached the payment service',
  resource_missing: 'the card cannot be used any more',
  generic_decline: 'the bank refused the card',
  card_declined: 'the bank refused the card',
  do_not_honor: 'the bank refused the card',
  lost_card: 'the bank refused the card',
  stolen_card: 'the bank refused the card',
  fraudulent: 'the bank refused the card',
  no_card: 'there is no card to pay with',
  out_of_stock: 'sold out',
  invoice_unpaid: 'the invoice was not paid',
};
export const shortReason = (code: string): string | undefined => inShort[code];

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
