import { routes as members } from '#server/members/routes.ts';
import { routes as memberships } from '#server/memberships/routes.ts';
import { routes as notifications } from '#server/notifications/routes.ts';
import type { AnyRoute } from './route.ts';
import { systemRoutes } from './system-routes.ts';

/** Every route of the API. */
export const routes: readonly AnyRoute[] = [
  ...systemRoutes(() => routes),
  ...members,
  ...memberships,
  ...notifications,
];
