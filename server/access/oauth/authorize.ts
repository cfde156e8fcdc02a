import { type Ctx, inTransaction } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { giveConsent, refuseConsent } from '../commands/consents.ts';
import type { Scope } from '../permissions.ts';
import { hasConsented } from '../queries/consents.ts';
import { isRefusal, type OAuthErrorCode } from './answer.ts';
import { type Client, findOAuthClient } from './clients.ts';
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

/** Where the browser goes next. */
export interface Onward {
  redirectTo: string;
}

/** What an app asks for, checked. */
interface Asked {
  client: Client;
  scopes: Scope[];
  redirectUri: string;
  codeChallenge: string;
  /** Back to the app with these values. */
  back(values: Record<string, string>): Onward;
}

/** What the person is asked. */
export interface ConsentQuestion {
  clientName: string;
  scopes: Scope[];
  redirectUri: string;
}

const isOnward = (value: object): value is Onward => 'redirectTo' in value;

/**
 * The authorization endpoint, for a browser: where to send it. Nobody signed in: to the sign-in page, and back. A person: to
 * the page that asks them, or back to the app with a code where they said yes before. An unknown client or a redirect URI
 * that is not registered letter by letter is told to the person and never redirected to; every other mistake goes back
 * to the app.
 * @throws AppError `invalid_request`
 */
export async function authorize(ctx: Ctx, request: AuthorizeRequest): Promise<Onward> {
  const asked = await readRequest(ctx, request);
  if (isOnward(asked)) return asked;
  const { actor } = ctx;
  if (actor.kind !== 'user') {
    const callbackUrl = `/api/oauth/authorize?${queryOf(request)}`;
    return { redirectTo: `/signin?${new URLSearchParams({ callbackUrl })}` };
  }
  // A code made with an app's own token would let the app widen its scopes by itself.
  if (actor.scopes !== null) return refuseBack(asked, 'access_denied', onlyInBrowser);
  const remembered = isProvable(asked) && (await hasConsented(ctx, actor.userId, asked.client.id, asked.scopes));
  if (!remembered) return { redirectTo: `/authorize?${queryOf(request)}` };
  return sendCode(ctx, asked, actor);
}

/** What the page asks the person, or where to send them instead. @throws as `authorize` */
export async function consentQuestion(ctx: Ctx, request: AuthorizeRequest): Promise<ConsentQuestion | Onward> {
  const asked = await readRequest(ctx, request);
  if (isOnward(asked)) return asked;
  return { clientName: asked.client.name, scopes: asked.scopes, redirectUri: asked.redirectUri };
}

/**
 * The person's answer, by the page that asked: back to the app with a code, or with `access_denied`.
 * @throws as `authorize`; AppError `forbidden` for whoever is no person in a browser
 */
export async function decide(ctx: Ctx, request: AuthorizeRequest, decision: 'allow' | 'refuse'): Promise<Onward> {
  const { actor } = ctx;
  if (actor.kind !== 'user' || actor.scopes !== null) throw new AppError('forbidden', onlyInBrowser);
  const asked = await readRequest(ctx, request);
  if (isOnward(asked)) return asked;
  const user = { id: actor.userId, memberId: actor.memberId };
  const subject = { user, clientId: asked.client.id, scopes: asked.scopes };
  return inTransaction(ctx, async (tx) => {
    if (decision === 'refuse') {
      await refuseConsent(tx, subject);
      return refuseBack(asked, 'access_denied', 'The person said no.');
    }
    await giveConsent(tx, subject);
    return sendCode(tx, asked, actor);
  });
}

async function readRequest(ctx: Ctx, request: AuthorizeRequest): Promise<Asked | Onward> {
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
  if (request.response_type !== 'code') return refuseBack({ back }, 'unsupported_response_type', 'Only code.');
  if (!client.grants.includes('authorization_code')) {
    return refuseBack({ back }, 'unauthorized_client', 'This client may not use authorization_code.');
  }
  const codeChallenge = request.code_challenge ?? '';
  if (request.code_challenge_method !== 'S256' || !/^[A-Za-z0-9_-]{43}$/.test(codeChallenge)) {
    const description = 'PKCE is needed: code_challenge with code_challenge_method=S256.';
    return refuseBack({ back }, 'invalid_request', description);
  }
  // Never more than their own affairs, whatever the client may do by itself.
  const scopes = scopesOf(request.scope, personScopes(client.scopes));
  if (isRefusal(scopes)) return refuseBack({ back }, scopes.refused, scopes.description);
  if (scopes.length === 0) return refuseBack({ back }, 'invalid_scope', 'This client may not act for people.');
  return { client, scopes, redirectUri, codeChallenge, back };
}

const refuseBack = ({ back }: Pick<Asked, 'back'>, error: OAuthErrorCode, description: string) =>
  back({ error, error_description: description });

async function sendCode(
  ctx: Ctx,
  asked: Asked,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<Onward> {
  const { client, redirectUri, codeChallenge, scopes } = asked;
  return asked.back({
    code: await issueCode(ctx, { clientId: client.id, userId, sessionId, redirectUri, codeChallenge, scopes }),
  });
}

/**
 * Whether only this client can receive what is sent back. Another app on the same device can take a scheme of its own or a
 * local port and the name of a client without a secret: for those the person is asked each time (RFC 8252, 8.6).
 */
const isProvable = ({ client, redirectUri }: Asked) =>
  client.secretHash !== null || new URL(redirectUri).protocol === 'https:';

const onlyInBrowser = 'Only a person in a browser can allow this.';

const names = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
] as const;

function queryOf(request: AuthorizeRequest): URLSearchParams {
  return new URLSearchParams(
    names.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]] as [string, string]])),
  );
}

const badRequest = (parameter: string, message: string) =>
  new AppError('invalid_request', `The parameter ${parameter} ${message}.`, {
    errors: [{ path: `query.${parameter}`, message }],
  });
