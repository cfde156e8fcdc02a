import type { Queryable } from '#db/client.ts';

/** Applications that nobody has decided on, or that need a second person. */
export async function waitingLoans(sql: Queryable): Promise<{ count: number; oldestAt: string | null }> {
  const [row] = await sql<{ count: number; oldestAt: string | null }[]>`
    select count(*)::int as count, min(created_at) as "oldestAt" from loans where status in ('applied', 'awaiting_second')`;
  return { count: row?.count ?? 0, oldestAt: row?.oldestAt ? new Date(row.oldestAt).toISOString() : null };
}
