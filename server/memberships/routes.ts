import { type AnyRoute, route } from '#server/gateway/route.ts';
import { listOf } from '#server/gateway/shapes.ts';
import { listPlans } from './queries/plans.ts';
import { plan } from './shapes.ts';

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
