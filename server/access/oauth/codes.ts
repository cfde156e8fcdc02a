import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { endSessions, startSession } from '../commands/sessions.ts';
import { isRole, isScope, type Scope } from '../permissions.ts';
import { authorizationCodeMs } from '../rules.ts';
import { newSecret, sameText, sha256 } from '../secrets.ts';
import { type OAuthRefusal, refuse } from './answer.ts';
import type { Client } from './clients.ts';
import type { Granted, TokenRequest } from './grant.ts';
import { issueRefreshToken } from './refresh.ts';

export interface CodeRequest {
  clientId: string;
  userId: string;
  /** The browser session in which the person allowed it. */
  sessionId: string;
  redirectUri: string;
  codeChallenge: string;
  scopes: Scope[];
}

export async function issueCode(ctx: Ctx, request: CodeRequest): Promise<string> {
  const code = newSecret();
  await ctx.sql`
    insert into oauth_codes (code_hash, client_id, user_id, session_id, redirect_uri, code_challenge, scopes, expires_at)
    values (${sha256(code)}, ${request.clientId}, ${request.userId}, ${request.sessionId}, ${request.redirectUri},
      ${request.codeChallenge}, ${request.scopes}::text[],
      ${new Date(ctx.now().getTime() + authorizationCodeMs).toISOString()})`;
  return code;
}

interface CodeRow {
  client_id: string;
  user_id: string;
  redirect_uri: string;
  code_challenge: string;
  scopes: string[];
  used: boolean;
  expired: boolean;
  issued_session_id: string | null;
  member_id: string | null;
  roles: string[];
  alive: boolean;
}

const badCode = 'The code is not valid, or not any more.';

/**
 * Exchanges a code for a session of the app's own. The row is locked, so of two at once one wins; a code that comes a
 * second time was copied on its way, and what the first exchange gave is ended (RFC 6749, 4.1.2).
 */
export async function exchangeCode(ctx: Ctx, client: Client, request: TokenRequest): Promise<Granted | OAuthRefusal> {
  const { code, redirect_uri: redirectUri, code_verifier: verifier } = request;
  if (!code || !redirectUri || !verifier) {
    return refuse('invalid_request', 'code, redirect_uri and code_verifier are needed.');
  }
  return inTransaction(ctx, async (tx) => {
    const row = await lockCode(tx, code);
    if (!row || row.client_id !== client.id) return refuse('invalid_grant', badCode);
    if (row.used) {
      if (row.issued_session_id) await endSessions(tx, [row.issued_session_id], 'token-reused');
      return refuse('invalid_grant', badCode);
    }
    const proven = sameText(sha256(verifier), row.code_challenge);
    if (row.expired || !row.alive || row.redirect_uri !== redirectUri || !proven) {
      return refuse('invalid_grant', badCode);
    }
    const user = { id: row.user_id, memberId: row.member_id, roles: row.roles.filter(isRole) };
    const sessionId = await startSession(tx, user, 'mobile');
    await tx.sql`
      update oauth_codes set used_at = ${tx.now().toISOString()}, issued_session_id = ${sessionId}
      where code_hash = ${sha256(code)}`;
    const scopes = row.scopes.filter(isScope);
    const refreshToken = client.grants.includes('refresh_token')
      ? await issueRefreshToken(tx, { clientId: client.id, sessionId, scopes })
      : null;
    return { userId: user.id, sessionId, scopes, refreshToken };
  });
}

async function lockCode(tx: TxCtx, code: string): Promise<CodeRow | null> {
  const [row] = await tx.sql<CodeRow[]>`
    select c.client_id, c.user_id, c.redirect_uri, c.code_challenge, c.scopes, c.used_at is not null as used,
      c.expires_at <= ${tx.now().toISOString()} as expired, c.issued_session_id, u.member_id, u.roles,
      s.ended_at is null and u.disabled_at is null as alive
    from oauth_codes c join users u on u.id = c.user_id join sessions s on s.id = c.session_id
    where c.code_hash = ${sha256(code)} for update of c`;
  return row ?? null;
}
