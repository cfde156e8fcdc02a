import { type App, currentApp } from '#server/context/app.ts';
import { createGateway } from '#server/gateway/gateway.ts';
import { routes } from '#server/gateway/routes.ts';
import { followEventStore } from '#server/live/tail.ts';

export const dynamic = 'force-dynamic';

const made = new WeakMap<App, ReturnType<typeof createGateway>>();

/**
 * The same API for `next dev` and for hosts that know only Next. Under `server/web.ts` it is never reached. Next hides the
 * socket: here callers have no address of their own, and limits by address count all of them together.
 */
function gateway(): ReturnType<typeof createGateway> {
  const app = currentApp();
  const found = made.get(app);
  if (found) return found;
  followEventStore(app);
  const gateway = createGateway(app, routes);
  made.set(app, gateway);
  return gateway;
}

const handle = (request: Request) => gateway().fetch(request);

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
