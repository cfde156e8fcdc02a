import { z } from 'zod';
import { id } from '#server/gateway/shapes.ts';
import { databaseQueue } from '#server/queue/define.ts';
import { paidOrder, takeOrder } from './commands/activate.ts';
import { giveDays } from './commands/extend.ts';
import { followMember, personMoved } from './commands/follow-member.ts';
import { dueStep, failedRenewal, noteFailedRenewal, takeStep } from './commands/steps.ts';
import { takeBack } from './commands/take-back.ts';

/** One after the other for each member: what is paid for second begins where the first ends. */
const orders = databaseQueue({
  name: 'membership-orders',
  payload: z.strictObject({ ...paidOrder.shape, kind: z.enum(['paid', 'back']) }),
  order: 'strict',
  // As many as a night of renewals keeps busy without taking the connections of everybody else.
  concurrency: 4,
  expireSeconds: 30,
  handle: (tx, { payload: { kind, ...order } }) => (kind === 'paid' ? takeOrder(tx, order) : takeBack(tx, order)),
});

const extensions = databaseQueue({
  name: 'membership-extensions',
  payload: z.strictObject({ memberId: id, eventId: id, paidUntil: z.iso.date() }),
  order: 'strict',
  concurrency: 1,
  expireSeconds: 30,
  handle: (tx, job) => giveDays(tx, job.payload),
});

/** Each is about one membership, and does nothing that is not due any more: the order does not matter. */
const steps = databaseQueue({
  name: 'membership-steps',
  payload: dueStep,
  order: 'free',
  // A night of renewals is many of these; the charges that they begin wait in queues of their own.
  concurrency: 4,
  expireSeconds: 60,
  handle: (tx, job) => takeStep(tx, job.payload),
});

const failures = databaseQueue({
  name: 'renewal-failures',
  payload: failedRenewal,
  order: 'free',
  concurrency: 2,
  expireSeconds: 30,
  handle: (tx, job) => noteFailedRenewal(tx, job.payload),
});

const people = databaseQueue({
  name: 'membership-people',
  payload: personMoved,
  order: 'free',
  concurrency: 1,
  expireSeconds: 30,
  handle: (tx, job) => followMember(tx, job.payload),
});

export const membershipQueues = [orders, extensions, steps, failures, people] as const;
