import { z } from 'zod';
import type { Ctx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { databaseQueue, partnerQueue } from '#server/queue/define.ts';
import { callOffSetup } from './commands/call-off.ts';
import { forgetAll } from './commands/choose.ts';
import { detachCard, followGateway, keepCardOfPayment, resumeCard } from './commands/follow-gateway.ts';

const gateway = {
  flow: 'gateway',
  // Each is about one card, and asks what is so now: the order does not matter.
  order: 'free',
  concurrency: 2,
  expireSeconds: 60,
  test: (ctx: Ctx) => partnersOf(ctx.app).gateway().check(),
} as const;

/** Cards of which the gateway has not said what becomes of them. */
const setups = partnerQueue({
  ...gateway,
  name: 'card-setups',
  payload: z.strictObject({ cardId: id }),
  handle: (ctx, job) => resumeCard(ctx, job.payload.cardId, job.attempt),
});

/** Cards that the gateway is to forget. */
const detachments = partnerQueue({
  ...gateway,
  name: 'card-detachments',
  payload: z.strictObject({ memberId: id, paymentMethodId: z.string() }),
  handle: (ctx, job) => detachCard(ctx, job.payload),
});

/** Cards that nobody has confirmed, or that nobody is to. */
const cancellations = partnerQueue({
  ...gateway,
  name: 'card-cancellations',
  payload: z.strictObject({ cardId: id, memberId: id, setupIntentId: z.string() }),
  handle: (ctx, job) => callOffSetup(ctx, job.payload),
});

/** Cards that were paid with, and are to be kept. */
const saves = partnerQueue({
  ...gateway,
  name: 'card-saves',
  payload: z.strictObject({ paymentId: id }),
  handle: (ctx, job) => keepCardOfPayment(ctx, job.payload.paymentId),
});

/** What webhooks say of cards. */
const news = partnerQueue({
  ...gateway,
  name: 'card-news',
  payload: z.strictObject({ kind: z.enum(['setup', 'payment_method']), objectId: z.string() }),
  handle: (ctx, { payload: { kind, objectId } }) =>
    followGateway(ctx, kind === 'setup' ? { kind, setupIntentId: objectId } : { kind, paymentMethodId: objectId }),
});

const erasures = databaseQueue({
  name: 'forget-cards',
  payload: z.strictObject({ memberId: id }),
  order: 'free',
  concurrency: 1,
  expireSeconds: 30,
  handle: (tx, job) => forgetAll(tx, job.payload.memberId),
});

export const cardQueues = [setups, detachments, cancellations, saves, news, erasures] as const;
