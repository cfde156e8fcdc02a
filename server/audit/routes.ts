import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { getAudit, listAudit } from './queries.ts';
import { auditEntry, auditList, auditQuery } from './shapes.ts';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/audit',
    summary: 'What was changed, seen or refused, and by whom, newest first. Reading it is noted too',
    tag: 'audit',
    permission: ['audit:read'],
    query: auditQuery,
    response: { status: 200, schema: auditList },
    handle: async (ctx, { query }) => ({ body: await listAudit(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/audit/{id}',
    summary: 'One entry. Reading it is noted too',
    tag: 'audit',
    permission: ['audit:read'],
    params: idParams,
    response: { status: 200, schema: auditEntry },
    handle: async (ctx, { params }) => ({ body: await getAudit(ctx, params.id) }),
  }),
];
