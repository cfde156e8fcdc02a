import { authenticate } from '#server/access/authenticate.ts';
import { may } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { AppError } from '#server/errors/errors.ts';
import type { GatewayRequest } from './request.ts';
import type { AnyRoute } from './route.ts';

/** Asks anew, for an answer that takes long: false once the session ended or the permission was taken away. */
export function authorizedStill(app: App, route: AnyRoute, request: GatewayRequest): () => Promise<boolean> {
  const credentials = { cookie: request.header('cookie'), authorization: request.header('authorization') };
  const { permission } = route;
  if (permission === 'public') return async () => true;
  return async () => {
    try {
      const actor = await authenticate(app, credentials);
      return permission.some((one) => may(actor, one));
    } catch (error) {
      // A token that ran out is an answer; a database that is away is not, and the stream goes on.
      return !(error instanceof AppError);
    }
  };
}
