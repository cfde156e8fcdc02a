import type { Ctx } from '#server/context/context.ts';
import { houseCurrency } from '#server/ledger/rules.ts';
import type { ConsoleOverview } from './shapes.ts';

/** How many of each are given one by one; the counts are of all. */
const mostParts = 5;

export interface MoneyOverview {
  needs: Pick<ConsoleOverview['needs'], 'stuckSagas' | 'failedRefunds' | 'discrepancies'>;
  today: Pick<ConsoleOverview['today'], 'takings' | 'takingsWeekAgo' | 'orders' | 'ordersInFlight'>;
}

export async function moneyOverview(ctx: Ctx): Promise<MoneyOverview> {
  const [stuckSagas, failedRefunds, discrepancies, takings, orders] = await Promise.all([
    stuck(ctx),
    refundsThatFailed(ctx),
    openDiscrepancies(ctx),
    takingsOf(ctx),
    countOrders(ctx),
  ]);
  return { needs: { stuckSagas, failedRefunds, discrepancies }, today: { ...takings, ...orders } };
}

async function stuck({ sql }: Ctx): Promise<MoneyOverview['needs']['stuckSagas']> {
  const rows = await sql<{ id: string; type: string; subjectId: string; step: string; at: string; count: number }[]>`
    select s.id, s.type, s.subject_id as "subjectId", s.updated_at as at, count(*) over ()::int as count,
      (select t.name from saga_steps t where t.saga_id = s.id and t.position = s.step) as step
    from sagas s where s.status = 'stuck' order by s.updated_at limit ${mostParts}`;
  return {
    count: rows[0]?.count ?? 0,
    oldest: rows.map(({ count: _, at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
  };
}

/** Those that nobody has asked for again since. */
async function refundsThatFailed({ sql }: Ctx): Promise<MoneyOverview['needs']['failedRefunds']> {
  const rows = await sql<
    { paymentId: string; number: string; amount: number; currency: string; at: string; count: number }[]
  >`
    select r.payment_id as "paymentId", p.number, r.amount, r.currency, r.updated_at as at, count(*) over ()::int as count
    from refunds r join payments p on p.id = r.payment_id
    where r.status = 'failed' and not exists (
      select from refunds later
      where later.payment_id = r.payment_id and later.created_at > r.created_at and later.status <> 'failed')
    order by r.updated_at limit ${mostParts}`;
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

/** What the invariant monitor found and has not seen come right, the worst first. */
async function openDiscrepancies({ sql }: Ctx): Promise<MoneyOverview['needs']['discrepancies']> {
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
    order by array_position(array['critical', 'high', 'medium', 'low'], severity::text), first_seen_at limit ${mostParts}`;
  return {
    count: rows[0]?.count ?? 0,
    worst: rows.map(({ count: _, at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
  };
}

/**
 * What was paid for orders, invoices and as donations since midnight UTC, and on the same weekday last week until the same
 * time. Money that members put on their accounts or owe is not taken.
 */
async function takingsOf({ sql }: Ctx): Promise<Pick<MoneyOverview['today'], 'takings' | 'takingsWeekAgo'>> {
  // A card is settled or given up within days, and what comes by bank is written down when it has come: older ones are not looked at.
  const [row] = await sql<{ today: string; weekAgo: string }[]>`
    select coalesce(sum(amount) filter (where settled_at >= date_trunc('day', now())), 0) as today,
      coalesce(sum(amount) filter (where settled_at >= date_trunc('day', now()) - interval '7 days'
        and settled_at < now() - interval '7 days'), 0) as "weekAgo"
    from payments
    where created_at >= now() - interval '45 days' and settled_at is not null and currency = ${houseCurrency}
      and status in ('succeeded', 'refunded', 'partially_refunded') and purpose in ('order', 'invoice', 'donation')`;
  const money = (amount: string | undefined) => ({ amount: Number(amount ?? 0), currency: houseCurrency });
  return { takings: money(row?.today), takingsWeekAgo: money(row?.weekAgo) };
}

async function countOrders({ sql }: Ctx): Promise<Pick<MoneyOverview['today'], 'orders' | 'ordersInFlight'>> {
  const [row] = await sql<{ orders: number; inFlight: number }[]>`
    select (select count(*)::int from orders where created_at >= date_trunc('day', now())) as orders,
      (select count(*)::int from orders where finished_at is null) as "inFlight"`;
  return { orders: row?.orders ?? 0, ordersInFlight: row?.inFlight ?? 0 };
}
