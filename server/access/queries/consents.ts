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
      (select max(s.last_seen_at) from oauth_codes k join sessions s on s.id = k.issued_session_id
       where k.user_id = c.user_id and k.client_id = c.client_id and s.ended_at is null) as "lastUsedAt"
    from oauth_consents c join oauth_clients o on o.id = c.client_id
    where c.user_id = ${userId} order by c.given_at desc, c.client_id limit 200`;
  return rows.map((row) => ({
    ...row,
    scopes: row.scopes.filter(isScope),
    givenAt: new Date(row.givenAt).toISOString(),
    lastUsedAt: row.lastUsedAt && new Date(row.lastUsedAt).toISOString(),
  }));
}

/** Whether the person has allowed the client all of these scopes before. */
export async function hasConsented(ctx: Ctx, userId: string, clientId: string, scopes: Scope[]): Promise<boolean> {
  const rows = await ctx.sql`
    select 1 from oauth_consents
    where user_id = ${userId} and client_id = ${clientId} and scopes @> ${scopes}::text[]`;
  return rows.length > 0;
}
