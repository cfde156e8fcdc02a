import type { Queryable } from '#db/client.ts';
import { houseCurrency } from '#server/ledger/rules.ts';

/**
 * What was paid for orders, invoices and as donations since midnight UTC, less what was given back of such payments
 * meanwhile (`givenBack`), and the same on the same weekday last week until the same time. Money that members put on their
 * accounts or owe is not taken.
 */
export async function takings(sql: Queryable) {
  // A card is settled or given up within days, and what comes by bank is written down when it has come: older ones are not looked at.
  const [row] = await sql<{ today: string; weekAgo: string; givenBack: string }[]>`
    with moved as (
      select amount, settled_at as at, currency, purpose from payments
      where created_at >= now() - interval '45 days' and settled_at is not null
        and status in ('succeeded', 'refunded', 'partially_refunded')
      union all
      select -r.amount, r.updated_at, r.currency, p.purpose from refunds r join payments p on p.id = r.payment_id
      where r.status = 'succeeded' and r.updated_at >= date_trunc('day', now()) - interval '7 days')
    select coalesce(sum(amount) filter (where at >= date_trunc('day', now())), 0) as today,
      coalesce(sum(amount) filter (where at >= date_trunc('day', now()) - interval '7 days'
        and at < now() - interval '7 days'), 0) as "weekAgo",
      coalesce(-sum(amount) filter (where at >= date_trunc('day', now()) and amount < 0), 0) as "givenBack"
    from moved where currency = ${houseCurrency} and purpose in ('order', 'invoice', 'donation')`;
  const money = (amount: string | undefined) => ({ amount: Number(amount ?? 0), currency: houseCurrency });
  return { takings: money(row?.today), takingsWeekAgo: money(row?.weekAgo), givenBack: money(row?.givenBack) };
}

/**
 * Refunds that failed and were not made good, the longest first: at most `limit`, and how many in all. What is asked for after
 * one has failed makes it good when it is as much as has failed since.
 */
export async function failedRefunds(sql: Queryable, limit: number) {
  const rows = await sql<
    { paymentId: string; number: string; amount: number; currency: string; at: string; count: number }[]
  >`
    select r.payment_id as "paymentId", p.number, r.amount, r.currency, r.updated_at as at, count(*) over ()::int as count
    from refunds r join payments p on p.id = r.payment_id
    where r.status = 'failed' and p.refunds_asked < p.amount and (
      select coalesce(sum(other.amount) filter (where other.status <> 'failed' and other.created_at > r.updated_at), 0)
        < sum(other.amount) filter (where other.status = 'failed' and (other.updated_at, other.id) >= (r.updated_at, r.id))
      from refunds other where other.payment_id = r.payment_id)
    order by r.updated_at limit ${limit}`;
  return {
    count: rows[0]?.count ?? 0,
    oldest: rows.map(({ paymentId, number, amount, currency, at }) => ({
      paymentId,
      number,
      amount: { amount, currency },
      at: new Date(at).toISOString(),
    })),
  };
}

/** Payments and refunds that the gateway should have answered by now: one that was asked for this moment is on its way. */
export async function waitingAtGateway(sql: Queryable): Promise<number> {
  const [row] = await sql<{ waiting: number }[]>`
    select (select count(*) from payments
        where settled_at is null and status in ('initiated', 'unknown') and method = 'card'
          and created_at < now() - interval '10 seconds')::int
      + (select count(*) from refunds where status = 'requested' and created_at < now() - interval '10 seconds')::int as waiting`;
  return row?.waiting ?? 0;
}
