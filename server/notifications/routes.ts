import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams, listOf, pageQuery } from '#server/gateway/shapes.ts';
import { markRead } from './commands.ts';
import { listNotifications } from './queries.ts';
import { notification } from './shapes.ts';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/notifications',
    summary: 'My notifications, newest first',
    tag: 'Notifications',
    permission: ['self'],
    query: z.strictObject(pageQuery),
    response: { status: 200, schema: listOf(notification) },
    handle: async (ctx, { query }) => ({ body: await listNotifications(ctx, query) }),
  }),
  route({
    method: 'post',
    path: '/notifications/{id}/read',
    summary: 'Mark as read',
    tag: 'Notifications',
    permission: ['self'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: notification },
    handle: async (ctx, { params }) => ({ body: await markRead(ctx, params.id) }),
  }),
];
