import { type Actor, anonymous } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { AppError } from '#server/errors/errors.ts';
import { readAccessToken } from './access-token.ts';
import { liveOf } from './live.ts';
import type { Scope } from './permissions.ts';
import { sessionIdOf } from './session-cookie.ts';

export interface Credentials {
  cookie: string | null;
  authorization: string | null;
}

/**
 * Who is calling. A bearer token goes before a cookie; any other `Authorization` scheme is not for us (the token endpoint
 * reads Basic itself). The session and the client are looked up each time: ending or disabling one works at once.
 * @throws AppError `unauthenticated` for a bearer token that is not, or no longer, good. A missing or dead cookie is nobody.
 */
export async function authenticate(app: App, headers: Credentials): Promise<Actor> {
  const bearer = headers.authorization?.match(/^Bearer +(\S+)$/i)?.[1];
  if (bearer !== undefined) return ofBearer(app, bearer);
  const sessionId = await sessionIdOf(app, headers.cookie);
  const session = sessionId === null ? null : await liveOf(app).session(sessionId);
  // A mobile session lives by its tokens, which are held to scopes; a cookie must not widen it.
  if (session?.kind !== 'browser') return anonymous;
  const { id, userId, memberId, roles } = session;
  return { kind: 'user', userId, memberId, roles, sessionId: id, scopes: null };
}

async function ofBearer(app: App, token: string): Promise<Actor> {
  const claims = await readAccessToken(app, token);
  const client = claims && (await liveOf(app).client(claims.clientId));
  if (!claims || !client) throw refused();
  // What the client was allowed when the token was made may have been taken from it since.
  const scopes = claims.scopes.filter((scope) => allows(client.scopes, scope));
  if (claims.sessionId === null) return { kind: 'client', clientId: client.id, scopes };
  const session = await liveOf(app).session(claims.sessionId);
  if (session?.kind !== 'mobile' || session.userId !== claims.userId) throw refused();
  const { id, userId, memberId, roles } = session;
  return { kind: 'user', userId, memberId, roles, sessionId: id, scopes };
}

const allows = (held: readonly Scope[], scope: Scope) => held.includes(scope) || held.includes('*');

const refused = () => new AppError('unauthenticated', 'The access token is not valid, or not any more.');
