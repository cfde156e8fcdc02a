import { z } from 'zod';
import type { Ctx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { partnerQueue } from '#server/queue/define.ts';
import { runRefund } from './commands/refund.ts';
import { repairPayment } from './commands/repair.ts';

const gateway = {
  flow: 'gateway',
  expireSeconds: 60,
  test: (ctx: Ctx) => partnersOf(ctx.app).gateway().check(),
} as const;

/** Questions about payments whose outcome is not known. Free: each payment has one at a time, and it may lie a day ahead. */
export const paymentRepairs = partnerQueue({
  ...gateway,
  name: 'payment-repairs',
  payload: z.strictObject({ paymentId: id, repair: z.int().positive() }),
  order: 'free',
  concurrency: 4,
  handle: (ctx, job) => repairPayment(ctx, job.payload),
});

/** Refunds that no saga waits for, one after the other for each payment. */
export const refundQueue = partnerQueue({
  ...gateway,
  name: 'refunds',
  payload: z.strictObject({ refundId: id }),
  order: 'strict',
  concurrency: 4,
  handle: async (ctx, job) => {
    const record = await runRefund(ctx, job.payload.refundId);
    return async (tx) => void (await record(tx));
  },
});

export const paymentQueues = [paymentRepairs, refundQueue] as const;
