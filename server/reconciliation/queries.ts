import type { Queryable } from '#db/client.ts';

/** What was found and has not been seen to come right, the worst first: at most `limit`, and how many in all. */
export async function openDiscrepancies(sql: Queryable, limit: number) {
  const rows = await sql<
    {
      id: string;
      kind: string;
      orderId: string | null;
      paymentId: string | null;
      memberId: string | null;
      at: string;
      count: number;
    }[]
  >`
    select id, kind, order_id as "orderId", payment_id as "paymentId", member_id as "memberId", first_seen_at as at,
      count(*) over ()::int as count
    from discrepancies where status = 'open'
    order by array_position(array['critical', 'high', 'medium', 'low'], severity::text), first_seen_at limit ${limit}`;
  return {
    count: rows[0]?.count ?? 0,
    worst: rows.map(({ count: _, at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
  };
}
