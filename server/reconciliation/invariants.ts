import type { Severity } from '#db/schema/reconciliation.ts';
import type { TxCtx } from '#server/context/context.ts';
import { recordDiscrepancy, resolveUnseen } from './commands.ts';

interface Break {
  key: string;
  memberId: string | null;
  orderId: string | null;
  paymentId: string | null;
  membershipId: string | null;
  amount: number | null;
  currency: string | null;
}

interface Invariant {
  kind: string;
  severity: Severity;
  /** What breaks it. Nothing younger than `settled`: what is on its way is not wrong. */
  find(tx: TxCtx, settled: string, limit: number): Promise<Break[]>;
}

/** How long something may be under way before it counts as broken. */
const settleMs = 2 * 60_000;
/** More than this of one kind is one cause, not a thousand things to look at. */
const atMost = 1_000;

const columns = (tx: TxCtx) => tx.sql`
  o.id::text as key, o.member_id as "memberId", o.id as "orderId", null::uuid as "paymentId", null::uuid as "membershipId",
  o.total as amount, o.currency`;

const paymentColumns = (tx: TxCtx) => tx.sql`
  p.id::text as key, p.member_id as "memberId", p.order_id as "orderId", p.id as "paymentId", null::uuid as "membershipId",
  p.amount, p.currency`;

/** What must be true of money, whatever crashed in between. */
export const invariants: readonly Invariant[] = [
  {
    kind: 'charge_without_entry',
    severity: 'critical',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select ${paymentColumns(tx)} from payments p
      where p.status in ('succeeded', 'refunded', 'partially_refunded') and p.settled_at < ${settled}
        and not exists (select from journal_entries e where e.idempotency_key = 'payment:' || p.id::text)
      limit ${limit}`,
  },
  {
    kind: 'refund_without_entry',
    severity: 'critical',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select r.id::text as key, p.member_id as "memberId", p.order_id as "orderId", p.id as "paymentId",
        null::uuid as "membershipId", r.amount, r.currency
      from refunds r join payments p on p.id = r.payment_id
      where r.status = 'succeeded' and r.updated_at < ${settled}
        and not exists (select from journal_entries e where e.idempotency_key = 'refund:' || r.id::text)
      limit ${limit}`,
  },
  {
    kind: 'entry_without_charge',
    severity: 'critical',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select e.id::text as key, e.member_id as "memberId", e.order_id as "orderId", e.payment_id as "paymentId",
        null::uuid as "membershipId", null::bigint as amount, null::text as currency
      from journal_entries e
      where e.kind in ('payment', 'top_up') and e.payment_id is not null and e.booked_at < ${settled}
        and not exists (select from payments p where p.id = e.payment_id
          and p.status in ('succeeded', 'refunded', 'partially_refunded'))
        and not exists (select from journal_entries r where r.reverses = e.id)
      limit ${limit}`,
  },
  {
    kind: 'order_without_payment',
    severity: 'high',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select ${columns(tx)} from orders o
      where o.status = 'completed' and o.total > 0 and o.finished_at < ${settled}
        and not exists (select from payments p where p.order_id = o.id
          and p.status in ('succeeded', 'refunded', 'partially_refunded'))
      limit ${limit}`,
  },
  {
    kind: 'order_without_sale',
    severity: 'high',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select ${columns(tx)} from orders o
      where o.status = 'completed' and o.total > 0 and o.finished_at < ${settled}
        and not exists (select from journal_entries e where e.idempotency_key = 'order:' || o.id::text || ':sale')
      limit ${limit}`,
  },
  {
    kind: 'order_without_delivery',
    severity: 'high',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select ${columns(tx)} from orders o
      where o.status = 'completed' and o.finished_at < ${settled}
        and ((o.ships and not exists (select from shipments s where s.order_id = o.id and s.status <> 'cancelled'))
          or exists (select from order_items i where i.order_id = o.id and i.digital and i.product_id is not null
            and not exists (select from digital_grants g where g.order_id = o.id and g.line = i.line)))
      limit ${limit}`,
  },
  {
    kind: 'payment_without_order',
    severity: 'critical',
    find: (tx, settled, limit) => tx.sql<Break[]>`
      select ${paymentColumns(tx)} from payments p join orders o on o.id = p.order_id
      where p.status = 'succeeded' and p.settled_at < ${settled} and o.status in ('failed', 'cancelled') and p.refunds_asked = 0
      limit ${limit}`,
  },
  {
    kind: 'stock_unaccounted',
    severity: 'high',
    find: (tx, _settled, limit) => tx.sql<Break[]>`
      select l.product_id::text as key, null::uuid as "memberId", null::uuid as "orderId", null::uuid as "paymentId",
        null::uuid as "membershipId", null::bigint as amount, null::text as currency
      from stock_levels l
      left join lateral (
        select coalesce(sum(quantity) filter (where status = 'held'), 0) as held,
          coalesce(sum(quantity) filter (where status = 'reserved'), 0) as reserved
        from stock_holds h where h.product_id = l.product_id and h.status in ('held', 'reserved')) h on true
      where l.held <> h.held or l.reserved <> h.reserved
      limit ${limit}`,
  },
];

/**
 * Looks whether all of it is true. What is not becomes a discrepancy, once; what has come right again is closed by itself.
 * Gives how many there are of each kind.
 */
export async function checkInvariants(
  tx: TxCtx,
  all: readonly Invariant[] = invariants,
): Promise<Record<string, number>> {
  const begun = tx.now();
  const settled = new Date(begun.getTime() - settleMs).toISOString();
  const counts: Record<string, number> = {};
  for (const { kind, severity, find } of all) {
    const broken = await find(tx, settled, atMost);
    for (const { key, amount, currency, ...ids } of broken) {
      const stake = amount !== null && currency !== null ? { amount, currency } : null;
      await recordDiscrepancy(tx, { kind, key, severity, ...ids, amount: stake, detail: {} });
    }
    // Cut off, nobody knows what has come right.
    if (broken.length < atMost) await resolveUnseen(tx, kind, begun);
    counts[kind] = broken.length;
  }
  return counts;
}
