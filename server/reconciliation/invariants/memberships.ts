import type { Invariant } from './invariant.ts';

/**
 * Every membership that has not ended rests on periods, every period that was paid for on an order, its payment and that
 * payment's entry in the books; and every plan that was bought has become a period. What was given or imported is exempt: its
 * origin says so.
 */
export const membershipInvariants: readonly Invariant[] = [
  {
    kind: 'membership_without_period',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select ms.id::text as key, ms.member_id as "memberId", null::uuid as "orderId", null::uuid as "paymentId",
        ms.id as "membershipId", null::bigint as amount, null::text as currency
      from memberships ms
      where ms.ended_at is null and ms.updated_at < ${settled}
        and not exists (select from membership_periods mp
          where mp.membership_id = ms.id and mp.voided_at is null and upper(mp.period) = ms.ends_on)`,
  },
  {
    // Money that went back whole leaves the days until then, and no more.
    kind: 'period_without_payment',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select mp.id::text as key, ms.member_id as "memberId", mp.order_id as "orderId", p.id as "paymentId",
        ms.id as "membershipId", mp.amount, mp.currency
      from membership_periods mp
      join memberships ms on ms.id = mp.membership_id
      join orders o on o.id = mp.order_id
      left join payments p on p.order_id = o.id and p.status in ('succeeded', 'partially_refunded', 'refunded')
      left join journal_entries e on e.payment_id = p.id and e.idempotency_key = 'payment:' || p.id::text and e.state = 'posted'
      where mp.origin = 'paid' and mp.voided_at is null and mp.created_at < ${settled}
        and (o.status <> 'completed'
          or (o.total > 0 and e.id is null)
          or exists (select from journal_entries r where r.reverses = e.id)
          or (p.status = 'refunded' and p.updated_at < ${settled}
            and upper(mp.period) > (${tx.now().toISOString()}::timestamptz at time zone 'UTC')::date))`,
  },
  {
    kind: 'order_without_period',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select o.id || ':' || i.line as key, o.member_id as "memberId", o.id as "orderId", null::uuid as "paymentId",
        null::uuid as "membershipId", i.amount, o.currency
      from orders o join order_items i on i.order_id = o.id
      where o.status = 'completed' and o.finished_at < ${settled}
        and i.kind = 'plan' and i.terms->>'kind' is distinct from 'credit'
        and not exists (select from membership_periods mp where mp.order_id = o.id and mp.line = i.line)`,
  },
];
