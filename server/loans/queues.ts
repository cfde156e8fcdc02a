import { z } from 'zod';
import { id } from '#server/gateway/shapes.ts';
import { databaseQueue } from '#server/queue/define.ts';
import { withdrawForErased } from './commands/apply.ts';
import { lockUpToDate } from './commands/dues.ts';
import { followPayment } from './commands/follow-payment.ts';

/** Instalments that have fallen due, and those that are late. The loan's lock orders them. */
const dues = databaseQueue({
  name: 'loan-dues',
  payload: z.strictObject({ loanId: id }),
  order: 'free',
  concurrency: 4,
  expireSeconds: 30,
  handle: async (tx, job) => void (await lockUpToDate(tx, job.payload.loanId)),
});

/** What becomes of repayments by card. Strict per loan: a refund never comes before its payment. */
const payments = databaseQueue({
  name: 'loan-payments',
  payload: z.strictObject({
    loanId: id,
    paymentId: id,
    refund: z.strictObject({ id, amount: z.int().positive() }).nullable(),
  }),
  order: 'strict',
  concurrency: 4,
  expireSeconds: 30,
  handle: (tx, job) => followPayment(tx, job.payload),
});

const withdrawals = databaseQueue({
  name: 'withdraw-applications',
  payload: z.strictObject({ memberId: id }),
  order: 'free',
  concurrency: 1,
  expireSeconds: 30,
  handle: (tx, job) => withdrawForErased(tx, job.payload.memberId),
});

export const loanQueues = [dues, payments, withdrawals] as const;
