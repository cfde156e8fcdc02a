import { type AnyRoute, route } from '#server/gateway/route.ts';
import { overview } from './queries.ts';
import { consoleOverview } from './shapes.ts';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/overview',
    summary: 'What needs a person now, what flows, whether anything is behind',
    tag: 'Console',
    permission: ['console:open'],
    response: { status: 200, schema: consoleOverview },
    handle: async (ctx) => ({ body: await overview(ctx) }),
  }),
];
