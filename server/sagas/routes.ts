import { z } from 'zod';
import { sagaStatuses } from '#db/schema/sagas.ts';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { id, idParams, line, pageQuery, reason } from '#server/gateway/shapes.ts';
import { retrySaga, settleSaga, skipStep } from './commands.ts';
import { getSaga, inspectSaga, listSagas } from './queries.ts';
import { partnerWords, sagaList, sagaView } from './shapes.ts';

const tag = 'Sagas';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/sagas',
    summary: 'Sagas, newest first',
    tag,
    permission: ['sagas:read'],
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(sagaStatuses).optional(),
      type: line(60).optional(),
      memberId: id.optional(),
    }),
    response: { status: 200, schema: sagaList },
    handle: async (ctx, { query }) => ({ body: await listSagas(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/sagas/{id}',
    summary: 'One saga: its steps, everything that happened to it, and what may be done with it now',
    tag,
    permission: ['sagas:read'],
    params: idParams,
    response: { status: 200, schema: sagaView },
    handle: async (ctx, { params }) => ({ body: await getSaga(ctx, params.id) }),
  }),
  route({
    method: 'get',
    path: '/sagas/{id}/partners',
    summary: 'What the partners say about it at this moment',
    tag,
    permission: ['sagas:read'],
    params: idParams,
    response: { status: 200, schema: partnerWords },
    handle: async (ctx, { params }) => ({ body: { data: await inspectSaga(ctx, params.id) } }),
  }),
  route({
    method: 'post',
    path: '/sagas/{id}/retry',
    summary: 'Try again the step that it is stuck or waiting at',
    tag,
    permission: ['sagas:manage'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: sagaView },
    handle: async (ctx, { params }) => {
      await retrySaga(ctx, params.id);
      return { body: await getSaga(ctx, params.id) };
    },
  }),
  route({
    method: 'post',
    path: '/sagas/{id}/skip',
    summary: 'Go on without a step',
    tag,
    permission: ['sagas:manage'],
    params: idParams,
    body: z.strictObject({ step: line(60), reason }),
    idempotent: true,
    response: { status: 200, schema: sagaView },
    handle: async (ctx, { params, body }) => {
      await skipStep(ctx, params.id, body);
      return { body: await getSaga(ctx, params.id) };
    },
  }),
  route({
    method: 'post',
    path: '/sagas/{id}/settle',
    summary: 'End a stuck saga: what was to be done or undone has been, by hand',
    tag,
    permission: ['sagas:manage'],
    params: idParams,
    body: z.strictObject({ outcome: z.enum(['completed', 'failed']), reason }),
    idempotent: true,
    response: { status: 200, schema: sagaView },
    handle: async (ctx, { params, body }) => {
      await settleSaga(ctx, params.id, body);
      return { body: await getSaga(ctx, params.id) };
    },
  }),
];
