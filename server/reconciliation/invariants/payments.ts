import type { TxCtx } from '#server/context/context.ts';
import type { Invariant } from './invariant.ts';

const paymentColumns = (tx: TxCtx) => tx.sql`
  p.id::text as key, p.member_id as "memberId", p.order_id as "orderId", p.id as "paymentId", null::uuid as "membershipId",
  p.amount, p.currency`;

const entryColumns = (tx: TxCtx) => tx.sql`
  e.id::text as key, e.member_id as "memberId", e.order_id as "orderId", e.payment_id as "paymentId",
  null::uuid as "membershipId", null::bigint as amount, null::text as currency`;

/** Every charge and every refund has an entry in the books that was not taken back, and every such entry its charge or refund. */
export const paymentInvariants: readonly Invariant[] = [
  {
    kind: 'charge_without_entry',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select ${paymentColumns(tx)} from payments p
      where p.status in ('succeeded', 'refunded', 'partially_refunded') and p.settled_at < ${settled}
        and not exists (select from journal_entries e
          where e.payment_id = p.id and e.idempotency_key = 'payment:' || p.id::text
          and not exists (select from journal_entries b where b.reverses = e.id))`,
  },
  {
    kind: 'entry_without_charge',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select ${entryColumns(tx)} from journal_entries e
      where e.kind in ('payment', 'top_up') and e.payment_id is not null and e.booked_at < ${settled}
        and not exists (select from payments p where p.id = e.payment_id
          and p.status in ('succeeded', 'refunded', 'partially_refunded'))
        and not exists (select from journal_entries r where r.reverses = e.id)`,
  },
  {
    kind: 'refund_without_entry',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select r.id::text as key, p.member_id as "memberId", p.order_id as "orderId", p.id as "paymentId",
        null::uuid as "membershipId", r.amount, r.currency
      from refunds r join payments p on p.id = r.payment_id
      where r.status = 'succeeded' and r.updated_at < ${settled}
        and not exists (select from journal_entries e where e.idempotency_key = 'refund:' || r.id::text
          and not exists (select from journal_entries b where b.reverses = e.id))`,
  },
  {
    // One that the payer's bank sent back has an entry of its own for that.
    kind: 'entry_without_refund',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select ${entryColumns(tx)} from journal_entries e
      where e.kind = 'refund' and e.state = 'posted' and e.idempotency_key not like '%:returned' and e.booked_at < ${settled}
        and not exists (select from refunds r where r.status = 'succeeded' and 'refund:' || r.id::text = e.idempotency_key)
        and not exists (select from journal_entries b where b.idempotency_key = e.idempotency_key || ':returned')
        and not exists (select from journal_entries b where b.reverses = e.id)`,
  },
  {
    // Nobody but a person sends back what came by bank.
    kind: 'refund_to_send',
    severity: 'high',
    find: (tx, settled) => tx.sql`
      select r.id::text as key, p.member_id as "memberId", p.order_id as "orderId", p.id as "paymentId",
        null::uuid as "membershipId", r.amount, r.currency
      from refunds r join payments p on p.id = r.payment_id
      where r.status = 'pending' and p.method <> 'card' and r.updated_at < ${settled}`,
  },
  {
    kind: 'payment_without_order',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select ${paymentColumns(tx)} from payments p join orders o on o.id = p.order_id
      where p.status = 'succeeded' and p.settled_at < ${settled} and o.status in ('failed', 'cancelled') and p.refunds_asked = 0`,
  },
];
