import { z } from 'zod';
import { id } from '#server/gateway/shapes.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { databaseQueue, partnerQueue } from '#server/queue/define.ts';
import { wakeSaga } from '#server/sagas/commands.ts';
import { checkMemberLater } from './commands/check-member-later.ts';
import { followPayment } from './commands/follow-payment.ts';

/** News of a payment for the order that waits for it. */
const orderPayments = databaseQueue({
  name: 'order-payments',
  payload: z.strictObject({ orderId: id, paymentId: id }),
  order: 'free',
  concurrency: 8,
  expireSeconds: 30,
  async handle(tx, job) {
    await wakeSaga(tx, 'order', job.payload.orderId);
    await followPayment(tx, job.payload);
  },
});

/** The questions to the legacy system that could not be asked before the charge. */
const memberChecks = partnerQueue({
  name: 'member-checks',
  flow: 'legacy',
  payload: z.strictObject({ memberId: id, orderId: id }),
  order: 'strict',
  concurrency: 2,
  expireSeconds: 60,
  handle: (ctx, job) => checkMemberLater(ctx, job.payload),
  test: (ctx) => partnersOf(ctx.app).legacy().check(),
});

export const orderQueues = [orderPayments, memberChecks] as const;
