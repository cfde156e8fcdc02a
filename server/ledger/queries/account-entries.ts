import type { Direction, EntryKind } from '#db/schema/ledger.ts';
import type { Ctx } from '#server/context/context.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { type RefColumns, refsOf } from '../record.ts';
import type { AccountEntriesQuery, AccountEntryView } from '../shapes.ts';
import { readableAccount } from './accounts.ts';

interface Row extends RefColumns {
  position: number;
  entry_id: string;
  line: number;
  number: string;
  kind: EntryKind;
  direction: Direction;
  amount: number;
  balance_after: number | null;
  currency: string;
  memo: string | null;
  effective_on: string;
  booked_at: string;
  reverses: string | null;
}

/** What moved on an account, newest first, or what is held on it now. @throws AppError `not_found` */
export async function listAccountEntries(
  ctx: Ctx,
  accountId: string,
  query: AccountEntriesQuery,
): Promise<{ data: AccountEntryView[]; nextCursor: string | null }> {
  await readableAccount(ctx, accountId);
  const { sql } = ctx;
  const before = query.cursor === undefined ? null : decodeCursor(query.cursor, ['whole'])[0];
  const rows = await sql<Row[]>`
    select p.id as position, p.entry_id, p.line, e.number, e.kind, p.direction, p.amount, p.balance_after, p.currency,
      e.memo, e.effective_on::text, p.booked_at, e.reverses, e.member_id, e.order_id, e.payment_id, e.transfer_id,
      e.loan_id, e.invoice_id
    from postings p join journal_entries e on e.id = p.entry_id
    where p.account_id = ${accountId}
      ${
        query.state === 'posted'
          ? sql`and not p.pending`
          : sql`and p.pending and not exists (select from journal_entries r where r.resolves = e.id)`
      }
      ${query.from === undefined ? sql`` : sql`and p.booked_at >= ${query.from}`}
      ${query.to === undefined ? sql`` : sql`and p.booked_at < ${query.to}`}
      ${before === null ? sql`` : sql`and p.id < ${before}`}
    order by p.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map(viewOf),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.position]) : null,
  };
}

const viewOf = (row: Row): AccountEntryView => ({
  entryId: row.entry_id,
  line: row.line,
  number: row.number,
  kind: row.kind,
  direction: row.direction,
  amount: { amount: row.amount, currency: row.currency },
  balanceAfter: row.balance_after === null ? null : { amount: row.balance_after, currency: row.currency },
  memo: row.memo,
  effectiveOn: row.effective_on,
  bookedAt: new Date(row.booked_at).toISOString(),
  reverses: row.reverses,
  refs: refsOf(row),
});
