import type { Ctx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { accountColumns, accountOf, accountRecordOf, findAccount, joinedBalances } from '../record.ts';
import type { Account, Balance } from '../shapes.ts';

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
