import { z } from 'zod';
import { id, money, timestamp } from '#server/gateway/shapes.ts';
import { address } from '#server/members/shapes.ts';
import { lineView, taxLineView } from '#server/orders/shapes.ts';

/** What somebody wants to buy: a product or a plan, and how many. */
const item = z
  .strictObject({
    productId: id.optional(),
    planId: id.optional(),
    quantity: z.int('must be a whole number').min(1, 'must be at least 1').max(1000, 'must be at most 1000'),
  })
  .refine(({ productId, planId }) => (productId === undefined) !== (planId === undefined), {
    path: ['productId'],
    message: 'must be there, or planId: one of the two',
  });
export type WantedItem = z.output<typeof item>;

const items = z.array(item).max(50);

export const cartBody = z.strictObject({ items });
export const cartView = z.strictObject({ items, updatedAt: timestamp.nullable() });
export type CartView = z.output<typeof cartView>;

export const problemCodes = [
  'unknown',
  'not_sold',
  'sold_out',
  'too_few_left',
  'too_many',
  'one_plan_only',
  'not_for_you',
] as const;

export const quoteBody = z.strictObject({ items: items.min(1, 'must not be empty') });
export const quoteView = z.strictObject({
  lines: z.array(lineView),
  taxLines: z.array(taxLineView),
  total: money,
  tax: money,
  ships: z.boolean().describe('an address is needed'),
  problems: z
    .array(
      z.strictObject({
        item: z.int().describe('which of the items that were sent, from 0'),
        code: z.enum(problemCodes),
        message: z.string(),
        available: z.int().nullable(),
      }),
    )
    .describe('why it cannot be ordered like this; such items are not among the lines'),
});
export type QuoteView = z.output<typeof quoteView>;
export type QuoteProblem = QuoteView['problems'][number];

export const orderBody = z.strictObject({
  items: items.min(1, 'must not be empty'),
  paymentMethod: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('a saved card’s id, or the gateway’s name for one; not needed when there is nothing to pay'),
  shippingAddress: address.optional().describe('needed when something goes by post'),
  saveCard: z.boolean().optional().describe('keep the card once it has worked'),
  total: money.optional().describe('what the payer was shown: nothing is ordered at another price'),
});
export type OrderInput = z.output<typeof orderBody>;
