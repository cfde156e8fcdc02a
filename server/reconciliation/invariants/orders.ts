import type { TxCtx } from '#server/context/context.ts';
import type { Invariant } from './invariant.ts';

const orderColumns = (tx: TxCtx) => tx.sql`
  o.id::text as key, o.member_id as "memberId", o.id as "orderId", null::uuid as "paymentId", null::uuid as "membershipId",
  o.total as amount, o.currency`;

/** Every completed order is paid, booked and delivered; nothing is booked or delivered for one that was given up. */
export const orderInvariants: readonly Invariant[] = [
  {
    kind: 'order_without_payment',
    severity: 'high',
    find: (tx, settled) => tx.sql`
      select ${orderColumns(tx)} from orders o
      where o.status = 'completed' and o.total > 0 and o.finished_at < ${settled}
        and not exists (select from payments p where p.order_id = o.id
          and p.status in ('succeeded', 'refunded', 'partially_refunded'))`,
  },
  {
    kind: 'order_without_sale',
    severity: 'high',
    find: (tx, settled) => tx.sql`
      select ${orderColumns(tx)} from orders o
      where o.status = 'completed' and o.total > 0 and o.finished_at < ${settled}
        and not exists (select from journal_entries e
          where e.order_id = o.id and e.idempotency_key = 'order:' || o.id::text || ':sale'
          and not exists (select from journal_entries b where b.reverses = e.id))`,
  },
  {
    kind: 'sale_without_order',
    severity: 'high',
    find: (tx, settled) => tx.sql`
      select ${orderColumns(tx)} from orders o
      where o.status in ('failed', 'cancelled') and o.finished_at < ${settled}
        and exists (select from journal_entries e
          where e.order_id = o.id and e.idempotency_key = 'order:' || o.id::text || ':sale' and not exists (select from journal_entries r where r.reverses = e.id))`,
  },
  {
    kind: 'order_without_delivery',
    severity: 'high',
    find: (tx, settled) => tx.sql`
      select ${orderColumns(tx)} from orders o
      where o.status = 'completed' and o.finished_at < ${settled}
        and ((o.ships and not exists (select from shipments s where s.order_id = o.id and s.status <> 'cancelled')
            and not exists (select from shipments s join payments p on p.order_id = s.order_id
              where s.order_id = o.id and s.status = 'cancelled' and p.status = 'refunded'
                and not exists (select from stock_holds h where h.order_id = s.order_id and h.status <> 'released')))
          or exists (select from order_items i where i.order_id = o.id and i.digital and i.product_id is not null
            and not exists (select from digital_grants g where g.order_id = o.id and g.line = i.line)))`,
  },
  {
    kind: 'delivery_without_order',
    severity: 'high',
    find: (tx, settled) => tx.sql`
      select ${orderColumns(tx)} from orders o
      where o.status in ('failed', 'cancelled') and o.finished_at < ${settled}
        and (exists (select from shipments s where s.order_id = o.id and s.status <> 'cancelled')
          or exists (select from digital_grants g where g.order_id = o.id and g.revoked_at is null))`,
  },
  {
    kind: 'stock_unaccounted',
    severity: 'high',
    find: (tx) => tx.sql`
      select l.product_id::text as key, null::uuid as "memberId", null::uuid as "orderId", null::uuid as "paymentId",
        null::uuid as "membershipId", null::bigint as amount, null::text as currency
      from stock_levels l
      left join lateral (
        select coalesce(sum(quantity) filter (where status = 'held'), 0) as held,
          coalesce(sum(quantity) filter (where status = 'reserved'), 0) as reserved
        from stock_holds h where h.product_id = l.product_id and h.status in ('held', 'reserved')) h on true
      where l.held <> h.held or l.reserved <> h.reserved`,
  },
];
