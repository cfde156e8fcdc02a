import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams, listOf, reason } from '#server/gateway/shapes.ts';
import { dismissDeadLetter, redriveDeadLetter, redriveMany } from './dead-letter-commands.ts';
import { getDeadLetter, groupDeadLetters, listDeadLetters, listJobs, listQueues } from './queries.ts';
import {
  deadLetter,
  deadLetterGroup,
  deadLetterQuery,
  job,
  jobQuery,
  queueStatus,
  redriveResults,
  wholeDeadLetter,
} from './shapes.ts';

const tag = 'Dead letters and jobs';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/dead-letters',
    summary: 'What could not be done, newest first; open ones unless said',
    tag,
    permission: ['dead-letters:read'],
    query: deadLetterQuery,
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
    response: { status: 200, schema: listOf(deadLetterGroup) },
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
      schema: redriveResults,
    },
    handle: async (ctx, { body }) => ({ body: { results: await redriveMany(ctx, body) } }),
  }),
  route({
    method: 'get',
    path: '/jobs',
    summary: 'Queued, running and lately finished jobs of a record or of a correlation, newest first',
    tag,
    permission: ['status:read'],
    query: jobQuery,
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
