import { v7 as uuidv7 } from 'uuid';
import type { Severity } from '#db/schema/reconciliation.ts';
import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import './events.ts';
import { discrepancyStream } from './events.ts';

export interface NewDiscrepancy {
  /** `membership_unpaid`, `charge_without_entry`, … */
  kind: string;
  /** What exactly is wrong: with the kind, the same thing seen again. */
  key: string;
  severity: Severity;
  memberId?: string | null;
  orderId?: string | null;
  paymentId?: string | null;
  membershipId?: string | null;
  /** What is at stake, in minor units. */
  amount?: { amount: number; currency: string } | null;
  /** Ids, amounts and words of ours; never personal values. */
  detail: JsonObject;
}

/** Notes that something does not agree. Seen again it is the same one, and nobody is told twice. */
export async function recordDiscrepancy(tx: TxCtx, found: NewDiscrepancy): Promise<{ id: string; fresh: boolean }> {
  const id = uuidv7();
  const now = tx.now().toISOString();
  const [row] = await tx.sql<{ id: string }[]>`
    insert into discrepancies (id, kind, key, severity, member_id, order_id, payment_id, membership_id, amount, currency, detail,
      status, first_seen_at, last_seen_at)
    values (${id}, ${found.kind}, ${found.key}, ${found.severity}, ${found.memberId ?? null}, ${found.orderId ?? null},
      ${found.paymentId ?? null}, ${found.membershipId ?? null}, ${found.amount?.amount ?? null},
      ${found.amount?.currency ?? null}, ${JSON.stringify(found.detail)}::text::jsonb, 'open', ${now}, ${now})
    on conflict (kind, key) where status = 'open' do update set last_seen_at = excluded.last_seen_at, detail = excluded.detail
    returning id`;
  if (!row) throw new Error('a discrepancy was not written');
  if (row.id !== id) return { id: row.id, fresh: false };
  const { kind, severity, memberId, orderId, paymentId, membershipId, amount } = found;
  await append(tx, discrepancyStream(id), 'new', [
    {
      type: 'discrepancy.found',
      data: {
        discrepancyId: id,
        kind,
        severity,
        ...(memberId ? { memberId } : {}),
        ...(orderId ? { orderId } : {}),
        ...(paymentId ? { paymentId } : {}),
        ...(membershipId ? { membershipId } : {}),
        ...(amount ? { amount } : {}),
      },
    },
  ]);
  return { id, fresh: true };
}

/** It agrees again: those of a kind that a check has not seen since it began. */
export async function resolveUnseen(tx: TxCtx, kind: string, since: Date): Promise<number> {
  const rows = await tx.sql<
    {
      id: string;
      memberId: string | null;
      orderId: string | null;
      paymentId: string | null;
      membershipId: string | null;
    }[]
  >`
    update discrepancies set status = 'resolved', resolved_at = ${tx.now().toISOString()}
    where kind = ${kind} and status = 'open' and last_seen_at < ${since.toISOString()}
    returning id, member_id as "memberId", order_id as "orderId", payment_id as "paymentId", membership_id as "membershipId"`;
  for (const { id, ...about } of rows) {
    const known = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== null));
    await append(tx, discrepancyStream(id), 'any', [
      { type: 'discrepancy.resolved', data: { discrepancyId: id, kind, ...known } },
    ]);
  }
  return rows.length;
}
