import { PartnerError } from '../partner-error.ts';
import type { LegacyRow } from './dialect.ts';
import type { LegacyPayment } from './legacy-system.ts';

/** The columns of the legacy PAYMENTS table that hold a payment, in the order in which they are bound; `row_version` last. */
export const paymentColumns = [
  'payment_no',
  'guildhall_id',
  'member_guildhall_id',
  'purpose',
  'method',
  'status',
  'amount_minor',
  'refunded_minor',
  'currency',
  'paid_at',
  'row_version',
] as const;

/** What an update sets: everything but the keys. */
export const updatedPaymentColumns: readonly string[] = [
  ...paymentColumns.filter((column) => column !== 'guildhall_id' && column !== 'payment_no'),
  'updated_at',
  'updated_by',
];

export const paymentRowOf = (payment: LegacyPayment): LegacyRow => ({
  payment_no: payment.number,
  guildhall_id: payment.paymentId,
  member_guildhall_id: payment.memberId,
  purpose: payment.purpose,
  method: payment.method,
  status: payment.status,
  amount_minor: String(payment.amount),
  refunded_minor: String(payment.refundedAmount),
  currency: payment.currency,
  // Both databases are spoken to in UTC; a zone in the text only one of them reads.
  paid_at: payment.paidAt.replace('T', ' ').replace('Z', ''),
  row_version: String(payment.version),
});

export const paymentOf = (row: LegacyRow): LegacyPayment => ({
  number: row.payment_no ?? '',
  paymentId: row.guildhall_id ?? '',
  memberId: row.member_guildhall_id ?? '',
  purpose: row.purpose ?? '',
  method: row.method ?? '',
  status: row.status ?? '',
  amount: Number(row.amount_minor),
  refundedAmount: Number(row.refunded_minor),
  currency: row.currency ?? '',
  paidAt: row.paid_at ?? '',
  version: Number(row.row_version),
});

/** As for members: what was stored otherwise than it was sent is undone. */
export function assertSamePayment(sent: LegacyPayment, stored: LegacyPayment): void {
  const names = Object.keys(sent) as (keyof LegacyPayment)[];
  const changed = names.filter((name) =>
    name === 'paidAt' ? Date.parse(sent.paidAt) !== Date.parse(stored.paidAt) : sent[name] !== stored[name],
  );
  if (changed.length === 0) return;
  throw new PartnerError('legacy', 'permanent', `stored differently than sent: ${changed.join(', ')}`);
}
