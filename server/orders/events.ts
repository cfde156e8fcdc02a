import { z } from 'zod';
import { orderOrigins } from '#db/schema/orders.ts';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const money = z.strictObject({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) });
const orderId = z.uuid();
const memberId = z.uuid();

/** What was bought: for whoever has to deliver it. `terms` of a plan's line are the memberships' own. */
const item = z.strictObject({
  line: z.int(),
  kind: z.enum(['product', 'plan']),
  productId: z.uuid().optional(),
  planId: z.uuid().optional(),
  quantity: z.int().positive(),
  amount: z.int(),
  terms: z.record(z.string(), z.json()).optional(),
});

const order = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({
    type,
    version: 1,
    producers: ours,
    data: z.strictObject({ orderId, memberId, total: money, ...extra }),
  });
const step = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({ type, version: 1, producers: ours, data: z.strictObject({ orderId, memberId, ...extra }) });

export const orderEvents = [
  order('order.created', { number: z.string(), origin: z.enum(orderOrigins), items: z.array(item) }),
  order('order.completed', { number: z.string(), origin: z.enum(orderOrigins), items: z.array(item) }),
  order('order.cancelled', { origin: z.enum(orderOrigins), code: z.string().max(60), items: z.array(item) }),
  order('order.failed', { origin: z.enum(orderOrigins), code: z.string().max(60), items: z.array(item) }),
  step('inventory.reserve'),
  step('inventory.reserved'),
  step('inventory.failed'),
  step('shipping.create'),
  step('shipment.created', { shipmentId: z.uuid() }),
  step('shipment.handed_over', { shipmentId: z.uuid() }),
  /** All of the money went back before it was sent. */
  step('shipment.cancelled', { shipmentId: z.uuid() }),
  step('transaction.recorded', { entryId: z.uuid(), amount: money }),
];

/** The stream's version is the order's. */
export const orderStream = (id: string) => `order-${id}`;
