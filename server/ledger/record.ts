import type { Queryable } from '#db/client.ts';
import type { AccountClass, Direction, EntryKind, EntryState } from '#db/schema/ledger.ts';
import { balanceFrom } from './rules.ts';
import type { Account, Balance, EntryRefs, JournalEntry, Posting } from './shapes.ts';

/** An account's row with the sums over its stripes. */
export interface AccountRecord extends Account {
  limited: boolean;
  balance: Balance;
}

interface AccountRow extends Omit<Account, 'createdAt' | 'closedAt'> {
  limited: boolean;
  createdAt: string;
  closedAt: string | null;
  postedDebits: number;
  postedCredits: number;
  pendingDebits: number;
  pendingCredits: number;
}

export const accountColumns = (sql: Queryable) => sql`
  a.id, a.number, a.code, a.class, a.name, a.member_id as "memberId", a.loan_id as "loanId", a.currency, a.status,
  a.limited, a.overdraft_limit as "overdraftLimit", a.created_at as "createdAt", a.closed_at as "closedAt", a.version,
  b."postedDebits", b."postedCredits", b."pendingDebits", b."pendingCredits"`;

/** To stand behind `from accounts a`. */
export const joinedBalances = (sql: Queryable) => sql`
  cross join lateral (
    select sum(posted_debits)::bigint as "postedDebits", sum(posted_credits)::bigint as "postedCredits",
      sum(pending_debits)::bigint as "pendingDebits", sum(pending_credits)::bigint as "pendingCredits"
    from account_balances where account_id = a.id
  ) b`;

export async function findAccount(sql: Queryable, id: string): Promise<AccountRecord | null> {
  const [row] = await sql<AccountRow[]>`
    select ${accountColumns(sql)} from accounts a ${joinedBalances(sql)} where a.id = ${id}`;
  return row ? accountRecordOf(row) : null;
}

export function accountRecordOf(row: AccountRow): AccountRecord {
  const { postedDebits, postedCredits, pendingDebits, pendingCredits, limited, ...account } = row;
  return {
    ...account,
    createdAt: new Date(row.createdAt).toISOString(),
    closedAt: row.closedAt && new Date(row.closedAt).toISOString(),
    limited,
    balance: balanceFrom(row, { postedDebits, postedCredits, pendingDebits, pendingCredits }),
  };
}

export const accountOf = ({ limited: _limited, balance: _balance, ...account }: AccountRecord): Account => account;

/** The entry that an idempotency key made, or null. */
export async function entryIdOfKey(sql: Queryable, key: string): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`select id from journal_entries where idempotency_key = ${key}`;
  return row?.id ?? null;
}

/** What an entry belongs to, as columns. */
export interface RefColumns {
  member_id: string | null;
  order_id: string | null;
  payment_id: string | null;
  transfer_id: string | null;
  loan_id: string | null;
  invoice_id: string | null;
}

export const refsOf = (row: RefColumns): EntryRefs => ({
  ...(row.member_id ? { memberId: row.member_id } : {}),
  ...(row.order_id ? { orderId: row.order_id } : {}),
  ...(row.payment_id ? { paymentId: row.payment_id } : {}),
  ...(row.transfer_id ? { transferId: row.transfer_id } : {}),
  ...(row.loan_id ? { loanId: row.loan_id } : {}),
  ...(row.invoice_id ? { invoiceId: row.invoice_id } : {}),
});

/** An entry as the database's `journal_entry_json` gives it. */
export interface EntryJson extends RefColumns {
  id: string;
  number: string;
  kind: EntryKind;
  state: EntryState;
  currency: string;
  effective_on: string;
  booked_at: string;
  resolves: string | null;
  reverses: string | null;
  memo: string | null;
  correlation_id: string;
  replayed: boolean;
  postings: Array<{ account_id: string; direction: Direction; amount: number }>;
  accounts: TouchedAccountJson[];
}

/** A limited account as it is after the entry. */
export interface TouchedAccountJson {
  id: string;
  class: AccountClass;
  currency: string;
  limited: boolean;
  member_id: string;
  loan_id: string | null;
  overdraft_limit: number;
  posted_debits: number;
  posted_credits: number;
  pending_debits: number;
  pending_credits: number;
}

export const entryOf = (json: EntryJson): JournalEntry => ({
  id: json.id,
  number: json.number,
  kind: json.kind,
  state: json.state,
  currency: json.currency,
  effectiveOn: json.effective_on,
  bookedAt: new Date(json.booked_at).toISOString(),
  resolves: json.resolves,
  reverses: json.reverses,
  memo: json.memo,
  refs: refsOf(json),
  correlationId: json.correlation_id,
  postings: json.postings.map(postingOf),
  replayed: json.replayed,
});

const postingOf = (posting: EntryJson['postings'][number]): Posting => ({
  accountId: posting.account_id,
  direction: posting.direction,
  amount: posting.amount,
});
