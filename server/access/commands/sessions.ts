import { v7 as uuidv7, validate } from 'uuid';
import { obtainUnlessDestroyed, sealAddress } from '#server/audit/address.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { type EndReason, personOf, sessionStream } from '../events.ts';
import { announce, type SessionKind } from '../live.ts';
import { isRole, type Role } from '../permissions.ts';
import { sessionMs } from '../rules.ts';

export interface SessionUser {
  id: string;
  memberId: string | null;
  roles: Role[];
}

/** The caller's address as it stands in events. */
export async function addressOf(ctx: Ctx) {
  const address = await sealAddress(ctx);
  return { address: address?.sealed ?? null, addressSubjectId: address?.subjectId ?? null };
}

/** The same transaction, in the name of a person who has just proved who they are. */
const asUser = (tx: TxCtx, user: SessionUser, sessionId: string): TxCtx => ({
  ...tx,
  actor: {
    kind: 'user',
    userId: user.id,
    memberId: user.memberId,
    roles: user.roles,
    sessionId,
    scopes: null,
  },
});

const longestUserAgent = 300;

/** A field of its own: sealed as `address` it would open in the place of the member's postal address. */
export const sessionAddressField = 'sessionAddress';

/** The caller's address as it stands in the session, under the same key. */
async function sessionAddressOf(ctx: Ctx, user: SessionUser): Promise<string | null> {
  if (ctx.sourceAddress === null) return null;
  const key = await obtainUnlessDestroyed(ctx.app, ctx.sql, user.memberId ?? user.id);
  return key && seal(key, sessionAddressField, ctx.sourceAddress);
}

/** Signs a device in: row, event, audit entry. Gives the session's id. */
export async function startSession(tx: TxCtx, user: SessionUser, kind: SessionKind): Promise<string> {
  const id = uuidv7();
  const own = asUser(tx, user, id);
  const from = await addressOf(own);
  const now = tx.now();
  await tx.sql`
    insert into sessions (id, user_id, kind, user_agent, address_sealed, created_at, last_seen_at, expires_at)
    values (${id}, ${user.id}, ${kind}, ${tx.userAgent?.slice(0, longestUserAgent) ?? null},
      ${await sessionAddressOf(own, user)},
      ${now.toISOString()}, ${now.toISOString()}, ${new Date(now.getTime() + sessionMs).toISOString()})`;
  await append(own, sessionStream(id), 'new', [
    { type: 'session.started', data: { ...personOf(user), sessionId: id, kind, ...from } },
  ]);
  await writeAudit(own, {
    action: 'session.start',
    resourceType: 'session',
    resourceId: id,
    subjectId: user.memberId ?? user.id,
  });
  return id;
}

interface EndedRow {
  id: string;
  user_id: string;
  member_id: string | null;
}

/** Ends the sessions that are named, if they are not ended yet, in every process at once. Gives how many it ended. */
export async function endSessions(tx: TxCtx, ids: readonly string[], reason: EndReason): Promise<number> {
  if (ids.length === 0) return 0;
  const ended = await tx.sql<EndedRow[]>`
    update sessions s set ended_at = ${tx.now().toISOString()}, ended_reason = ${reason}
    from users u where u.id = s.user_id and s.id = any(${[...ids]}::uuid[]) and s.ended_at is null
    returning s.id, s.user_id, u.member_id`;
  const from = ended.length > 0 ? await addressOf(tx) : null;
  for (const row of ended) {
    await append(tx, sessionStream(row.id), 'any', [
      {
        type: 'session.ended',
        data: { ...personOf({ id: row.user_id, memberId: row.member_id }), sessionId: row.id, reason, ...from },
      },
    ]);
    await writeAudit(tx, { action: 'session.end', resourceType: 'session', resourceId: row.id, reason });
    await announce(tx, `session:${row.id}`);
  }
  return ended.length;
}

/** Ends all of a user's sessions but, if one is named, the one that asks. */
export async function endAllSessions(
  tx: TxCtx,
  userId: string,
  reason: EndReason,
  except: string | null = null,
): Promise<number> {
  const rows = await tx.sql<{ id: string }[]>`
    select id from sessions where user_id = ${userId} and ended_at is null and id is distinct from ${except}::uuid
    order by id for update`;
  return endSessions(
    tx,
    rows.map((row) => row.id),
    reason,
  );
}

/** One's own device. @throws AppError `not_found` for one that is not there, ended, or not the caller's. */
export async function endOwnSession(ctx: Ctx, id: string): Promise<void> {
  const { userId, sessionId } = requirePerson(ctx);
  await inTransaction(ctx, async (tx) => {
    const [row] = await tx.sql`select 1 from sessions where id = ${id} and user_id = ${userId} and ended_at is null`;
    if (!row) throw notFound();
    await endSessions(tx, [id], id === sessionId ? 'signed-out' : 'ended-by-user');
  });
}

/** Signing out, by the cookie's session: harmless when it is over already. */
export async function endSignedOut(ctx: Ctx, sessionId: string): Promise<void> {
  if (!validate(sessionId)) return;
  await inTransaction(ctx, async (tx) => {
    const [row] = await tx.sql<{ id: string; memberId: string | null; roles: string[] }[]>`
      select u.id, u.member_id as "memberId", u.roles from sessions s join users u on u.id = s.user_id
      where s.id = ${sessionId}`;
    if (!row) return;
    await endSessions(asUser(tx, { ...row, roles: row.roles.filter(isRole) }, sessionId), [sessionId], 'signed-out');
  });
}

/** All of one's devices but this one. */
export async function endOtherSessions(ctx: Ctx): Promise<{ ended: number }> {
  const { userId, sessionId } = requirePerson(ctx);
  return inTransaction(ctx, async (tx) => ({ ended: await endAllSessions(tx, userId, 'ended-by-user', sessionId) }));
}

/** @throws AppError `unauthenticated` for nobody, `forbidden` for a machine or a token without the scope. */
export function requirePerson(ctx: Ctx) {
  requirePermission(ctx, 'self');
  if (ctx.actor.kind !== 'user') throw new AppError('forbidden', 'This is for people, not for machines.');
  return ctx.actor;
}

/** Whether this person themselves ask, in a browser: an app that acts for them is not meant. */
export const isBrowserOf = ({ actor }: Ctx, userId: string) =>
  actor.kind === 'user' && actor.userId === userId && actor.scopes === null;
