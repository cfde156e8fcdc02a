import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams, listOf } from '#server/gateway/shapes.ts';
import { pauseSubscription, resumeSubscription } from './commands.ts';
import { getEvent, listEvents, listSubscriptions } from './queries.ts';
import { getSchema, listSchemas } from './registry.ts';
import { eventList, eventsQuery, eventView, schemaView, subscriptionList } from './shapes.ts';

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
    response: { status: 200, schema: eventList },
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
    response: { status: 200, schema: subscriptionList },
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
