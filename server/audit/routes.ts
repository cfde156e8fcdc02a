import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { id, idParams, listOf, pageQuery, timestamp } from '#server/gateway/shapes.ts';
import { getAudit, listAudit } from './queries.ts';

const entry = z.strictObject({
  id,
  timestamp,
  actorKind: z.string(),
  userId: z.string().nullable(),
  action: z.string(),
  resource: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  sourceIp: z.string().nullable(),
  correlationId: id,
  count: z.int(),
  before: z.json(),
  after: z.json(),
});

const query = z.strictObject({
  ...pageQuery,
  actor: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  resource: z.string().max(200).optional().describe('a type, or type/id'),
  from: timestamp.optional(),
  to: timestamp.optional(),
});

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/audit',
    summary: 'What was changed, seen or refused, and by whom, newest first. Reading it is noted too',
    tag: 'audit',
    permission: ['audit:read'],
    query,
    response: { status: 200, schema: listOf(entry) },
    handle: async (ctx, { query: filter }) => ({ body: await listAudit(ctx, filter) }),
  }),
  route({
    method: 'get',
    path: '/audit/{id}',
    summary: 'One entry. Reading it is noted too',
    tag: 'audit',
    permission: ['audit:read'],
    params: idParams,
    response: { status: 200, schema: entry },
    handle: async (ctx, { params }) => ({ body: await getAudit(ctx, params.id) }),
  }),
];
