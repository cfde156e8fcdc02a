import { requirePerson } from '#server/access/commands/sessions.ts';
import { recordListLook, recordLook } from '#server/audit/commands.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { notFound, notYours } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import {
  type AccountRecord,
  accountColumns,
  accountOf,
  accountRecordOf,
  findAccount,
  joinedBalances,
} from '../record.ts';
import type { Account, AccountsQuery, AccountView, Balance } from '../shapes.ts';

/** The member's open account in a currency, or null. No permission is asked: for commands, which have. */
export async function findMemberAccount(ctx: Ctx, memberId: string, currency: string): Promise<Account | null> {
  const { sql } = ctx;
  const [row] = await sql<Parameters<typeof accountRecordOf>[0][]>`
    select ${accountColumns(sql)} from accounts a ${joinedBalances(sql)}
    where a.member_id = ${memberId} and a.currency = ${currency} and a.loan_id is null and a.status = 'open'`;
  return row ? accountOf(accountRecordOf(row)) : null;
}

/** No permission is asked: for commands, which have. @throws AppError `not_found` */
export async function balanceOf(ctx: Ctx, accountId: string): Promise<Balance> {
  const record = await findAccount(ctx.sql, accountId);
  if (!record) throw notFound();
  return record.balance;
}

/** Whether the entry with this key has moved something on this account. No permission is asked: for commands, which have. */
export async function hasMoved({ sql }: Ctx, accountId: string, idempotencyKey: string): Promise<boolean> {
  const rows = await sql`
    select 1 from journal_entries e join postings p on p.entry_id = e.id
    where e.idempotency_key = ${idempotencyKey} and p.account_id = ${accountId} and not p.pending limit 1`;
  return rows.length > 0;
}

/** One's own accounts; with `ledger:read` anybody's and the house's. In the order of their numbers. @throws AppError `not_found` for somebody else's */
export async function listAccounts(
  ctx: Ctx,
  query: AccountsQuery,
): Promise<{ data: AccountView[]; nextCursor: string | null }> {
  const { sql } = ctx;
  const memberId = ownerOf(ctx, query);
  if (query.owner !== 'house') await recordListLook(ctx, { resourceType: 'account', part: 'accounts', memberId });
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, ['text'])[0];
  const rows = await sql<Parameters<typeof accountRecordOf>[0][]>`
    select ${accountColumns(sql)} from accounts a ${joinedBalances(sql)}
    where true
      ${memberId === undefined ? sql`` : sql`and a.member_id = ${memberId}`}
      ${query.number === undefined ? sql`` : sql`and a.number = ${query.number}`}
      ${query.owner === 'house' ? sql`and a.code is not null` : sql``}
      ${query.owner === 'member' ? sql`and a.member_id is not null` : sql``}
      ${after === null ? sql`` : sql`and (length(a.number), a.number) > (${after.length}::int, ${after})`}
    order by length(a.number), a.number limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => accountViewOf(accountRecordOf(row))),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.number]) : null,
  };
}

/** Whose accounts are listed; undefined for everybody's, null for nobody's. */
function ownerOf(ctx: Ctx, query: AccountsQuery): string | null | undefined {
  if (can(ctx, 'ledger:read') && query.memberId !== 'me') return query.memberId;
  const { memberId } = requirePerson(ctx);
  if (query.memberId !== undefined && query.memberId !== 'me' && query.memberId !== memberId) throw notYours();
  return memberId;
}

/** One's own, or with `ledger:read` any: then the reading is audited. @throws AppError `not_found` */
export async function readableAccount(ctx: Ctx, id: string): Promise<AccountRecord> {
  const record = await findAccount(ctx.sql, id);
  if (!record) throw notFound();
  if (record.memberId !== null && isOwn(ctx, record.memberId) && can(ctx, 'self')) return record;
  if (!can(ctx, 'ledger:read')) throw notYours();
  const { memberId: subjectId } = record;
  if (subjectId !== null)
    await recordLook(ctx, { resourceType: 'account', resourceId: id, part: 'account', subjectId });
  return record;
}

export const getAccount = async (ctx: Ctx, id: string): Promise<AccountView> =>
  accountViewOf(await readableAccount(ctx, id));

function accountViewOf(record: AccountRecord): AccountView {
  const { balance, currency } = record;
  const money = (amount: number) => ({ amount, currency });
  return {
    id: record.id,
    number: record.number,
    code: record.code,
    class: record.class,
    name: record.name,
    memberId: record.memberId,
    loanId: record.loanId,
    currency,
    status: record.status,
    overdraftLimit: money(record.overdraftLimit),
    balance: money(balance.posted),
    pendingDebits: money(balance.pendingDebits),
    pendingCredits: money(balance.pendingCredits),
    available: balance.available === null ? null : money(balance.available),
    createdAt: record.createdAt,
    closedAt: record.closedAt,
  };
}
