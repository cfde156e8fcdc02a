import { z } from 'zod';
import { id } from '#server/gateway/shapes.ts';
import { databaseQueue } from '#server/queue/define.ts';
import { takeFromCart } from './commands.ts';

const cartClearing = databaseQueue({
  name: 'cart-clearing',
  payload: z.strictObject({
    memberId: id,
    items: z.array(z.strictObject({ productId: id.optional(), planId: id.optional(), quantity: z.int() })),
  }),
  order: 'free',
  concurrency: 2,
  expireSeconds: 30,
  handle: (tx, job) => takeFromCart(tx, job.payload.memberId, job.payload.items),
});

export const checkoutQueues = [cartClearing] as const;
