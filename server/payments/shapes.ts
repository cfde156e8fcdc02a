import { z } from 'zod';
import { paymentMethods, paymentPurposes, paymentStatuses, refundStatuses } from '#db/schema/payments.ts';
import { id, line, listOf, money, pageQuery, reason, timestamp, wholeNumber } from '#server/gateway/shapes.ts';
import { maxPayment } from './rules.ts';

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three capital letters');

export const paymentBody = z.strictObject({
  purpose: z.enum(['top_up', 'donation']),
  amount: z.int().positive().max(maxPayment).describe('minor units'),
  currency,
  paymentMethod: z.string().min(1).max(200).describe('a saved card’s id, or the payment service’s name for a card'),
  saveCard: z.boolean().optional(),
});

export const paymentSummary = z.strictObject({
  id,
  number: z.string(),
  memberId: id,
  memberNumber: z.string().nullable().describe('for staff'),
  memberName: z.string().nullable().describe('for staff; null of somebody who was erased'),
  purpose: z.enum(paymentPurposes),
  orderId: id.nullable(),
  loanId: id.nullable(),
  invoiceId: id.nullable(),
  method: z.enum(paymentMethods),
  amount: money,
  refunded: money,
  status: z.enum(paymentStatuses),
  card: z.strictObject({ brand: z.string().nullable(), last4: z.string().nullable() }).nullable(),
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  createdAt: timestamp,
  settledAt: timestamp.nullable(),
});

/** What the card holder has to do. The secret of `stripe_sdk` is missing while the payment service cannot be asked. */
const nextAction = z.union([
  z.strictObject({ type: z.literal('redirect'), url: z.string() }),
  z.strictObject({ type: z.literal('stripe_sdk'), clientSecret: z.string().optional() }),
]);

/** For staff only, null for others: what the money is called elsewhere. */
const behind = z.strictObject({
  intentId: z.string().nullable(),
  chargeId: z.string().nullable(),
  fee: money.nullable(),
  receivedOn: z.string().nullable(),
  reference: z.string().nullable(),
  repairs: z.int(),
  repairAt: timestamp.nullable(),
});

export const paymentView = paymentSummary.extend({ nextAction: nextAction.nullable(), behind: behind.nullable() });
export type PaymentView = z.output<typeof paymentView>;
export type PaymentSummary = z.output<typeof paymentSummary>;
export const paymentList = listOf(paymentSummary);

export const paymentsQuery = z.strictObject({
  ...pageQuery,
  memberId: id.optional(),
  status: z.enum(paymentStatuses).optional(),
  purpose: z.enum(paymentPurposes).optional(),
  amount: wholeNumber(1, maxPayment).optional(),
  last4: z
    .string()
    .regex(/^\d{4}$/, 'must be four digits')
    .optional(),
  q: line(120).optional().describe('its number (P-000001), its bank reference, or the payment service’s id'),
  from: timestamp.optional(),
  to: timestamp.optional(),
});
export type PaymentsQuery = z.output<typeof paymentsQuery>;

export const refundBody = z.strictObject({
  amount: z.int().positive().max(maxPayment).optional().describe('minor units; all that is left unless said'),
  reason,
});

export const refundView = z.strictObject({
  id,
  paymentId: id,
  amount: money,
  cause: z.string(),
  reason: z.string().nullable().describe('for staff: what the person wrote who gave it back'),
  status: z.enum(refundStatuses),
  failureCode: z.string().nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type RefundView = z.output<typeof refundView>;
export const refundList = listOf(refundView);

export const settingsView = z.strictObject({
  connected: z.boolean(),
  publishableKey: z.string().nullable(),
  frameUrl: z.string().nullable().describe('null: the payment service’s own script is used'),
  currency,
});

export const disputeView = z.strictObject({
  id,
  paymentId: id,
  paymentNumber: z.string(),
  memberId: id,
  amount: money,
  fee: money,
  reason: z.string(),
  status: z.string().describe('the payment service’s word'),
  withdrawn: z.boolean(),
  reinstated: z.boolean(),
  openedAt: timestamp,
  closedAt: timestamp.nullable(),
});
export type DisputeView = z.output<typeof disputeView>;
export const disputeList = listOf(disputeView);
export const disputesQuery = z.strictObject({ ...pageQuery, open: z.enum(['true', 'false']).optional() });
