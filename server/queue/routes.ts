import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { id, idParams, listOf, pageQuery, reason, timestamp } from '#server/gateway/shapes.ts';
import { dismissDeadLetter, redriveDeadLetter, redriveMany } from './dead-letter-commands.ts';
import { getDeadLetter, groupDeadLetters, listDeadLetters, listJobs, listQueues } from './queries.ts';

const deadLetter = z.strictObject({
  id,
  kind: z.enum(['job', 'event']),
  queue: z.string(),
  key: z.string().nullable(),
  tail: z.boolean(),
  eventId: id.nullable(),
  error: z.string(),
  errorClass: z.string(),
  fingerprint: z.string(),
  attempts: z.int(),
  redrives: z.int(),
  correlationId: id,
  memberId: id.nullable(),
  status: z.enum(['open', 'redriven', 'dismissed']),
  statusReason: z.string().nullable(),
  statusBy: z.string().nullable(),
  statusAt: timestamp.nullable(),
  createdAt: timestamp,
});
const wholeDeadLetter = deadLetter.extend({ payload: z.record(z.string(), z.unknown()) });

const group = z.strictObject({
  fingerprint: z.string(),
  queue: z.string(),
  error: z.string(),
  errorClass: z.string(),
  letters: z.int(),
  waiting: z.int(),
  oldestAt: timestamp,
  newestAt: timestamp,
});

const job = z.strictObject({
  id,
  queue: z.string(),
  key: z.string().nullable(),
  state: z.enum(['created', 'retry', 'active', 'completed', 'cancelled', 'failed']),
  attempts: z.int(),
  nextTryAt: timestamp.nullable(),
  lastError: z.strictObject({ class: z.string(), reason: z.string(), at: z.string() }).nullable(),
  eventId: id.nullable(),
  correlationId: id.nullable(),
  createdAt: timestamp,
});

const queueStatus = z.strictObject({
  queue: z.string(),
  waiting: z.int(),
  later: z.int(),
  active: z.int(),
  oldestWaitingSeconds: z.number(),
  deadLetters: z.int(),
});

const listQuery = z.strictObject({
  ...pageQuery,
  queue: z.string().max(100).optional(),
  status: z.enum(['open', 'redriven', 'dismissed']).optional(),
  kind: z.enum(['job', 'event']).optional(),
  key: z.string().max(200).optional(),
  fingerprint: z.string().max(100).optional(),
  memberId: id.optional(),
  correlationId: id.optional(),
});

const tag = 'Dead letters and jobs';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/dead-letters',
    summary: 'What could not be done, newest first; open ones unless said',
    tag,
    permission: ['dead-letters:read'],
    query: listQuery,
    response: { status: 200, schema: listOf(deadLetter) },
    handle: async (ctx, { query }) => ({ body: await listDeadLetters(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/dead-letter-groups',
    summary: 'Open dead letters by what is wrong with them',
    tag,
    permission: ['dead-letters:read'],
    query: z.strictObject({ queue: z.string().max(100).optional() }),
    response: { status: 200, schema: listOf(group) },
    handle: async (ctx, { query }) => ({ body: { data: await groupDeadLetters(ctx, query), nextCursor: null } }),
  }),
  route({
    method: 'get',
    path: '/dead-letters/{id}',
    summary: 'One dead letter with its payload',
    tag,
    permission: ['dead-letters:read'],
    params: idParams,
    response: { status: 200, schema: wholeDeadLetter },
    handle: async (ctx, { params }) => ({ body: await getDeadLetter(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/{id}/redrive',
    summary: 'Do it again, with everything of its record that waits; with a payload: as edited',
    tag,
    permission: ['dead-letters:manage'],
    params: idParams,
    idempotent: true,
    body: z.strictObject({ payload: z.record(z.string(), z.json()).optional() }),
    response: { status: 202, schema: z.strictObject({ redriven: z.int() }) },
    handle: async (ctx, { params, body }) => ({
      body: await redriveDeadLetter(ctx, { id: params.id, ...(body.payload ? { payload: body.payload } : {}) }),
    }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/{id}/dismiss',
    summary: 'Give it up, for a reason',
    tag,
    permission: ['dead-letters:manage'],
    params: idParams,
    idempotent: true,
    body: z.strictObject({ reason }),
    response: { status: 200, schema: wholeDeadLetter },
    handle: async (ctx, { params, body }) => {
      await dismissDeadLetter(ctx, { id: params.id, reason: body.reason });
      return { body: await getDeadLetter(ctx, params.id) };
    },
  }),
  route({
    method: 'post',
    path: '/dead-letters/redrive',
    summary: 'Redrive many: of a queue, or with one fingerprint',
    tag,
    permission: ['dead-letters:manage'],
    idempotent: true,
    body: z.strictObject({
      queue: z.string().max(100).optional(),
      fingerprint: z.string().max(100).optional(),
      limit: z.int().min(1).max(1000).optional(),
    }),
    response: {
      status: 202,
      schema: z.strictObject({
        results: z.array(z.strictObject({ id, redriven: z.int(), problem: z.string().nullable() })),
      }),
    },
    handle: async (ctx, { body }) => ({ body: { results: await redriveMany(ctx, body) } }),
  }),
  route({
    method: 'get',
    path: '/jobs',
    summary: 'Queued, running and lately finished jobs of a record or of a correlation, newest first',
    tag,
    permission: ['status:read'],
    query: z.strictObject({
      ...pageQuery,
      queue: z.string().max(100).optional(),
      key: z.string().max(200).optional(),
      correlationId: id.optional(),
    }),
    response: { status: 200, schema: listOf(job) },
    handle: async (ctx, { query }) => ({ body: await listJobs(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/queues',
    summary: 'Depth and age of every queue',
    tag,
    permission: ['status:read'],
    response: { status: 200, schema: listOf(queueStatus) },
    handle: async (ctx) => ({ body: { data: await listQueues(ctx), nextCursor: null } }),
  }),
];
