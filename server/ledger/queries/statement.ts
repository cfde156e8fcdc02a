import { stringify } from 'csv-stringify/sync';
import type { Direction, EntryKind } from '#db/schema/ledger.ts';
import type { Ctx } from '#server/context/context.ts';
import { decimals } from '#server/documents/money.ts';
import type { AccountRecord } from '../record.ts';
import { isDebitNormal } from '../rules.ts';
import type { StatementQuery } from '../shapes.ts';
import { readableAccount } from './accounts.ts';

/** What moved within the days, with the balance after each line. Minor units, on the account's normal side. */
export interface Statement {
  account: AccountRecord;
  from: string;
  to: string;
  opening: number;
  lines: AsyncIterable<StatementLine>;
}

export interface StatementLine {
  number: string;
  kind: EntryKind;
  memo: string | null;
  effectiveOn: string;
  /** RFC 3339, UTC. */
  bookedAt: string;
  debit: number;
  credit: number;
  balance: number;
}

const linesAtATime = 500;

/** Days are cut in UTC, both included. Lines are read as they are taken. @throws AppError `not_found` */
export async function statementOf(
  ctx: Ctx,
  accountId: string,
  query: StatementQuery,
  signal: AbortSignal,
): Promise<Statement> {
  const account = await readableAccount(ctx, accountId);
  const sign = isDebitNormal(account.class) ? 1 : -1;
  const start = `${query.from}T00:00:00Z`;
  const [row] = await ctx.sql<{ net: number }[]>`
    select coalesce(sum(case direction when 'debit' then amount else -amount end), 0)::bigint as net
    from postings where account_id = ${accountId} and not pending and booked_at < ${start}`;
  const opening = (row?.net ?? 0) * sign || 0;
  return { account, ...query, opening, lines: lines(ctx, account, query, opening, signal) };
}

interface Row {
  position: number;
  number: string;
  kind: EntryKind;
  memo: string | null;
  effective_on: string;
  booked_at: string;
  direction: Direction;
  amount: number;
}

async function* lines(
  ctx: Ctx,
  account: AccountRecord,
  { from, to }: StatementQuery,
  opening: number,
  signal: AbortSignal,
): AsyncIterable<StatementLine> {
  const growsBy: Direction = isDebitNormal(account.class) ? 'debit' : 'credit';
  let balance = opening;
  let after = 0;
  let rows: Row[];
  do {
    rows = await ctx.sql<Row[]>`
      select p.id as position, e.number, e.kind, e.memo, e.effective_on::text, p.booked_at, p.direction, p.amount
      from postings p join journal_entries e on e.id = p.entry_id
      where p.account_id = ${account.id} and not p.pending and p.id > ${after}
        and p.booked_at >= ${`${from}T00:00:00Z`} and p.booked_at < ${`${to}T00:00:00Z`}::timestamptz + interval '1 day'
      order by p.id limit ${linesAtATime}`;
    for (const row of rows) {
      balance += row.direction === growsBy ? row.amount : -row.amount;
      yield {
        number: row.number,
        kind: row.kind,
        memo: row.memo,
        effectiveOn: row.effective_on,
        bookedAt: new Date(row.booked_at).toISOString(),
        debit: row.direction === 'debit' ? row.amount : 0,
        credit: row.direction === 'credit' ? row.amount : 0,
        balance,
      };
    }
    after = rows.at(-1)?.position ?? after;
  } while (rows.length === linesAtATime && !signal.aborted);
}

const header = ['booked', 'effective', 'entry', 'kind', 'memo', 'debit', 'credit', 'balance', 'currency'];

/** As CSV: the opening balance, then each line. Cells that a spreadsheet would run as a formula are quoted with an apostrophe. */
export async function statementCsv(
  ctx: Ctx,
  accountId: string,
  query: StatementQuery,
  signal: AbortSignal,
): Promise<{ fileName: string; chunks: AsyncIterable<string> }> {
  const statement = await statementOf(ctx, accountId, query, signal);
  return { fileName: `${fileNameOf(statement)}.csv`, chunks: csv(statement) };
}

export const fileNameOf = ({ account, from, to }: Statement) => `statement-${account.number}-${from}-${to}`;

async function* csv({ account, from, opening, lines }: Statement): AsyncIterable<string> {
  const { currency } = account;
  const money = (amount: number) => decimals(amount, currency);
  yield stringify([header, [from, from, '', 'opening balance', '', '', '', money(opening), currency]]);
  for await (const line of lines) {
    yield stringify([
      [
        line.bookedAt,
        line.effectiveOn,
        line.number,
        line.kind,
        safeCell(line.memo ?? ''),
        line.debit ? money(line.debit) : '',
        line.credit ? money(line.credit) : '',
        money(line.balance),
        currency,
      ],
    ]);
  }
}

const safeCell = (value: string) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
