import { z } from 'zod';
import { id, money } from '#server/gateway/shapes.ts';

export const plan = z.strictObject({
  id,
  code: z.string(),
  name: z.string(),
  description: z.string(),
  price: money,
  periodMonths: z.int(),
});
export type Plan = z.output<typeof plan>;
