import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { isRefusal, type OAuthErrorCode } from './answer.ts';
import { findOAuthClient } from './clients.ts';
import { issueCode } from './codes.ts';
import { personScopes, scopesOf } from './grant.ts';

export interface AuthorizeRequest {
  response_type?: string | undefined;
  client_id?: string | undefined;
  redirect_uri?: string | undefined;
  scope?: string | undefined;
  state?: string | undefined;
  code_challenge?: string | undefined;
  code_challenge_method?: string | undefined;
}

/**
 * The authorization endpoint, for a browser: where to send it. Nobody signed in: to the sign-in page, and back. An unknown
 * client or a redirect URI that is not registered letter by letter is told to the person and never redirected to; every
 * other mistake goes back to the app.
 * @throws AppError `invalid_request`
 */
export async function authorize(ctx: Ctx, request: AuthorizeRequest): Promise<{ redirectTo: string }> {
  const client = request.client_id ? await findOAuthClient(ctx, request.client_id) : null;
  if (!client) throw badRequest('client_id', 'is not a client that may ask');
  const redirectUri = request.redirect_uri;
  if (redirectUri === undefined || !client.redirectUris.includes(redirectUri)) {
    throw badRequest('redirect_uri', 'is not registered for this client, letter by letter');
  }
  const back = (values: Record<string, string>) => {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    if (request.state !== undefined) url.searchParams.set('state', request.state);
    url.searchParams.set('iss', ctx.app.settings.GUILDHALL_URL);
    return { redirectTo: url.toString() };
  };
  const refuseBack = (error: OAuthErrorCode, description: string) => back({ error, error_description: description });
  if (request.response_type !== 'code') return refuseBack('unsupported_response_type', 'Only code.');
  if (!client.grants.includes('authorization_code')) {
    return refuseBack('unauthorized_client', 'This client may not use authorization_code.');
  }
  const challenge = request.code_challenge ?? '';
  if (request.code_challenge_method !== 'S256' || !/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    return refuseBack('invalid_request', 'PKCE is needed: code_challenge with code_challenge_method=S256.');
  }
  // Allowed without asking the person anew, so never more than their own affairs, whatever the client may do by itself.
  const scopes = scopesOf(request.scope, personScopes(client.scopes));
  if (isRefusal(scopes)) return refuseBack(scopes.refused, scopes.description);
  if (scopes.length === 0) return refuseBack('invalid_scope', 'This client may not act for people.');
  const { actor } = ctx;
  if (actor.kind !== 'user') return { redirectTo: signInFirst(request) };
  // A code made with an app's own token would let the app widen its scopes by itself.
  if (actor.scopes !== null) return refuseBack('access_denied', 'Only a person in a browser can allow this.');
  const { userId, sessionId } = actor;
  const code = await issueCode(ctx, {
    clientId: client.id,
    userId,
    sessionId,
    redirectUri,
    codeChallenge: challenge,
    scopes,
  });
  return back({ code });
}

function signInFirst(request: AuthorizeRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request)) if (typeof value === 'string') query.set(name, value);
  return `/signin?${new URLSearchParams({ callbackUrl: `/api/oauth/authorize?${query}` })}`;
}

const badRequest = (parameter: string, message: string) =>
  new AppError('invalid_request', `The parameter ${parameter} ${message}.`, {
    errors: [{ path: `query.${parameter}`, message }],
  });
