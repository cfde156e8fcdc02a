import type { Ctx } from '#server/context/context.ts';

/** How many members wait for an answer, and since when. */
export async function openHelpRequests(ctx: Ctx): Promise<{ open: number; oldestAt: string | null }> {
  const [row] = await ctx.sql<{ open: number; oldestAt: string | null }[]>`
    select count(*)::int as open, min(created_at) as "oldestAt" from help_requests where status = 'open'`;
  return { open: row?.open ?? 0, oldestAt: row?.oldestAt ? new Date(row.oldestAt).toISOString() : null };
}
