import { z } from 'zod';
import type { Ctx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { partnerQueue } from '#server/queue/define.ts';
import { followGateway } from './commands/follow-gateway.ts';
import { runRefund } from './commands/refund.ts';
import { repairPayment } from './commands/repair.ts';
import { cancelAbandoned, chargeStarted } from './commands/start.ts';
import { writeLastPaymentToCrm, writePaymentToLegacy } from './commands/tell-partners.ts';

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

/** What webhooks tell. Free: each asks what is so now, and the record's own lock does the rest. */
export const gatewayEvents = partnerQueue({
  ...gateway,
  name: 'gateway-events',
  payload: z.strictObject({ kind: z.enum(['payment', 'refund', 'dispute']), objectId: z.string() }),
  order: 'free',
  concurrency: 8,
  handle: (ctx, job) => followGateway(ctx, job.payload),
});

/** Payments that no saga drives. */
const charges = partnerQueue({
  ...gateway,
  name: 'payment-charges',
  payload: z.strictObject({ paymentId: id }),
  order: 'strict',
  concurrency: 4,
  handle: (ctx, job) => chargeStarted(ctx, job.payload.paymentId),
});

/** Payments that their payers never confirmed. */
const cancellations = partnerQueue({
  ...gateway,
  name: 'payment-cancellations',
  payload: z.strictObject({ paymentId: id }),
  order: 'strict',
  concurrency: 2,
  handle: (ctx, job) => cancelAbandoned(ctx, job.payload.paymentId),
});

/** A flow of its own: a legacy database of before lacks the table, and the members' records go on. Strict per payment. */
const toLegacy = partnerQueue({
  name: 'payments-legacy',
  flow: 'legacy-payments',
  payload: z.strictObject({ paymentId: id }),
  order: 'strict',
  concurrency: 4,
  expireSeconds: 60,
  handle: (ctx, job) => writePaymentToLegacy(ctx, job.payload.paymentId),
  test: (ctx) => partnersOf(ctx.app).legacy().checkPayments(),
});

/** Strict per member: what was paid last is the last to arrive. */
const toCrm = partnerQueue({
  name: 'payments-crm',
  flow: 'crm',
  payload: z.strictObject({ memberId: id }),
  order: 'strict',
  concurrency: 4,
  expireSeconds: 60,
  handle: (ctx, job) => writeLastPaymentToCrm(ctx, job.payload.memberId),
  test: (ctx) => partnersOf(ctx.app).crm().check(),
});

export const paymentQueues = [
  toLegacy,
  toCrm,
  paymentRepairs,
  refundQueue,
  gatewayEvents,
  charges,
  cancellations,
] as const;
