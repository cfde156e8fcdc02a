import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import '../events.ts';
import { cardStream } from '../events.ts';
import { expiryOf, lastMonthToTell } from '../rules.ts';

/** Says of up to `limit` cards that they run out soon: of each expiry once. @returns of how many */
export async function tellOfExpiringCards(tx: TxCtx, limit: number): Promise<number> {
  const { year, month } = lastMonthToTell(tx.now());
  const rows = await tx.sql<{ id: string; memberId: string; expYear: number; expMonth: number }[]>`
    select id, member_id as "memberId", exp_year as "expYear", exp_month as "expMonth" from cards
    where status = 'active' and (exp_year, exp_month) <= (${year}::int, ${month}::int)
      -- Whoever has not changed a card that ran out long ago was told of it.
      and (exp_year, exp_month) >= (${year - 1}::int, ${month}::int)
      and told_expiry is distinct from exp_year::text || '-' || lpad(exp_month::text, 2, '0')
    order by exp_year, exp_month, id limit ${limit} for update skip locked`;
  for (const { id, memberId, expYear, expMonth } of rows) {
    const expires = expiryOf(expYear, expMonth);
    await tx.sql`update cards set told_expiry = ${expires} where id = ${id}`;
    await append(tx, cardStream(id), 'any', [{ type: 'card.expiring', data: { cardId: id, memberId, expires } }]);
  }
  return rows.length;
}
