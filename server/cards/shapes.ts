import { z } from 'zod';
import { cardStatuses } from '#db/schema/cards.ts';
import { id, listOf, timestamp } from '#server/gateway/shapes.ts';
import { gatewayName } from './rules.ts';

export const cardBody = z.strictObject({
  paymentMethod: z.string().regex(gatewayName, 'must be the name that the payment service gave the card'),
  default: z.boolean().optional().describe('the first card is the default in any case'),
  useForRenewals: z.boolean().optional(),
});

export const nextAction = z.union([
  z.strictObject({ type: z.literal('redirect'), url: z.string() }),
  z.strictObject({ type: z.literal('stripe_sdk'), clientSecret: z.string().optional() }),
]);

export const cardView = z.strictObject({
  id,
  status: z.enum(cardStatuses),
  brand: z.string().nullable(),
  last4: z.string().nullable(),
  expMonth: z.int().nullable(),
  expYear: z.int().nullable(),
  default: z.boolean(),
  useForRenewals: z.boolean(),
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  nextAction: nextAction.nullable(),
  createdAt: timestamp,
});
export type CardView = z.output<typeof cardView>;

export const cardList = listOf(cardView);
export const renewalsBody = z.strictObject({ use: z.boolean() });
