import { authenticate } from '#server/access/authenticate.ts';
import { liveOf } from '#server/access/live.ts';
import { type Actor, may } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { AppError } from '#server/errors/errors.ts';
import { noLongerAllowed } from './event-stream.ts';
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

/**
 * Aborts as soon as the caller may not go on: asked whenever their session, user or client changed anywhere.
 * Follows such news until `until` aborts.
 */
export function revokedSignal(
  app: App,
  actor: Actor,
  until: AbortSignal,
  mayGoOn: () => Promise<boolean>,
): AbortSignal {
  const revoked = new AbortController();
  const leave = liveOf(app).follow((what) => {
    if (!concerns(actor, what)) return;
    void mayGoOn().then((still) => {
      if (!still) revoked.abort(noLongerAllowed);
    });
  });
  until.addEventListener('abort', leave, { once: true });
  if (until.aborted) leave();
  return revoked.signal;
}

function concerns(actor: Actor, what: string): boolean {
  if (what === 'all') return true;
  if (actor.kind === 'client') return what === `client:${actor.clientId}`;
  if (actor.kind !== 'user') return false;
  // The app that a person comes through is not in the actor.
  if (what.startsWith('client:')) return actor.scopes !== null;
  return what === `session:${actor.sessionId}` || what === `user:${actor.userId}`;
}
