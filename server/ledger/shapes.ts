import type { AccountClass, AccountStatus, Direction, EntryKind, EntryState } from '#db/schema/ledger.ts';

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
