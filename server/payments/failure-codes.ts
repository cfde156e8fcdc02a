/** What is said of a code. */
interface Words {
  /** Why money did not come in, within a line. */
  short: string;
  /** For the person who holds the card; without it the bank has refused it. */
  whole?: string;
}

const refused = 'the bank refused the card';
const askTheBank = 'The bank refused the card. Nothing was charged. Please ask your bank, or try another card.';

/**
 * Why a payment fails, by the gateway's codes (docs.stripe.com/declines/codes) and our own. The one list: pure data, read by
 * the server and by staff's screens.
 */
export const failureCodes: Record<string, Words> = {
  insufficient_funds: {
    short: 'not enough money on the card',
    whole: 'There was not enough money on the card. Nothing was charged. Try another card.',
  },
  expired_card: {
    short: 'the card has expired',
    whole: 'The card has expired. Nothing was charged. Try another card.',
  },
  incorrect_cvc: {
    short: 'the security code was wrong',
    whole: 'The security code was not right. Nothing was charged. Check it and try again.',
  },
  incorrect_number: {
    short: 'the card number was wrong',
    whole: 'The card number was not right. Nothing was charged.',
  },
  processing_error: {
    short: 'the bank could not process the card',
    whole: 'The bank could not process the card just now. Nothing was charged. Try again in a moment.',
  },
  authentication_required: {
    short: 'the bank wants it confirmed',
    whole: 'The bank wants you to confirm this payment. Nothing was charged. Try again and confirm it.',
  },
  payment_intent_authentication_failure: {
    short: 'not confirmed with the bank',
    whole: 'The payment was not confirmed with your bank. Nothing was charged.',
  },
  canceled: {
    short: 'not finished in time',
    whole: 'The payment was not finished in time. Nothing was charged.',
  },
  gateway_unavailable: {
    short: 'the payment service was out of reach',
    whole: 'We could not reach the payment service. Nothing was charged. Please try again later.',
  },
  not_charged: {
    short: 'it never reached the payment service',
    whole: 'The payment service never received this payment. Nothing was charged. Please try again.',
  },
  resource_missing: {
    short: 'the card cannot be used any more',
    whole: 'This card cannot be used any more. Nothing was charged. Please enter it again.',
  },
  generic_decline: { short: refused },
  card_declined: { short: refused },
  do_not_honor: { short: refused },
  lost_card: { short: refused, whole: askTheBank },
  stolen_card: { short: refused, whole: askTheBank },
  fraudulent: { short: refused, whole: askTheBank },
  no_card: { short: 'there is no card to pay with' },
  out_of_stock: { short: 'sold out' },
  invoice_unpaid: { short: 'the invoice was not paid' },
};
