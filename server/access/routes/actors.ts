import { type AnyRoute, route } from '#server/gateway/route.ts';
import { actorsById, findActors } from '../queries/actors.ts';
import { actorList, actorsQuery } from '../shapes.ts';

/** Names for the ids in events and in the trail. */
export const actorRoutes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/actors',
    summary: 'Who stands behind the ids of users and API clients, or who is called something',
    tag: 'access',
    permission: ['console:open'],
    query: actorsQuery,
    response: { status: 200, schema: actorList },
    handle: async (ctx, { query: { ids, q } }) => ({
      body: { data: ids ? await actorsById(ctx, ids) : await findActors(ctx, q ?? ''), nextCursor: null },
    }),
  }),
];
