import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { personOf, userStream } from '../events.ts';
import type { Scope } from '../permissions.ts';
import { sessionsOfApp } from '../queries/consents.ts';
import { endSessions, requirePerson } from './sessions.ts';

interface Decision {
  user: { id: string; memberId: string | null };
  clientId: string;
  scopes: Scope[];
}

/** A person lets an app act for them, to the scopes that they were shown. */
export async function giveConsent(tx: TxCtx, { user, clientId, scopes }: Decision): Promise<void> {
  await tx.sql`
    insert into oauth_consents as c (user_id, client_id, scopes, given_at)
    values (${user.id}, ${clientId}, ${scopes}::text[], ${tx.now().toISOString()})
    on conflict (user_id, client_id) do update set given_at = excluded.given_at,
      scopes = (select array_agg(distinct one) from unnest(c.scopes || excluded.scopes) as one)`;
  await append(tx, userStream(user.id), 'any', [
    { type: 'consent.given', data: { ...personOf(user), clientId, scopes } },
  ]);
  await auditConsent(tx, 'consent.give', { user, clientId, scopes });
}

/** A person says no to an app. */
export const refuseConsent = (tx: TxCtx, decision: Decision) => auditConsent(tx, 'consent.refuse', decision);

/**
 * Takes an app's permission back: codes that wait are void, and everything that the app got ends at once.
 * @throws AppError `not_found` for an app that the caller did not let in
 */
export async function revokeConsent(ctx: Ctx, clientId: string): Promise<void> {
  const { userId, memberId } = requirePerson(ctx);
  const user = { id: userId, memberId };
  await inTransaction(ctx, async (tx) => {
    const [given] = await tx.sql<{ scopes: Scope[] }[]>`
      delete from oauth_consents where user_id = ${userId} and client_id = ${clientId} returning scopes`;
    if (!given) throw notFound();
    // Waits for an exchange that is under way, whose session is then among those that end.
    await tx.sql`
      update oauth_codes set expires_at = ${tx.now().toISOString()}
      where user_id = ${userId} and client_id = ${clientId} and used_at is null`;
    const issued = await tx.sql<{ id: string }[]>`
      select id from sessions where id in (${sessionsOfApp(tx.sql, userId, clientId)}) and ended_at is null`;
    await endSessions(
      tx,
      issued.map(({ id }) => id),
      'ended-by-user',
    );
    await append(tx, userStream(userId), 'any', [{ type: 'consent.revoked', data: { ...personOf(user), clientId } }]);
    await auditConsent(tx, 'consent.revoke', { user, clientId, scopes: given.scopes });
  });
}

/** For an account that changes hands: what its last holder allowed counts no more. The caller ends the sessions. */
export async function forgetConsents(tx: TxCtx, userId: string): Promise<void> {
  await tx.sql`delete from oauth_consents where user_id = ${userId}`;
}

const auditConsent = (tx: TxCtx, action: string, { user, clientId, scopes }: Decision) =>
  writeAudit(tx, {
    action,
    resourceType: 'client',
    resourceId: clientId,
    subjectId: user.memberId ?? user.id,
    after: { scopes },
  });
