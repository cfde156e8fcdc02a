import { z } from 'zod';
import { id } from '#server/gateway/shapes.ts';
import { databaseQueue } from '#server/queue/define.ts';
import { documentOrder, documentPayment } from './commands/follow-money.ts';

// Whoever gives a number makes the others of its kind wait: more at a time would not be faster.
const numbered = { order: 'free', concurrency: 2, expireSeconds: 30 } as const;

const orders = databaseQueue({
  ...numbered,
  name: 'order-documents',
  payload: z.strictObject({ orderId: id }),
  handle: (tx, job) => documentOrder(tx, job.payload.orderId),
});

const payments = databaseQueue({
  ...numbered,
  name: 'payment-documents',
  payload: z.strictObject({ paymentId: id }),
  handle: (tx, job) => documentPayment(tx, job.payload.paymentId),
});

export const documentQueues = [orders, payments] as const;
