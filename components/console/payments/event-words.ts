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

/** What an event of a payment means, with the code or amount that it carries. */
export function paymentEventWords(type: string, data: Record<string, unknown>): string {
  const said = words[type] ?? wordsOf(type.replace('payment.', ''));
  const more = [data.code, data.reason, data.outcome, data.cause].find((value) => typeof value === 'string');
  return typeof more === 'string' ? `${said}: ${wordsOf(more).toLowerCase()}` : said;
}
