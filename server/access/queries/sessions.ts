import type { App } from '#server/context/app.ts';
import type { Ctx } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { requirePerson, sessionAddressField } from '../commands/sessions.ts';
import type { EndReason } from '../events.ts';
import type { SessionKind } from '../live.ts';
import { idleMsOf } from '../rules.ts';
import { sessionIdOf } from '../session-cookie.ts';

export interface SessionView {
  id: string;
  kind: SessionKind;
  userAgent: string | null;
  /** Where it was signed in from. One's own, so in the clear. */
  address: string | null;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  /** The device that asks. */
  current: boolean;
}

interface Row {
  id: string;
  kind: SessionKind;
  user_agent: string | null;
  address_sealed: string | null;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
}

/** The devices that the caller is signed in on, the one seen last first. Few, so not paged. */
export async function listSessions(ctx: Ctx): Promise<SessionView[]> {
  const { userId, memberId, sessionId, roles } = requirePerson(ctx);
  const now = ctx.now();
  const idleSince = new Date(now.getTime() - idleMsOf(roles)).toISOString();
  const rows = await ctx.sql<Row[]>`
    select id, kind, user_agent, address_sealed, created_at, last_seen_at, expires_at from sessions
    where user_id = ${userId} and ended_at is null and expires_at > ${now.toISOString()} and last_seen_at > ${idleSince}
    order by last_seen_at desc, id desc limit 200`;
  const key = await ctx.app.dataKeys.find(ctx.sql, memberId ?? userId);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    userAgent: row.user_agent,
    address: openOrNull(key, sessionAddressField, row.address_sealed),
    createdAt: new Date(row.created_at).toISOString(),
    lastSeenAt: new Date(row.last_seen_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
    current: row.id === sessionId,
  }));
}

/** Every session of a member's that there is still a record of, the first one first; addresses in the clear. */
export async function pastSessionsOf(ctx: Ctx, memberId: string) {
  const rows = await ctx.sql<
    {
      kind: SessionKind;
      userAgent: string | null;
      addressSealed: string | null;
      createdAt: string;
      lastSeenAt: string;
      endedAt: string | null;
      endedReason: EndReason | null;
    }[]
  >`
    select s.kind, s.user_agent as "userAgent", s.address_sealed as "addressSealed", s.created_at as "createdAt",
      s.last_seen_at as "lastSeenAt", s.ended_at as "endedAt", s.ended_reason as "endedReason"
    from sessions s join users u on u.id = s.user_id where u.member_id = ${memberId} order by s.created_at`;
  const key = await ctx.app.dataKeys.find(ctx.sql, memberId);
  return rows.map(({ addressSealed, ...session }) => ({
    ...session,
    address: openOrNull(key, sessionAddressField, addressSealed),
    createdAt: new Date(session.createdAt).toISOString(),
    lastSeenAt: new Date(session.lastSeenAt).toISOString(),
    endedAt: session.endedAt && new Date(session.endedAt).toISOString(),
  }));
}

/**
 * Why the session of this `Cookie` header ended; null for none, for one that lives, and for one that only ran out. Its cookie
 * proves that whoever asks was signed in with it.
 */
export async function endOfSession(
  app: App,
  cookieHeader: string | null,
): Promise<{ reason: EndReason; at: string } | null> {
  const sessionId = await sessionIdOf(app, cookieHeader);
  if (sessionId === null) return null;
  const [row] = await app.database.sql<{ reason: EndReason | null; at: string | null }[]>`
    select ended_reason as reason, ended_at as at from sessions where id = ${sessionId}`;
  return row?.reason && row.at ? { reason: row.reason, at: new Date(row.at).toISOString() } : null;
}

export interface AppGrant {
  client: string;
  scopes: string[];
  sessionId: string;
  grantedAt: string;
  lastUsedAt: string | null;
  endsAt: string;
}

/** The apps that a member let in, by session; also those that are out again. */
export async function appGrantsOf(ctx: Ctx, memberId: string): Promise<AppGrant[]> {
  const iso = (value: string) => new Date(value).toISOString();
  const rows = await ctx.sql<AppGrant[]>`
    select c.name as client, t.scopes, t.session_id as "sessionId", min(t.created_at) as "grantedAt",
      max(t.used_at) as "lastUsedAt", max(t.expires_at) as "endsAt"
    from users u join sessions s on s.user_id = u.id join oauth_refresh_tokens t on t.session_id = s.id
      join oauth_clients c on c.id = t.client_id
    where u.member_id = ${memberId} group by c.name, t.scopes, t.session_id order by min(t.created_at)`;
  return rows.map((row) => ({
    ...row,
    grantedAt: iso(row.grantedAt),
    lastUsedAt: row.lastUsedAt && iso(row.lastUsedAt),
    endsAt: iso(row.endsAt),
  }));
}
