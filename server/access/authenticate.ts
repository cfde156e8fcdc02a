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
 * Who is calling: by the `Authorization` header if there is one, else by the cookie. A request with the header counts as
 * one that no browser was tricked into, so the cookie must not speak for it: HTTP Basic, which the token endpoint reads
 * itself, is nobody. The session and the client are looked up each time: ending or disabling one works at once.
 * @throws AppError `unauthenticated` for a header that is neither, and for a bearer token that is not, or no longer, good.
 * A missing or dead cookie is nobody.
 */
export async function authenticate(app: App, headers: Credentials): Promise<Actor> {
  if (headers.authorization !== null) return ofHeader(app, headers.authorization);
  const sessionId = await sessionIdOf(app, headers.cookie);
  const session = sessionId === null ? null : await liveOf(app).session(sessionId);
  // A mobile session lives by its tokens, which are held to scopes; a cookie must not widen it.
  if (session?.kind !== 'browser') return anonymous;
  const { id, userId, memberId, roles } = session;
  return { kind: 'user', userId, memberId, roles, sessionId: id, scopes: null };
}

async function ofHeader(app: App, authorization: string): Promise<Actor> {
  if (/^Basic( |$)/i.test(authorization)) return anonymous;
  const token = authorization.match(/^Bearer +(\S+)$/i)?.[1];
  if (token === undefined) throw new AppError('unauthenticated', 'The Authorization header must hold a Bearer token.');
  return ofBearer(app, token);
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
