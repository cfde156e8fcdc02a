import { createHash } from 'node:crypto';
import type { Decline } from './errors.ts';

/**
 * A test card as Stripe publishes it.
 * `authenticate`: `always` needs the holder each time; `unless_set_up` not off session once it was set up; `on_session` never off session.
 * `decline` strikes when the card is charged or saved; with `attaches` only when it is charged.
 */
export type TestCard = {
  number: string;
  /** Without `pm_card_` and `tok_`. */
  names: string[];
  brand: string;
  funding?: 'credit' | 'debit' | 'prepaid';
  country?: string;
  decline?: Decline;
  attaches?: boolean;
  authenticate?: 'always' | 'unless_set_up' | 'on_session';
  dispute?: { reason: string; inquiry?: boolean };
  refund?: 'pending' | 'fails';
  cvcFails?: boolean;
};

const declined = 'Your card was declined.';
const genericDecline: Decline = { code: 'card_declined', declineCode: 'generic_decline', message: declined };
const insufficientFunds: Decline = {
  code: 'card_declined',
  declineCode: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
};
const processingError: Decline = {
  code: 'processing_error',
  message: 'An error occurred while processing your card. Try again in a little bit.',
};
const incorrectCvc: Decline = { code: 'incorrect_cvc', message: "Your card's security code is incorrect." };

export const authenticationRequired: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

export const authenticationFailed = {
  code: 'payment_intent_authentication_failure',
  message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

export const testCards: readonly TestCard[] = [
  { number: '4242424242424242', names: ['visa'], brand: 'visa' },
  { number: '4000056655665556', names: ['visa_debit'], brand: 'visa', funding: 'debit' },
  { number: '5555555555554444', names: ['mastercard'], brand: 'mastercard' },
  { number: '2223003122003222', names: ['mastercard_2series'], brand: 'mastercard' },
  { number: '5200828282828210', names: ['mastercard_debit'], brand: 'mastercard', funding: 'debit' },
  { number: '5105105105105100', names: ['mastercard_prepaid'], brand: 'mastercard', funding: 'prepaid' },
  { number: '378282246310005', names: ['amex'], brand: 'amex' },
  { number: '371449635398431', names: [], brand: 'amex' },
  { number: '6011111111111117', names: ['discover'], brand: 'discover' },
  { number: '3056930009020004', names: ['diners'], brand: 'diners' },
  { number: '3566002020360505', names: ['jcb'], brand: 'jcb' },
  { number: '6200000000000005', names: ['unionpay'], brand: 'unionpay' },
  {
    number: '4000000000000002',
    names: ['visa_chargeDeclined', 'chargeDeclined'],
    brand: 'visa',
    decline: genericDecline,
  },
  {
    number: '4000000000009995',
    names: ['visa_chargeDeclinedInsufficientFunds', 'chargeDeclinedInsufficientFunds'],
    brand: 'visa',
    decline: insufficientFunds,
  },
  {
    number: '4000000000009987',
    names: ['visa_chargeDeclinedLostCard', 'chargeDeclinedLostCard'],
    brand: 'visa',
    decline: { ...genericDecline, declineCode: 'lost_card' },
  },
  {
    number: '4000000000009979',
    names: ['visa_chargeDeclinedStolenCard', 'chargeDeclinedStolenCard'],
    brand: 'visa',
    decline: { ...genericDecline, declineCode: 'stolen_card' },
  },
  {
    number: '4000000000000069',
    names: ['chargeDeclinedExpiredCard', 'visa_chargeDeclinedExpiredCard'],
    brand: 'visa',
    decline: { code: 'expired_card', message: 'Your card has expired.' },
  },
  {
    number: '4000000000000127',
    names: ['chargeDeclinedIncorrectCvc', 'visa_chargeDeclinedIncorrectCvc'],
    brand: 'visa',
    decline: incorrectCvc,
    cvcFails: true,
  },
  {
    number: '4000000000000119',
    names: ['chargeDeclinedProcessingError', 'visa_chargeDeclinedProcessingError'],
    brand: 'visa',
    decline: processingError,
  },
  {
    number: '4000000000006975',
    names: ['visa_chargeDeclinedVelocityLimitExceeded', 'chargeDeclinedVelocityLimitExceeded'],
    brand: 'visa',
    decline: {
      code: 'card_declined',
      declineCode: 'card_velocity_exceeded',
      message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    },
  },
  {
    number: '4000000000000341',
    names: ['chargeCustomerFail'],
    brand: 'visa',
    decline: genericDecline,
    attaches: true,
  },
  { number: '4000000000000101', names: ['cvcCheckFail'], brand: 'visa', decline: incorrectCvc, cvcFails: true },
  {
    number: '4000002500003155',
    names: ['authenticationRequiredOnSetup'],
    brand: 'visa',
    country: 'DE',
    authenticate: 'unless_set_up',
  },
  {
    number: '4000002760003184',
    names: ['authenticationRequired'],
    brand: 'visa',
    country: 'DE',
    authenticate: 'always',
  },
  {
    number: '4000003800000446',
    names: ['authenticationRequiredSetupForOffSession'],
    brand: 'visa',
    country: 'IE',
    authenticate: 'on_session',
  },
  {
    number: '4000008260003178',
    names: ['authenticationRequiredChargeDeclinedInsufficientFunds'],
    brand: 'visa',
    country: 'GB',
    authenticate: 'always',
    decline: insufficientFunds,
    attaches: true,
  },
  {
    number: '4000000000003220',
    names: ['threeDSecure2Required'],
    brand: 'visa',
    authenticate: 'always',
  },
  {
    number: '4000000000003063',
    names: ['threeDSecureRequired'],
    brand: 'visa',
    authenticate: 'always',
  },
  {
    number: '4000008400001629',
    names: ['threeDSecureRequiredChargeDeclined'],
    brand: 'visa',
    authenticate: 'always',
    decline: genericDecline,
    attaches: true,
  },
  {
    number: '4000008400001280',
    names: ['threeDSecureRequiredProcessingError'],
    brand: 'visa',
    authenticate: 'always',
    decline: processingError,
    attaches: true,
  },
  { number: '4000000000003055', names: ['threeDSecureOptional'], brand: 'visa' },
  { number: '4000000000000259', names: ['createDispute'], brand: 'visa', dispute: { reason: 'fraudulent' } },
  {
    number: '4000000000002685',
    names: ['createDisputeProductNotReceived'],
    brand: 'visa',
    dispute: { reason: 'product_not_received' },
  },
  {
    number: '4000000000001976',
    names: ['createDisputeInquiry'],
    brand: 'visa',
    dispute: { reason: 'fraudulent', inquiry: true },
  },
  { number: '4000000000007726', names: ['pendingRefund'], brand: 'visa', refund: 'pending' },
  { number: '4000000000005126', names: ['refundFail'], brand: 'visa', refund: 'fails' },
];

const byName = new Map(testCards.flatMap((card) => card.names.map((name) => [name, card] as const)));
const byNumber = new Map(testCards.map((card) => [card.number, card]));
const byFingerprint = new Map(testCards.map((card) => [fingerprintOf(card.number), card]));

/** `pm_card_visa`, `tok_visa`. */
export function cardNamed(name: string): TestCard | undefined {
  return byName.get(name.replace(/^(pm_card_|tok_)/, ''));
}

export function cardNumbered(number: string): TestCard | undefined {
  return byNumber.get(number);
}

/** The number itself is kept nowhere: a payment method knows its card by this. */
export function cardOf(fingerprint: string | null | undefined): TestCard {
  const card = byFingerprint.get(fingerprint ?? '');
  if (!card) throw new Error('a payment method without a test card');
  return card;
}

export function fingerprintOf(number: string): string {
  return createHash('sha256').update(`fingerprint ${number}`).digest('base64url').replace(/[-_]/g, 'x').slice(0, 16);
}

/** The check digit (ISO/IEC 7812). */
export function passesLuhn(number: string): boolean {
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return /^\d{12,19}$/.test(number) && sum % 10 === 0;
}
