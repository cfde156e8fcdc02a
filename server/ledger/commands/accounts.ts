import { v7 as uuidv7 } from 'uuid';
import type { Database } from '#db/client.ts';
import { type SystemAccountCode, systemAccounts } from '#db/schema/ledger.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { databaseErrorOf } from '#server/errors/database-errors.ts';
import { conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { refusalOf } from '../database-refusals.ts';
import { accountStream } from '../events.ts';
import { findMemberAccount } from '../queries/accounts.ts';
import { type AccountRecord, accountOf, findAccount } from '../record.ts';
import { houseCurrency } from '../rules.ts';
import type { Account } from '../shapes.ts';

const systemAccountIds = new WeakMap<Database, Map<string, string>>();

/** The id of one of the house's own accounts in a currency; the account is made when it is first needed. */
export async function systemAccount(tx: TxCtx, code: SystemAccountCode, currency: string): Promise<string> {
  const known = systemAccountIds.get(tx.app.database) ?? new Map<string, string>();
  systemAccountIds.set(tx.app.database, known);
  const key = `${code} ${currency}`;
  const cached = known.get(key);
  if (cached) return cached;
  const id = (await findSystemAccount(tx, code, currency)) ?? (await makeSystemAccount(tx, code, currency));
  // Not before the commit: an account that is rolled back is nobody's.
  tx.afterCommit(() => void known.set(key, id));
  return id;
}

async function findSystemAccount(tx: TxCtx, code: SystemAccountCode, currency: string): Promise<string | null> {
  const [row] = await tx.sql<{ id: string }[]>`select id from accounts where code = ${code} and currency = ${currency}`;
  return row?.id ?? null;
}

async function makeSystemAccount(tx: TxCtx, code: SystemAccountCode, currency: string): Promise<string> {
  const { class: accountClass, name } = systemAccounts[code];
  await tx.sql`
    insert into accounts (id, code, class, name, currency, limited, created_at)
    values (${uuidv7()}, ${code}, ${accountClass}, ${name}, ${currency}, false, ${tx.now().toISOString()})
    on conflict (code, currency) where code is not null do nothing`;
  const id = await findSystemAccount(tx, code, currency);
  if (!id) throw new Error(`the account ${code} in ${currency} is not there`);
  return id;
}

/**
 * Opens a member's own account: what the house owes them. One open account per member and currency.
 * @throws AppError `conflict` when they have one (the transaction is lost), `rule_violated` for a limit that cannot be
 */
export async function openMemberAccount(
  tx: TxCtx,
  input: { memberId: string; name: string; currency: string; overdraftLimit?: number },
): Promise<Account> {
  return open(tx, { ...input, loanId: null, class: 'liability', overdraftLimit: input.overdraftLimit ?? 0 });
}

/** The member's account, opened when there is none. Two at once make one. */
export async function findOrOpenMemberAccount(
  tx: TxCtx,
  input: { memberId: string; name: string; currency: string },
): Promise<Account> {
  await tx.sql`select pg_advisory_xact_lock(hashtextextended(${`member-account ${input.memberId} ${input.currency}`}, 15))`;
  return (await findMemberAccount(tx, input.memberId, input.currency)) ?? (await openMemberAccount(tx, input));
}

/** Opens the account of a loan: what the borrower owes. It cannot be repaid by more than is owed. @throws AppError `conflict` */
export const openLoanAccount = (
  tx: TxCtx,
  input: { loanId: string; memberId: string; currency: string },
): Promise<Account> => open(tx, { ...input, name: 'Loan', class: 'asset', overdraftLimit: 0 });

interface NewAccount {
  memberId: string;
  loanId: string | null;
  name: string;
  class: 'asset' | 'liability';
  currency: string;
  overdraftLimit: number;
}

async function open(tx: TxCtx, input: NewAccount): Promise<Account> {
  if (!/^[A-Z]{3}$/.test(input.currency)) throw ruleViolated('The currency is not one.');
  if (!Number.isSafeInteger(input.overdraftLimit) || input.overdraftLimit < 0) {
    throw ruleViolated('An overdraft limit is a whole number of minor units, not below zero.');
  }
  const account = await insert(tx, input);
  const { id: accountId, number, memberId: _member, loanId: _loan, ...shape } = account;
  const whose = { accountId, memberId: input.memberId, loanId: input.loanId };
  await append(tx, accountStream(accountId), 'new', [
    {
      type: 'account.created',
      data: {
        ...whose,
        number,
        class: shape.class,
        currency: shape.currency,
        overdraftLimit: shape.overdraftLimit,
      },
    },
  ]);
  await writeAudit(tx, { action: 'account.open', resourceType: 'account', resourceId: accountId, after: { number } });
  return account;
}

async function insert(tx: TxCtx, input: NewAccount): Promise<Account> {
  const id = uuidv7();
  try {
    await tx.sql`
      insert into accounts ${tx.sql({
        id,
        class: input.class,
        name: input.name,
        member_id: input.memberId,
        loan_id: input.loanId,
        currency: input.currency,
        limited: true,
        overdraft_limit: input.overdraftLimit,
        created_at: tx.now().toISOString(),
      })}`;
  } catch (error) {
    const found = databaseErrorOf(error);
    if (found?.code === '23505') throw conflict('There is such an account already.');
    throw error;
  }
  return accountOf(await mustFind(tx, id));
}

async function mustFind(tx: TxCtx, id: string): Promise<AccountRecord> {
  const record = await findAccount(tx.sql, id);
  if (!record) throw notFound();
  return record;
}

/** Only at balance zero and with nothing held. @throws AppError `not_found`, `rule_violated` */
export async function closeAccount(tx: TxCtx, input: { accountId: string; reason: string }): Promise<Account> {
  const before = await mustFind(tx, input.accountId);
  const { memberId, loanId } = before;
  if (memberId === null) throw ruleViolated('An account of the house is not closed.');
  try {
    await tx.sql`
      update accounts set status = 'closed', closed_at = ${tx.now().toISOString()}, version = version + 1
      where id = ${before.id}`;
  } catch (error) {
    throw refusalOf(error, before.currency) ?? error;
  }
  await append(tx, accountStream(before.id), 'any', [
    { type: 'account.closed', data: { accountId: before.id, memberId, loanId } },
  ]);
  await writeAudit(tx, {
    action: 'account.close',
    resourceType: 'account',
    resourceId: before.id,
    reason: input.reason,
    subjectId: memberId,
  });
  return accountOf(await mustFind(tx, before.id));
}

const memberAccountName = 'Current account';

/** What a member's own account is called and kept in unless somebody says otherwise. */
export const openUsualAccount = (tx: TxCtx, memberId: string): Promise<Account> =>
  findOrOpenMemberAccount(tx, { memberId, name: memberAccountName, currency: houseCurrency });

/** Opens accounts for members who never had one, at most `limit`. Gives how many. */
export async function openMissingAccounts(tx: TxCtx, limit: number): Promise<number> {
  const rows = await tx.sql<{ id: string }[]>`
    select id from members m
    where status not in ('resigned', 'deceased', 'erased')
      and not exists (select from accounts a where a.member_id = m.id and a.loan_id is null)
    order by id limit ${limit}`;
  for (const { id } of rows) await openUsualAccount(tx, id);
  return rows.length;
}
