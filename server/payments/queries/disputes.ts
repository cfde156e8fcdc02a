import type { Ctx } from '#server/context/context.ts';
import { rfc3339 } from '#server/events/read.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import type { DisputeView } from '../shapes.ts';

interface Row {
  id: string;
  paymentId: string;
  paymentNumber: string;
  memberId: string;
  amount: number;
  fee: number;
  currency: string;
  reason: string;
  status: string;
  withdrawn: boolean;
  reinstated: boolean;
  openedAt: string;
  closedAt: string | null;
}

/** What banks have taken back, newest first. The route asks for the permission. */
export async function listDisputes(
  ctx: Ctx,
  query: { limit: number; cursor?: string | undefined; open?: 'true' | 'false' | undefined },
): Promise<{ data: DisputeView[]; nextCursor: string | null }> {
  const { sql } = ctx;
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, ['timestamp', 'uuid']);
  const rows = await sql<Row[]>`
    select d.id, d.payment_id as "paymentId", p.number as "paymentNumber", p.member_id as "memberId", d.amount, d.fee,
      d.currency, d.reason, d.status, d.withdrawn, d.reinstated, d.opened_at as "openedAt", d.closed_at as "closedAt"
    from disputes d join payments p on p.id = d.payment_id
    where true
      ${query.open === undefined ? sql`` : sql`and (d.closed_at is null) = ${query.open === 'true'}`}
      ${after ? sql`and (d.opened_at, d.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
    order by d.opened_at desc, d.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map(({ amount, fee, currency, openedAt, closedAt, ...rest }) => ({
      ...rest,
      amount: { amount, currency },
      fee: { amount: fee, currency },
      openedAt: rfc3339(openedAt),
      closedAt: closedAt && rfc3339(closedAt),
    })),
    nextCursor: rows.length > query.limit && last ? encodeCursor([rfc3339(last.openedAt), last.id]) : null,
  };
}
