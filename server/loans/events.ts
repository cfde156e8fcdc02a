import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const units = z.int().min(0);
/** What every event about a loan says. `amount` is what was lent, or the sum that the event is about. */
const about = {
  loanId: z.uuid(),
  memberId: z.uuid(),
  amount: z.strictObject({ amount: units, currency: z.string().regex(/^[A-Z]{3}$/) }),
};

const loan = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({ type, version: 1, producers: ours, data: z.strictObject({ ...about, ...extra }) });

const instalment = { instalment: z.int().positive(), dueOn: z.iso.date() };

export const loanEvents = [
  loan('loan.applied', { productId: z.uuid(), termMonths: z.int().positive() }),
  loan('loan.withdrawn'),
  /** One of the two people whom the amount needs has agreed. */
  loan('loan.first_approved'),
  loan('loan.approved'),
  loan('loan.rejected'),
  loan('loan.disbursed', { accountId: z.uuid(), entryId: z.uuid() }),
  loan('loan.instalment_due', { ...instalment, principal: units, interest: units }),
  loan('loan.repaid', {
    repaymentId: z.uuid(),
    source: z.enum(['account', 'card']),
    paymentId: z.uuid().optional(),
    interest: units,
    principal: units,
    excess: units,
  }),
  /** A repayment by card has gone back: it is owed again. */
  loan('loan.repayment_returned', { repaymentId: z.uuid(), refundId: z.uuid() }),
  loan('loan.in_arrears', instalment),
  loan('loan.settled', { early: z.boolean() }),
  loan('loan.write_off_proposed'),
  loan('loan.written_off'),
];

/** The stream's version is the loan's. */
export const loanStream = (id: string) => `loan-${id}`;
