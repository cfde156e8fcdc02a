import { z } from 'zod';
import type { JsonObject } from '#server/events/stored-event.ts';

/**
 * What a plan's line promises; goes with the order and comes back with `order.completed`. A period is made where the membership
 * then stands: a second payment meanwhile appends a second period. An upgrade holds for the day for which it was reckoned.
 */
const planTerms = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('period'),
    priceId: z.uuid(),
    months: z.int().positive(),
    /** As it looked when it was quoted. */
    makes: z.enum(['join', 'renewal']),
    from: z.iso.date(),
    to: z.iso.date(),
  }),
  z.strictObject({
    kind: z.literal('upgrade'),
    priceId: z.uuid(),
    on: z.iso.date(),
    /** Where the period ended when it was quoted; orders from before do not say. */
    to: z.iso.date().optional(),
    periodId: z.uuid(),
    credit: z.int(),
  }),
  z.strictObject({ kind: z.literal('credit') }),
]);
export type PlanTerms = z.output<typeof planTerms>;

export const termsToJson = (terms: PlanTerms): JsonObject => ({ ...terms });

/** @throws Error for terms that are not ours: a plan that was sold in some other way is somebody's mistake to mend. */
export const termsOf = (value: unknown): PlanTerms => planTerms.parse(value);
