import { recordRefusal, recordRepeated } from '#server/audit/commands.ts';
import type { Ctx } from '#server/context/context.ts';
import { signAccessToken } from '../access-token.ts';
import { accessTokenSeconds } from '../rules.ts';
import { isRefusal, type OAuthRefusal, refuse, type TokenAnswer } from './answer.ts';
import { type Client, credentialsOf, findOAuthClient, grants, isClientSecret } from './clients.ts';
import { exchangeCode } from './codes.ts';
import { type Granted, scopesOf, type TokenRequest } from './grant.ts';
import { rotateRefreshToken } from './refresh.ts';

/** The token endpoint (RFC 6749). Refusals are values, so that a family ended because of one stays ended. */
export async function issueTokens(
  ctx: Ctx,
  request: TokenRequest,
  authorization: string | null,
): Promise<TokenAnswer | OAuthRefusal> {
  const grant = grants.find((name) => name === request.grant_type);
  if (!request.grant_type) return refuse('invalid_request', 'grant_type is missing.');
  if (!grant) return refuse('unsupported_grant_type', `Use one of ${grants.join(', ')}.`);
  const client = await identify(ctx, request, authorization);
  if (isRefusal(client)) return client;
  if (!client.grants.includes(grant)) return refuse('unauthorized_client', `This client may not use ${grant}.`);
  const granted = await (grant === 'client_credentials'
    ? ofClient(client, request)
    : grant === 'authorization_code'
      ? exchangeCode(ctx, client, request)
      : rotateRefreshToken(ctx, client, request));
  if (isRefusal(granted)) return granted;
  const { userId, sessionId, scopes } = granted;
  // In the client's name: it has just proved who it is.
  const inItsName: Ctx = { ...ctx, actor: { kind: 'client', clientId: client.id, scopes } };
  await recordRepeated(inItsName, { action: 'token.issue', resourceType: 'client', resourceId: client.id });
  return {
    access_token: await signAccessToken(ctx.app, { clientId: client.id, userId, sessionId, scopes }, ctx.now()),
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
    scope: scopes.join(' '),
    ...(granted.refreshToken === null ? {} : { refresh_token: granted.refreshToken }),
  };
}

async function identify(ctx: Ctx, request: TokenRequest, authorization: string | null): Promise<Client | OAuthRefusal> {
  const credentials = credentialsOf(authorization, request);
  if (isRefusal(credentials)) return credentials;
  const client = await findOAuthClient(ctx, credentials.id);
  if (client && (await isClientSecret(client, credentials.secret))) return client;
  await recordRefusal(ctx, {
    action: 'token.issue',
    resourceType: 'client',
    resourceId: client?.id ?? null,
    reason: client ? 'secret' : 'unknown or disabled client',
  });
  return refuse('invalid_client', 'The client is not known, is disabled, or its secret is not right.');
}

function ofClient(client: Client, request: TokenRequest): Granted | OAuthRefusal {
  const scopes = scopesOf(request.scope, client.scopes);
  return isRefusal(scopes) ? scopes : { userId: null, sessionId: null, scopes, refreshToken: null };
}
