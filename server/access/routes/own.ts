import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import {
  changePassword,
  hashForChange,
  hashForReset,
  requestPasswordReset,
  resetPassword,
} from '../commands/passwords.ts';
import { endOtherSessions, endOwnSession } from '../commands/sessions.ts';
import { whoAmI } from '../queries/me.ts';
import { listSessions } from '../queries/sessions.ts';
import { accepted, change, ended, me, nothing, reset, resetRequest, sessionList } from '../shapes.ts';

const quarterHour = 15 * 60;

/** What people do with their own account. */
export const ownRoutes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/me',
    summary: 'Who the caller is and what they may do',
    tag: 'access',
    permission: ['self', 'members:read', 'events:write', 'status:read'],
    response: { status: 200, schema: me },
    handle: async (ctx) => ({ body: await whoAmI(ctx) }),
  }),
  route({
    method: 'get',
    path: '/sessions',
    summary: 'Devices that the caller is signed in on',
    tag: 'access',
    permission: ['self'],
    response: { status: 200, schema: sessionList },
    handle: async (ctx) => ({ body: { data: await listSessions(ctx), nextCursor: null } }),
  }),
  route({
    method: 'delete',
    path: '/sessions',
    summary: 'Signs out every device but this one',
    tag: 'access',
    permission: ['self'],
    response: { status: 200, schema: ended },
    handle: async (ctx) => ({ body: await endOtherSessions(ctx) }),
  }),
  route({
    method: 'delete',
    path: '/sessions/{id}',
    summary: 'Signs out one device, at once',
    tag: 'access',
    permission: ['self'],
    params: idParams,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params }) => {
      await endOwnSession(ctx, params.id);
      return { body: null };
    },
  }),
  route({
    method: 'post',
    path: '/passwords/reset-requests',
    summary: 'Asks for a mail that resets the password. Answers the same whether the e-mail is known or not',
    tag: 'access',
    permission: 'public',
    body: resetRequest,
    idempotent: true,
    response: { status: 202, schema: accepted },
    limit: { name: 'reset-requests', points: () => 30, windowSeconds: quarterHour },
    handle: async (ctx, { body }) => {
      await requestPasswordReset(ctx, body);
      return { body: { accepted: true as const } };
    },
  }),
  route({
    method: 'post',
    path: '/passwords/resets',
    summary: 'Sets a new password with the token of that mail, and signs out every device',
    tag: 'access',
    permission: 'public',
    body: reset,
    idempotent: true,
    response: { status: 204, schema: nothing },
    limit: { name: 'reset', points: () => 30, windowSeconds: quarterHour },
    prepare: (ctx, { body }) => hashForReset(ctx, body),
    handle: async (ctx, { body, prepared }) => {
      await resetPassword(ctx, body, prepared);
      return { body: null };
    },
  }),
  route({
    method: 'post',
    path: '/passwords/changes',
    summary: 'Changes one’s own password, and signs out every other device',
    tag: 'access',
    permission: ['self'],
    body: change,
    idempotent: true,
    response: { status: 204, schema: nothing },
    limit: { name: 'password-change', points: () => 10, windowSeconds: quarterHour },
    prepare: (ctx, { body }) => hashForChange(ctx, body),
    handle: async (ctx, { body, prepared }) => {
      await changePassword(ctx, body, prepared);
      return { body: null };
    },
  }),
];
