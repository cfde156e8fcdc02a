import type { AccountClass, Direction, EntryKind, EntryState } from '#db/schema/ledger.ts';
import { type Ctx, requirePermission } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { type RefColumns, refsOf } from '../record.ts';
import { isByHand, isDebitNormal } from '../rules.ts';
import type { CheckView, EntriesQuery, EntryView, TrialBalanceView } from '../shapes.ts';

interface Row extends RefColumns {
  id: string;
  number: string;
  kind: EntryKind;
  state: EntryState;
  currency: string;
  effective_on: string;
  booked_at: string;
  booked_exact: string;
  resolves: string | null;
  resolved_by: string | null;
  reverses: string | null;
  reversed_by: string | null;
  memo: string | null;
  correlation_id: string;
  actor: string;
  postings: string;
}

const columns = (ctx: Ctx) => ctx.sql`
  e.id, e.number, e.kind, e.state, e.currency, e.effective_on::text, e.booked_at, e.resolves, e.reverses, e.memo,
  to_char(e.booked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as booked_exact,
  (select id from journal_entries r where r.resolves = e.id) as resolved_by,
  (select id from journal_entries r where r.reverses = e.id) as reversed_by,
  e.member_id, e.order_id, e.payment_id, e.transfer_id, e.loan_id, e.invoice_id, e.correlation_id, e.actor::text,
  (select coalesce(json_agg(json_build_object('accountId', p.account_id, 'accountNumber', a.number,
      'accountName', a.name, 'direction', p.direction, 'amount', p.amount) order by p.line), '[]')
    from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id)::text as postings`;

/** The journal, newest first. */
export async function listEntries(
  ctx: Ctx,
  query: EntriesQuery,
): Promise<{ data: EntryView[]; nextCursor: string | null }> {
  requirePermission(ctx, 'ledger:read');
  const { sql } = ctx;
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['timestamp', 'uuid']);
  const { ref } = query;
  const rows = await sql<Row[]>`
    select ${columns(ctx)} from journal_entries e
    where true
      ${query.kind === undefined ? sql`` : sql`and e.kind = ${query.kind}`}
      ${
        ref === undefined
          ? sql``
          : sql`and (e.order_id = ${ref} or e.payment_id = ${ref} or e.transfer_id = ${ref} or e.loan_id = ${ref}
              or e.invoice_id = ${ref} or e.member_id = ${ref})`
      }
      ${
        query.accountId === undefined
          ? sql``
          : sql`and e.id in (select entry_id from postings where account_id = ${query.accountId})`
      }
      ${query.amount === undefined ? sql`` : sql`and exists (select from postings p where p.entry_id = e.id and p.amount = ${query.amount})`}
      ${query.from === undefined ? sql`` : sql`and e.booked_at >= ${query.from}`}
      ${query.to === undefined ? sql`` : sql`and e.booked_at < ${query.to}`}
      ${at === undefined || id === undefined ? sql`` : sql`and (e.booked_at, e.id) < (${at}, ${id})`}
    order by e.booked_at desc, e.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map(viewOf),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.booked_exact, last.id]) : null,
  };
}

/** @throws AppError `not_found` */
export async function getEntry(ctx: Ctx, id: string): Promise<EntryView> {
  requirePermission(ctx, 'ledger:read');
  const [row] = await ctx.sql<Row[]>`select ${columns(ctx)} from journal_entries e where e.id = ${id}`;
  if (!row) throw notFound();
  return viewOf(row);
}

interface PostingJson {
  accountId: string;
  accountNumber: string;
  accountName: string;
  direction: Direction;
  amount: number;
}

const viewOf = (row: Row): EntryView => ({
  id: row.id,
  number: row.number,
  kind: row.kind,
  state: row.state,
  currency: row.currency,
  effectiveOn: row.effective_on,
  bookedAt: new Date(row.booked_at).toISOString(),
  resolves: row.resolves,
  resolvedBy: row.resolved_by,
  reverses: row.reverses,
  reversedBy: row.reversed_by,
  reversible: row.state === 'posted' && row.reversed_by === null && row.reverses === null && isByHand(refsOf(row)),
  memo: row.memo,
  refs: refsOf(row),
  correlationId: row.correlation_id,
  actor: JSON.parse(row.actor) as EntryView['actor'],
  postings: (JSON.parse(row.postings) as PostingJson[]).map((posting) => ({
    ...posting,
    amount: { amount: posting.amount, currency: row.currency },
  })),
});

/** Debits and credits of every account of the house; members' accounts and loans are summed up. */
export async function trialBalance(ctx: Ctx): Promise<TrialBalanceView> {
  requirePermission(ctx, 'ledger:read');
  const [rows, [lastCheck]] = await Promise.all([
    ctx.sql<
      Array<{
        code: string;
        name: string;
        class: AccountClass;
        currency: string;
        accounts: number;
        debits: number;
        credits: number;
      }>
    >`
      select code, min(name) as name, class, currency, count(*)::int as accounts, sum(debits)::bigint as debits,
        sum(credits)::bigint as credits
      from (
        select case when a.code is not null then a.code when a.loan_id is null then 'member_accounts' else 'loan_accounts' end
            as code,
          case when a.code is not null then a.name when a.loan_id is null then 'Members’ accounts' else 'Loans' end as name,
          a.class, a.currency, b.debits, b.credits
        from accounts a join (
          select account_id, sum(posted_debits) as debits, sum(posted_credits) as credits
          from account_balances group by account_id
        ) b on b.account_id = a.id
      ) as lines
      group by currency, class, code
      order by currency, array_position(array['asset', 'liability', 'equity', 'income', 'expense'], class), code`,
    listChecks(ctx, 1),
  ]);
  const lines = rows.map((row) => ({
    ...row,
    balance: isDebitNormal(row.class) ? row.debits - row.credits : row.credits - row.debits,
  }));
  const currencies = [...new Set(lines.map((line) => line.currency))];
  const totals = currencies.map((currency) => {
    const mine = lines.filter((line) => line.currency === currency);
    const debits = mine.reduce((sum, line) => sum + line.debits, 0);
    const credits = mine.reduce((sum, line) => sum + line.credits, 0);
    return { currency, debits, credits, difference: debits - credits };
  });
  return { lines, totals, lastCheck: lastCheck ?? null };
}

/** Checks of the books, the last one first. */
export async function listChecks(ctx: Ctx, limit: number): Promise<CheckView[]> {
  requirePermission(ctx, 'ledger:read');
  const rows = await ctx.sql<Array<Omit<CheckView, 'mismatches'> & { mismatches: string }>>`
    select id, status, cause, requested_by as "requestedBy", finished_at as "finishedAt", duration_ms as "durationMs",
      entries, accounts, mismatches::text
    from ledger_checks order by finished_at desc, id desc limit ${limit}`;
  return rows.map((row) => ({
    ...row,
    finishedAt: new Date(row.finishedAt).toISOString(),
    mismatches: JSON.parse(row.mismatches) as CheckView['mismatches'],
  }));
}
