import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { endSessions } from '../commands/sessions.ts';
import { isScope, type Scope } from '../permissions.ts';
import { refreshTokenMs } from '../rules.ts';
import { newSecret, sha256 } from '../secrets.ts';
import { isRefusal, type OAuthRefusal, refuse } from './answer.ts';
import type { Client } from './clients.ts';
import { type Granted, personScopes, scopesOf, type TokenRequest } from './grant.ts';

export async function issueRefreshToken(
  tx: TxCtx,
  { clientId, sessionId, scopes }: { clientId: string; sessionId: string; scopes: Scope[] },
): Promise<string> {
  const token = newSecret();
  const now = tx.now();
  await tx.sql`
    insert into oauth_refresh_tokens (token_hash, client_id, session_id, scopes, created_at, expires_at)
    values (${sha256(token)}, ${clientId}, ${sessionId}, ${scopes}::text[], ${now.toISOString()},
      ${new Date(now.getTime() + refreshTokenMs).toISOString()})`;
  return token;
}

interface RefreshRow {
  client_id: string;
  session_id: string;
  user_id: string;
  scopes: string[];
  used: boolean;
  usable: boolean;
}

const badToken = 'The refresh token is not valid, or not any more.';

/**
 * Changes a refresh token for the next one. A token that comes a second time is in two hands, and nobody can tell which is
 * the thief's: the whole family (the session) ends. There is no time of grace in which both would go on; an app sends one
 * refresh at a time. Of two at once the second waits for the first, finds the token used, and ends what the first got.
 */
export async function rotateRefreshToken(
  ctx: Ctx,
  client: Client,
  request: TokenRequest,
): Promise<Granted | OAuthRefusal> {
  const token = request.refresh_token;
  if (!token) return refuse('invalid_request', 'refresh_token is missing.');
  return inTransaction(ctx, async (tx) => {
    const row = await lockToken(tx, token);
    if (!row || row.client_id !== client.id) return refuse('invalid_grant', badToken);
    if (row.used) {
      await endSessions(tx, [row.session_id], 'token-reused');
      return refuse('invalid_grant', badToken);
    }
    if (!row.usable) return refuse('invalid_grant', badToken);
    const held = personScopes(row.scopes.filter(isScope));
    // Narrower for this access token only: the next refresh may ask for all of it again.
    const scopes = scopesOf(request.scope, held);
    if (isRefusal(scopes)) return scopes;
    const now = tx.now().toISOString();
    await tx.sql`update oauth_refresh_tokens set used_at = ${now} where token_hash = ${sha256(token)}`;
    await tx.sql`update sessions set last_seen_at = ${now} where id = ${row.session_id}`;
    const next = await issueRefreshToken(tx, { clientId: client.id, sessionId: row.session_id, scopes: held });
    return { userId: row.user_id, sessionId: row.session_id, scopes, refreshToken: next };
  });
}

async function lockToken(tx: TxCtx, token: string): Promise<RefreshRow | null> {
  const now = tx.now().toISOString();
  const [row] = await tx.sql<RefreshRow[]>`
    select t.client_id, t.session_id, s.user_id, t.scopes, t.used_at is not null as used,
      t.expires_at > ${now} and s.expires_at > ${now} and s.ended_at is null and u.disabled_at is null as usable
    from oauth_refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id
    where t.token_hash = ${sha256(token)} for update of t`;
  return row ?? null;
}
