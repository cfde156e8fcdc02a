import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { id, listOf, money } from '#server/gateway/shapes.ts';
import { listPlans } from './queries.ts';

const plan = z.strictObject({
  id,
  code: z.string(),
  name: z.string(),
  description: z.string(),
  price: money,
  periodMonths: z.int(),
});

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/plans',
    summary: 'The plans that can be joined, with their prices',
    tag: 'Memberships',
    permission: 'public',
    response: { status: 200, schema: listOf(plan) },
    handle: async (ctx) => ({ body: { data: await listPlans(ctx), nextCursor: null } }),
  }),
];
