import type { PendingQuery, Row } from 'postgres';
import type { Queryable } from '#db/client.ts';
import type { Ctx } from '#server/context/context.ts';
import { requirePerson } from '../commands/sessions.ts';
import { isScope, type Scope } from '../permissions.ts';

export interface ConsentView {
  clientId: string;
  name: string;
  scopes: Scope[];
  givenAt: string;
  /** null for an app that never came back, or that is out again. */
  lastUsedAt: string | null;
}

/** The apps that the caller lets act for them, the newest first. Few, so not paged. */
export async function listConsents(ctx: Ctx): Promise<ConsentView[]> {
  const { userId } = requirePerson(ctx);
  const rows = await ctx.sql<(Omit<ConsentView, 'scopes'> & { scopes: string[] })[]>`
    select c.client_id as "clientId", o.name, c.scopes, c.given_at as "givenAt",
      (select max(s.last_seen_at) from sessions s
       where s.id in (${sessionsOfApp(ctx.sql, userId, ctx.sql`c.client_id`)}) and s.ended_at is null) as "lastUsedAt"
    from oauth_consents c join oauth_clients o on o.id = c.client_id
    where c.user_id = ${userId} order by c.given_at desc, c.client_id limit 200`;
  return rows.map((row) => ({
    ...row,
    scopes: row.scopes.filter(isScope),
    givenAt: new Date(row.givenAt).toISOString(),
    lastUsedAt: row.lastUsedAt && new Date(row.lastUsedAt).toISOString(),
  }));
}

/**
 * Ids of the sessions that an app has got from a person, as a subquery: by the code that each began with, which is kept for a
 * day, and by the refresh tokens that it lives on since.
 */
export const sessionsOfApp = (sql: Queryable, userId: string, clientId: string | PendingQuery<Row[]>) => sql`
  select k.issued_session_id from oauth_codes k
  where k.user_id = ${userId} and k.client_id = ${clientId} and k.issued_session_id is not null
  union
  select r.session_id from oauth_refresh_tokens r join sessions own on own.id = r.session_id
  where own.user_id = ${userId} and r.client_id = ${clientId}`;

/** Whether the person has allowed the client all of these scopes before. */
export async function hasConsented(ctx: Ctx, userId: string, clientId: string, scopes: Scope[]): Promise<boolean> {
  const rows = await ctx.sql`
    select 1 from oauth_consents
    where user_id = ${userId} and client_id = ${clientId} and scopes @> ${scopes}::text[]`;
  return rows.length > 0;
}
