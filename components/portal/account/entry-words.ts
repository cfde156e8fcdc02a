import type { AccountEntry } from '../../api/accounts.ts';

type Said = Pick<AccountEntry, 'kind' | 'direction' | 'reverses' | 'refs'>;

/** What a movement is called: [when it comes in, when it goes out]. */
const names: Record<AccountEntry['kind'], readonly [string, string]> = {
  payment: ['Payment', 'Payment'],
  refund: ['Refund', 'Refund'],
  fee: ['Fee given back', 'Fee'],
  sale: ['Order', 'Order'],
  transfer: ['Transfer received', 'Transfer sent'],
  disbursement: ['Loan paid out', 'Loan paid out'],
  repayment: ['Loan repayment', 'Loan repayment'],
  interest: ['Interest', 'Interest'],
  top_up: ['Money added', 'Money added'],
  withdrawal: ['Withdrawal', 'Withdrawal'],
  payout: ['Payout', 'Payout'],
  chargeback: ['Taken back by the bank', 'Taken back by the bank'],
  invoice: ['Invoice', 'Invoice'],
  credit_note: ['Credit note', 'Credit note'],
  write_off: ['Written off', 'Written off'],
  donation: ['Donation', 'Donation'],
  adjustment: ['Correction', 'Correction'],
  reversal: ['Came back', 'Taken back'],
};

export function entryWords({ kind, direction, refs }: Said): string {
  // A transfer that could not arrive is reversed: that is what its sender wants to know.
  if (kind === 'reversal' && refs.transferId)
    return direction === 'credit' ? 'Transfer came back' : 'Transfer taken back';
  const [incoming, outgoing] = names[kind];
  return direction === 'credit' ? incoming : outgoing;
}

/** Where more about it stands, or null. */
export function entryLink({ refs }: Pick<Said, 'refs'>): `/transfers/${string}` | `/orders/${string}` | null {
  if (refs.transferId) return `/transfers/${refs.transferId}`;
  return refs.orderId ? `/orders/${refs.orderId}` : null;
}
