import { z } from 'zod';
import { paymentMethods, paymentPurposes } from '#db/schema/payments.ts';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const amount = z.strictObject({ amount: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) });

/** What every event about a payment says. `amount` is the payment's, and the refund's or the dispute's where one is meant. */
const about = {
  paymentId: z.uuid(),
  memberId: z.uuid(),
  purpose: z.enum(paymentPurposes),
  orderId: z.uuid().optional(),
  loanId: z.uuid().optional(),
  invoiceId: z.uuid().optional(),
  amount,
};

const payment = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({ type, version: 1, producers: ours, data: z.strictObject({ ...about, ...extra }) });

export const paymentEvents = [
  payment('payment.initiated', { method: z.enum(paymentMethods) }),
  payment('payment.authorized'),
  payment('payment.completed', { method: z.enum(paymentMethods) }),
  payment('payment.failed', { code: z.string().max(60) }),
  payment('payment.unknown'),
  /** After it was unknown: the bank asks the payer. */
  payment('payment.requires_action'),
  payment('payment.refund', { refundId: z.uuid(), cause: z.string().max(60) }),
  payment('payment.refunded', { refundId: z.uuid(), refundedAmount: z.int().positive() }),
  payment('payment.disputed', { disputeId: z.uuid(), reason: z.string().max(60) }),
  payment('payment.dispute_closed', { disputeId: z.uuid(), outcome: z.string().max(60) }),
  payment('payment.refund_failed', { refundId: z.uuid(), code: z.string().max(60) }),
];

/** The stream's version is the payment's. */
export const paymentStream = (id: string) => `payment-${id}`;
