import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { id, idParams, listOf, timestamp } from '#server/gateway/shapes.ts';
import { pauseSubscription, resumeSubscription } from './commands.ts';
import { getEvent, listEvents, listSubscriptions } from './queries.ts';
import { getSchema, listSchemas } from './registry.ts';

/** An event as it leaves: personal values in `data` stay sealed for everyone. */
export const eventView = z.strictObject({
  position: z.int(),
  id,
  stream: z.string(),
  version: z.int(),
  type: z.string(),
  schemaVersion: z.int(),
  data: z.record(z.string(), z.unknown()),
  correlationId: id,
  causationId: id.nullable(),
  actor: z.strictObject({ kind: z.string(), id: z.string().nullable() }),
  source: z.string(),
  occurredAt: timestamp,
  recordedAt: timestamp,
});

const subscriptionView = z.strictObject({
  name: z.string(),
  kind: z.enum(['projection', 'reaction']),
  position: z.int(),
  lag: z.int(),
  lagSeconds: z.number(),
  status: z.enum(['idle', 'running', 'stuck', 'failing', 'paused']),
  error: z.string().nullable(),
  blockedStreams: z.int(),
});

const schemaView = z.strictObject({
  type: z.string(),
  version: z.int(),
  schema: z.record(z.string(), z.unknown()),
  producers: z.array(z.string()),
  registeredAt: timestamp,
});

/** Which events: for the list and for the stream alike. */
export const eventSelection = {
  type: z.string().max(100).optional(),
  stream: z.string().max(200).optional(),
  correlationId: id.toLowerCase().optional(),
  memberId: id.toLowerCase().optional().describe('events about this member'),
};

const eventsQuery = z.strictObject({
  ...eventSelection,
  from: timestamp.optional(),
  to: timestamp.optional(),
  after: z.coerce.number().int().min(0).optional().describe('a position: only events after it'),
  order: z.enum(['asc', 'desc']).default('asc').describe('desc: the newest first'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a cursor of this list')
    .optional(),
});

const nameParams = z.strictObject({ name: z.string().max(100) });
const done = z.strictObject({ name: z.string(), status: z.string() });
const tag = 'Events';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/events',
    summary: 'Events in the order of their positions, or the newest first',
    tag,
    permission: ['events:read'],
    query: eventsQuery,
    response: { status: 200, schema: listOf(eventView) },
    handle: async (ctx, { query }) => {
      const page = await listEvents(ctx, { ...query, cursor: query.cursor ? Number(query.cursor) : undefined });
      return { body: { data: page.data, nextCursor: page.next === null ? null : String(page.next) } };
    },
  }),
  route({
    method: 'get',
    path: '/events/{id}',
    summary: 'One event',
    tag,
    permission: ['events:read'],
    params: idParams,
    response: { status: 200, schema: eventView },
    handle: async (ctx, { params }) => ({ body: await getEvent(ctx, params.id) }),
  }),
  route({
    method: 'get',
    path: '/schemas',
    summary: 'Every event type with the JSON Schema of each version and who may write it',
    tag,
    permission: ['schemas:read'],
    response: { status: 200, schema: listOf(schemaView) },
    handle: async (ctx) => ({ body: { data: await listSchemas(ctx), nextCursor: null } }),
  }),
  route({
    method: 'get',
    path: '/schemas/{type}',
    summary: 'The versions of one type, oldest first',
    tag,
    permission: ['schemas:read'],
    params: z.strictObject({ type: z.string().max(100) }),
    response: { status: 200, schema: listOf(schemaView) },
    handle: async (ctx, { params }) => ({ body: { data: await getSchema(ctx, params.type), nextCursor: null } }),
  }),
  route({
    method: 'get',
    path: '/subscriptions',
    summary: 'Every reader of the event store: where it is and how far behind',
    tag,
    permission: ['status:read'],
    response: { status: 200, schema: listOf(subscriptionView) },
    handle: async (ctx) => ({ body: { data: await listSubscriptions(ctx), nextCursor: null } }),
  }),
  route({
    method: 'post',
    path: '/subscriptions/{name}/pause',
    summary: 'Stop a reader where it is',
    tag,
    permission: ['subscriptions:manage'],
    params: nameParams,
    idempotent: true,
    response: { status: 200, schema: done },
    handle: async (ctx, { params }) => {
      await pauseSubscription(ctx, params.name);
      return { body: { name: params.name, status: 'paused' } };
    },
  }),
  route({
    method: 'post',
    path: '/subscriptions/{name}/resume',
    summary: 'Let a reader go on',
    tag,
    permission: ['subscriptions:manage'],
    params: nameParams,
    idempotent: true,
    response: { status: 200, schema: done },
    handle: async (ctx, { params }) => {
      await resumeSubscription(ctx, params.name);
      return { body: { name: params.name, status: 'running' } };
    },
  }),
];
