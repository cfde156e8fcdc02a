import { z } from 'zod';
import {
  type AccountClass,
  type AccountStatus,
  accountClasses,
  accountStatuses,
  type Direction,
  directions,
  type EntryKind,
  type EntryState,
  entryKinds,
  entryStates,
  maxAmount,
  type SystemAccountCode,
  systemAccounts,
} from '#db/schema/ledger.ts';
import { id, line, money, pageQuery, reason, timestamp, wholeNumber } from '#server/gateway/shapes.ts';

/** Amounts are minor units, whole and above zero. */
export interface Posting {
  accountId: string;
  direction: Direction;
  amount: number;
}

/** What an entry belongs to. */
export interface EntryRefs {
  memberId?: string | undefined;
  orderId?: string | undefined;
  paymentId?: string | undefined;
  transferId?: string | undefined;
  loanId?: string | undefined;
  invoiceId?: string | undefined;
}

export interface EntryInput {
  kind: EntryKind;
  currency: string;
  postings: readonly Posting[];
  /** Made of what is meant (order, purpose), never of the attempt. 1 to 255 characters, unique over all entries. */
  idempotencyKey: string;
  /** `YYYY-MM-DD`; today (UTC) unless said. */
  effectiveOn?: string | undefined;
  /** No personal values: it is never sealed and never erased. At most 200 characters. */
  memo?: string | undefined;
  refs?: EntryRefs | undefined;
}

export interface JournalEntry {
  id: string;
  /** `J-000123` */
  number: string;
  kind: EntryKind;
  state: EntryState;
  currency: string;
  effectiveOn: string;
  /** RFC 3339, UTC. */
  bookedAt: string;
  /** The pending entry that this one posted or voided. */
  resolves: string | null;
  /** The posted entry that this one takes back. */
  reverses: string | null;
  memo: string | null;
  refs: EntryRefs;
  correlationId: string;
  postings: Posting[];
  /** The key was known already: this is the entry that it made then, and nothing was written now. */
  replayed: boolean;
}

export interface Account {
  id: string;
  /** `A-000123` */
  number: string;
  /** The house's own accounts have one. */
  code: string | null;
  class: AccountClass;
  name: string;
  memberId: string | null;
  loanId: string | null;
  currency: string;
  status: AccountStatus;
  /** How far below zero it may fall, in minor units. */
  overdraftLimit: number;
  createdAt: string;
  closedAt: string | null;
  version: number;
}

/** Minor units, on the account's normal side: what a member has, what a borrower owes. */
export interface Balance {
  posted: number;
  pendingDebits: number;
  pendingCredits: number;
  /** What may go out: posted, less what is held, plus the overdraft. null for the house's own accounts, which have no limit. */
  available: number | null;
  currency: string;
}

const currency = z.string().regex(/^[A-Z]{3}$/);
const amount = z.int().min(1).max(maxAmount).describe('minor units');
const day = z.iso.date().refine((value) => value >= '1900-01-01' && value <= '2200-12-31', 'is not a day that can be');

export const accountView = z.strictObject({
  id,
  number: z.string(),
  code: z.string().nullable().describe('of the house’s own accounts'),
  class: z.enum(accountClasses),
  name: z.string(),
  memberId: id.nullable(),
  loanId: id.nullable(),
  currency,
  status: z.enum(accountStatuses),
  overdraftLimit: money,
  balance: money,
  pendingDebits: money.describe('held'),
  pendingCredits: money,
  available: money.nullable().describe('null for the house’s own accounts, which have no limit'),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
});
export type AccountView = z.output<typeof accountView>;

const refs = z.strictObject({
  memberId: id.optional(),
  orderId: id.optional(),
  paymentId: id.optional(),
  transferId: id.optional(),
  loanId: id.optional(),
  invoiceId: id.optional(),
});

export const accountEntryView = z.strictObject({
  entryId: id,
  line: z.int(),
  number: z.string(),
  kind: z.enum(entryKinds),
  direction: z.enum(directions),
  amount: money,
  balanceAfter: money.nullable().describe('null for what is pending, and for the house’s own accounts'),
  memo: z.string().nullable(),
  effectiveOn: z.string(),
  bookedAt: z.string(),
  reverses: id.nullable(),
  refs,
});
export type AccountEntryView = z.output<typeof accountEntryView>;

export const entryView = z.strictObject({
  id,
  number: z.string(),
  kind: z.enum(entryKinds),
  state: z.enum(entryStates),
  currency,
  effectiveOn: z.string(),
  bookedAt: z.string(),
  resolves: id.nullable(),
  resolvedBy: id.nullable(),
  reverses: id.nullable(),
  reversedBy: id.nullable(),
  reversible: z.boolean().describe('by hand: nothing else rests on it'),
  memo: z.string().nullable(),
  refs,
  correlationId: id,
  actor: z.strictObject({ kind: z.string(), id: z.string().nullable() }),
  postings: z.array(
    z.strictObject({
      accountId: id,
      accountNumber: z.string(),
      accountName: z.string(),
      direction: z.enum(directions),
      amount: money,
    }),
  ),
});
export type EntryView = z.output<typeof entryView>;

export const checkView = z.strictObject({
  id,
  status: z.enum(['ok', 'failed']),
  cause: z.enum(['schedule', 'request']),
  requestedBy: z.string().nullable(),
  finishedAt: z.string(),
  durationMs: z.int(),
  entries: z.int(),
  accounts: z.int(),
  mismatches: z.array(z.strictObject({ kind: z.string(), id: z.string(), message: z.string() })),
});
export type CheckView = z.output<typeof checkView>;

export const trialBalanceView = z.strictObject({
  lines: z.array(
    z.strictObject({
      code: z.string().describe('`member_accounts` and `loan_accounts` sum up those'),
      name: z.string(),
      class: z.enum(accountClasses),
      currency,
      accounts: z.int(),
      debits: z.int(),
      credits: z.int(),
      balance: z.int().describe('on the normal side of the class'),
    }),
  ),
  totals: z.array(
    z.strictObject({ currency, debits: z.int(), credits: z.int(), difference: z.int().describe('always zero') }),
  ),
  lastCheck: checkView.nullable(),
});
export type TrialBalanceView = z.output<typeof trialBalanceView>;

export const accountsQuery = z.strictObject({
  ...pageQuery,
  memberId: z.union([id, z.literal('me')]).optional(),
  number: z.string().trim().max(20).optional(),
  owner: z.enum(['house', 'member']).optional(),
});
export type AccountsQuery = z.output<typeof accountsQuery>;

export const accountEntriesQuery = z.strictObject({
  ...pageQuery,
  from: timestamp.optional(),
  to: timestamp.optional(),
  state: z.enum(['posted', 'pending']).default('posted').describe('pending: what is held now'),
});
export type AccountEntriesQuery = z.output<typeof accountEntriesQuery>;

export const statementQuery = z
  .strictObject({ from: day.describe('the first day, UTC'), to: day.describe('the last day, UTC') })
  .refine((query) => query.from <= query.to, { path: ['to'], message: 'must not be before from' });
export type StatementQuery = z.output<typeof statementQuery>;

export const entriesQuery = z.strictObject({
  ...pageQuery,
  kind: z.enum(entryKinds).optional(),
  ref: id.optional().describe('a member, order, payment, transfer, loan or invoice'),
  accountId: id.optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
  amount: wholeNumber(1, maxAmount).optional().describe('of one posting, minor units'),
});
export type EntriesQuery = z.output<typeof entriesQuery>;

const codes = Object.keys(systemAccounts) as [SystemAccountCode, ...SystemAccountCode[]];

export const adjustmentBody = z.strictObject({
  currency,
  postings: z
    .array(
      z.strictObject({
        account: z.union([id, z.enum(codes)]).describe('an account’s id, or the code of one of the house’s own'),
        direction: z.enum(directions),
        amount,
      }),
    )
    .min(2)
    .max(50),
  effectiveOn: day.optional(),
  memo: line(200).optional().describe('no personal values'),
  reason,
});
export type AdjustmentInput = z.output<typeof adjustmentBody>;
