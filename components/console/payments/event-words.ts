import { failureCodes } from '#server/payments/failure-codes.ts';
import { wordsOf } from '../../values/format.ts';

const words: Record<string, string> = {
  'payment.initiated': 'Begun',
  'payment.authorized': 'The bank agreed',
  'payment.completed': 'Paid',
  'payment.failed': 'Failed',
  'payment.unknown': 'No answer: it is not known whether it was charged, and asked again',
  'payment.refund': 'Refund asked for',
  'payment.refunded': 'Given back',
  'payment.refund_failed': 'The refund failed',
  'payment.disputed': 'The card holder disputes it',
  'payment.dispute_closed': 'The dispute is closed',
};

/** Beside what payments fail by: codes of refunds and disputes. Staff see the code itself beside what failed. */
const codes: Record<string, string> = {
  invalid_request_error: 'the payment service did not accept it',
  charge_already_refunded: 'it had gone back already',
  charge_disputed: 'the card holder disputes the charge',
  declined: 'the bank did not take it',
  expired_or_canceled_card: 'the card has expired or was cancelled',
  lost_or_stolen_card: 'the card was lost or stolen',
  merchant_request: 'it was called off at the payment service',
  refused: 'the payment service refused it',
  unknown: 'nobody says why',
  by_staff: 'by staff',
  at_gateway: 'made at the payment service',
  late_payment: 'the money came too late',
  order_undone: 'the order was undone',
  not_deliverable: 'it could not be delivered',
};
export const codeWords = (code: string) => failureCodes[code]?.short ?? codes[code] ?? wordsOf(code).toLowerCase();

/** What means something else when money is to go back. */
const ofRefunds: Record<string, string> = {
  resource_missing: 'the payment service does not know the payment',
  canceled: 'it was called off',
};
export const refundCodeWords = (code: string) => ofRefunds[code] ?? codeWords(code);

/** What an event of a payment means, with the code or amount that it carries. */
export function paymentEventWords(type: string, data: Record<string, unknown>): string {
  const said = words[type] ?? wordsOf(type.replace('payment.', ''));
  const more = [data.code, data.reason, data.outcome, data.cause].find((value) => typeof value === 'string');
  if (typeof more !== 'string') return said;
  return `${said}: ${type === 'payment.refund_failed' ? refundCodeWords(more) : codeWords(more)}`;
}
