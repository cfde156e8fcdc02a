import type { Queryable } from '#db/client.ts';

/** Orders placed since midnight UTC that did not fail, and how many of all have not come to their end. */
export async function countOrders(sql: Queryable): Promise<{ orders: number; ordersInFlight: number }> {
  const [row] = await sql<{ orders: number; inFlight: number }[]>`
    select (select count(*)::int from orders where created_at >= date_trunc('day', now()) and status <> 'failed') as orders,
      (select count(*)::int from orders where finished_at is null) as "inFlight"`;
  return { orders: row?.orders ?? 0, ordersInFlight: row?.inFlight ?? 0 };
}
