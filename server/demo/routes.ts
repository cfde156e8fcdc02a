import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { timestamp } from '#server/gateway/shapes.ts';
import { crashWorkers } from './worker-crash.ts';

export const routes: AnyRoute[] = [
  route({
    method: 'post',
    path: '/demo/worker-crash',
    summary: 'In the demo: kill the worker, to see that everything goes on where it was. Elsewhere: not found',
    tag: 'Console',
    permission: ['access:manage'],
    idempotent: true,
    response: { status: 202, schema: z.strictObject({ askedAt: timestamp }) },
    handle: async (ctx) => ({ body: await crashWorkers(ctx) }),
  }),
];
