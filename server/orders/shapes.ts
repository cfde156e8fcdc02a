import { z } from 'zod';
import { orderOrigins, orderStatuses, productKinds } from '#db/schema/orders.ts';
import { paymentStatuses } from '#db/schema/payments.ts';
import { id, line, listOf, money, pageQuery, timestamp, wholeNumber } from '#server/gateway/shapes.ts';
import { address } from '#server/members/shapes.ts';
import { stepView } from '#server/sagas/shapes.ts';

export const productView = z.strictObject({
  id,
  sku: z.string(),
  name: z.string(),
  description: z.string(),
  kind: z.enum(productKinds),
  price: money.describe('includes the tax'),
  taxName: z.string(),
  taxRateBp: z.int().describe('basis points: 1900 is 19 %'),
  digital: z.boolean().describe('granted, not sent'),
  maxPerOrder: z.int(),
  stock: z.strictObject({ available: z.int() }).nullable().describe('null: never runs out'),
});
export type ProductView = z.output<typeof productView>;
export const productList = listOf(productView);
export const productsQuery = z.strictObject({ ...pageQuery, kind: z.enum(productKinds).optional() });
export type ProductsQuery = z.output<typeof productsQuery>;

export const taxLineView = z.strictObject({
  code: z.string(),
  name: z.string(),
  rateBp: z.int(),
  net: money,
  tax: money,
});

/** What of an order's line can be known before there is an order. */
export const lineView = z.strictObject({
  line: z.int(),
  kind: z.enum(['product', 'plan']),
  productId: id.nullable(),
  planId: id.nullable(),
  name: z.string(),
  quantity: z.int(),
  unitPrice: money.describe('includes the tax; below zero for a credit'),
  amount: money,
  tax: money,
  taxName: z.string(),
  digital: z.boolean(),
});
export type LineView = z.output<typeof lineView>;

const failure = z.strictObject({ code: z.string(), message: z.string() });

const summary = {
  id,
  number: z.string(),
  memberId: id,
  memberNumber: z.string().nullable().describe('for staff'),
  memberName: z.string().nullable().describe('for staff; null of somebody who was erased'),
  status: z.enum(orderStatuses),
  origin: z.enum(orderOrigins),
  total: money,
  tax: money,
  refunded: money.describe('what of the total has gone back'),
  ships: z.boolean(),
  failure: failure.nullable(),
  shipment: z
    .strictObject({
      id,
      number: z.string(),
      status: z.enum(['created', 'handed_over', 'cancelled']),
      createdAt: timestamp,
      handedOverAt: timestamp.nullable(),
    })
    .nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
  finishedAt: timestamp.nullable(),
};

export const orderSummary = z.strictObject({
  ...summary,
  items: z.array(z.strictObject({ name: z.string(), quantity: z.int() })),
});
export type OrderSummary = z.output<typeof orderSummary>;
export const orderList = listOf(orderSummary);

export const orderView = z.strictObject({
  ...summary,
  items: z.array(lineView),
  taxLines: z.array(taxLineView),
  shippingAddress: address.nullable().describe('masked unless it is one’s own'),
  payment: z
    .strictObject({
      id,
      number: z.string(),
      status: z.enum(paymentStatuses),
      method: z.string(),
      amount: money,
      refundedAmount: money,
      card: z.strictObject({ brand: z.string(), last4: z.string() }).nullable(),
    })
    .nullable(),
  nextAction: z
    .strictObject({ type: z.string(), url: z.string().optional(), clientSecret: z.string().optional() })
    .optional()
    .describe('what the payer has to do now; the payment has the client secret'),
  sagaId: id.nullable().describe('for staff'),
  steps: z.array(stepView),
  actions: z.array(z.enum(['cancel', 'hand-over'])).describe('what the caller may do with it now'),
});
export type OrderView = z.output<typeof orderView>;

export const ordersQuery = z
  .strictObject({
    ...pageQuery,
    memberId: z.union([id, z.literal('me')]).optional(),
    status: z.enum(orderStatuses).optional(),
    state: z.enum(['open', 'finished']).optional().describe('open: still under way'),
    shipment: z.enum(['created', 'handed_over']).optional().describe('created: waits to be handed over'),
    number: line(20).optional(),
    amount: wholeNumber(0, 100_000_000_000).optional().describe('the total, in minor units'),
    from: timestamp.optional(),
    to: timestamp.optional(),
  })
  .refine(({ from, to }) => !from || !to || Date.parse(from) <= Date.parse(to), {
    path: ['to'],
    message: 'must not be before from',
  });
export type OrdersQuery = z.output<typeof ordersQuery>;

export const revealedAddress = z.strictObject({ shippingAddress: address.nullable() });
