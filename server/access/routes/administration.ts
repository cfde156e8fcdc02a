import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { addUser, disableUser, enableUser, setRoles } from '../commands/administration.ts';
import {
  type ClientSecret,
  createClient,
  disableClient,
  enableClient,
  rotateClientSecret,
} from '../commands/clients.ts';
import {
  listClients,
  listUsers,
  permissionTable as readPermissionTable,
  revealUser,
} from '../queries/administration.ts';
import {
  clientList,
  clientParams,
  clientSecret,
  created,
  newClient,
  newRoles,
  newUser,
  nothing,
  permissionTable,
  revealedUser,
  userList,
  userQuery,
  why,
} from '../shapes.ts';

const shared = { tag: 'access', permission: ['access:manage'] as const };

const shownOnce = { secret: ({ secret }: ClientSecret) => secret !== null };

/** Who may do what: for admins. */
export const administrationRoutes: AnyRoute[] = [
  route({
    ...shared,
    method: 'get',
    path: '/users',
    summary: 'Accounts, the newest first',
    query: userQuery,
    response: { status: 200, schema: userList },
    handle: async (ctx, { query }) => ({ body: await listUsers(ctx, query) }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/users',
    summary: 'Adds a colleague, who chooses a password by mail',
    body: newUser,
    response: { status: 201, schema: created },
    idempotent: true,
    handle: async (ctx, { body }) => ({ body: { id: await addUser(ctx, body) } }),
  }),
  route({
    ...shared,
    method: 'put',
    path: '/users/{id}/roles',
    summary: 'Gives somebody else exactly these roles, at once',
    params: idParams,
    body: newRoles,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params, body }) => {
      await setRoles(ctx, params.id, body.roles);
      return { body: null };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: '/users/{id}/reveals',
    summary: 'The e-mail address of an account in the clear, with a reason',
    params: idParams,
    body: why,
    response: { status: 200, schema: revealedUser },
    handle: async (ctx, { params, body }) => ({ body: await revealUser(ctx, params.id, body.reason) }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/users/{id}/disable',
    summary: 'Shuts somebody else’s account and signs out all its devices',
    params: idParams,
    body: why,
    idempotent: true,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params, body }) => {
      await disableUser(ctx, params.id, body.reason);
      return { body: null };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: '/users/{id}/enable',
    summary: 'Opens an account again',
    params: idParams,
    body: why,
    idempotent: true,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params, body }) => {
      await enableUser(ctx, params.id, body.reason);
      return { body: null };
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: '/permissions',
    summary: 'The table from roles and scopes to permissions',
    response: { status: 200, schema: permissionTable },
    handle: async (ctx) => ({ body: readPermissionTable(ctx) }),
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api-clients',
    summary: 'API clients, without their secrets',
    response: { status: 200, schema: clientList },
    handle: async (ctx) => ({ body: { data: await listClients(ctx), nextCursor: null } }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api-clients',
    summary: 'Makes an API client. Its secret is shown this once',
    body: newClient,
    response: { status: 201, schema: clientSecret },
    idempotent: shownOnce,
    handle: async (ctx, { body }) => ({ body: await createClient(ctx, body) }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api-clients/{id}/rotate',
    summary: 'A new secret; the old one stops working at once',
    params: clientParams,
    response: { status: 200, schema: clientSecret },
    idempotent: shownOnce,
    handle: async (ctx, { params }) => ({ body: await rotateClientSecret(ctx, params.id) }),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api-clients/{id}/disable',
    summary: 'Its tokens stop working at once',
    params: clientParams,
    body: why,
    idempotent: true,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params, body }) => {
      await disableClient(ctx, params.id, body.reason);
      return { body: null };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api-clients/{id}/enable',
    summary: 'Lets a client work again',
    params: clientParams,
    body: why,
    idempotent: true,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params, body }) => {
      await enableClient(ctx, params.id, body.reason);
      return { body: null };
    },
  }),
];
