import { v7 as uuidv7 } from 'uuid';
import type { EntryState } from '#db/schema/ledger.ts';
import { actorId } from '#server/context/actor.ts';
import type { TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { append, type NewEvent } from '#server/events/append.ts';
import { refusalOf } from '../database-refusals.ts';
import { accountStream } from '../events.ts';
import { type EntryJson, entryOf, type TouchedAccountJson } from '../record.ts';
import { balanceFrom, fingerprintOf, isAmount, problemOf } from '../rules.ts';
import type { EntryInput, JournalEntry, Posting } from '../shapes.ts';

/**
 * The books, written inside the caller's transaction. Whoever calls has checked who may; what is checked here is whether the
 * books allow it. Amounts are minor units. The same key again gives the entry that it made and writes nothing.
 *
 * All of them throw AppError: `rule_violated` (not balanced, not enough, closed, another currency), `conflict` (the key stands
 * for another entry; resolved or reversed already), `not_found` (account or entry). The transaction is lost then.
 *
 * One entry takes its locks in one order. Two entries in one transaction can meet another pair in the opposite order:
 * Postgres ends one of them, which is told as a transient conflict.
 */
export const postEntry = (tx: TxCtx, input: EntryInput): Promise<JournalEntry> => record(tx, 'posted', input);

/** Holds: what is pending counts against what is available, and is in no balance. @throws as `postEntry` */
export const pendEntry = (tx: TxCtx, input: EntryInput): Promise<JournalEntry> => record(tx, 'pending', input);

/** Posts a hold, or less of it when it has two postings; the rest is let go. @throws as `postEntry` */
export async function postPending(
  tx: TxCtx,
  input: { entryId: string; idempotencyKey: string; amount?: number },
): Promise<JournalEntry> {
  if (input.amount !== undefined && !isAmount(input.amount)) {
    throw ruleViolated('An amount is a whole number of minor units, above zero.', [
      { path: 'amount', message: 'must be a whole number above zero' },
    ]);
  }
  return write(tx, {
    entry: { state: 'posted', resolves: input.entryId },
    idempotencyKey: input.idempotencyKey,
    amount: input.amount ?? null,
  });
}

/** Lets a hold go. @throws as `postEntry` */
export const voidPending = (tx: TxCtx, input: { entryId: string; idempotencyKey: string }): Promise<JournalEntry> =>
  write(tx, { entry: { state: 'void', resolves: input.entryId }, idempotencyKey: input.idempotencyKey });

/** Takes a posted entry back with its mirror image. @throws as `postEntry` */
export const reverseEntry = (
  tx: TxCtx,
  input: { entryId: string; idempotencyKey: string; memo?: string },
): Promise<JournalEntry> =>
  write(tx, {
    entry: { state: 'posted', kind: 'reversal', reverses: input.entryId, memo: input.memo ?? null },
    idempotencyKey: input.idempotencyKey,
  });

async function record(tx: TxCtx, state: EntryState, input: EntryInput): Promise<JournalEntry> {
  const problem = problemOf(input);
  if (problem) throw problem;
  const { refs = {} } = input;
  return write(tx, {
    entry: {
      state,
      kind: input.kind,
      currency: input.currency,
      effective_on: input.effectiveOn ?? null,
      memo: input.memo ?? null,
      member_id: refs.memberId ?? null,
      order_id: refs.orderId ?? null,
      payment_id: refs.paymentId ?? null,
      transfer_id: refs.transferId ?? null,
      loan_id: refs.loanId ?? null,
      invoice_id: refs.invoiceId ?? null,
    },
    postings: input.postings,
    idempotencyKey: input.idempotencyKey,
  });
}

interface Write {
  /** Columns of `journal_entries`. */
  entry: Record<string, string | null>;
  /** Those of the entry that is resolved or reversed unless given. */
  postings?: readonly Posting[];
  amount?: number | null;
  idempotencyKey: string;
}

async function write(tx: TxCtx, { entry, postings = [], amount = null, idempotencyKey }: Write): Promise<JournalEntry> {
  const now = tx.now().toISOString();
  const columns = {
    ...entry,
    id: uuidv7(),
    effective_on: entry.effective_on ?? now.slice(0, 10),
    booked_at: now,
    idempotency_key: idempotencyKey,
    fingerprint: fingerprintOf([entry, postings.map((one) => [one.accountId, one.direction, one.amount]), amount]),
    correlation_id: tx.correlationId,
    actor: { kind: tx.actor.kind, id: actorId(tx.actor) },
  };
  const json = await callWrite(tx, columns, postings, amount, entry.currency ?? null);
  if (!json.replayed) for (const account of json.accounts) await tell(tx, json, account);
  return entryOf(json);
}

async function callWrite(
  tx: TxCtx,
  columns: object,
  postings: readonly Posting[],
  amount: number | null,
  currency: string | null,
): Promise<EntryJson> {
  try {
    const [row] = await tx.sql<{ entry: string }[]>`
      select write_journal_entry(${JSON.stringify(columns)}::text::jsonb,
        ${postings.map((one) => one.accountId)}::uuid[], ${postings.map((one) => one.direction)}::text[],
        ${postings.map((one) => one.amount)}::bigint[], ${amount}::bigint)::text as entry`;
    if (!row) throw new Error('the entry was not given back');
    return JSON.parse(row.entry) as EntryJson;
  } catch (error) {
    throw refusalOf(error, currency) ?? error;
  }
}

/** Accounts come in the order of their ids, so that two entries cannot wait for each other's streams. */
async function tell(tx: TxCtx, json: EntryJson, account: TouchedAccountJson): Promise<void> {
  const whose = { accountId: account.id, memberId: account.member_id, loanId: account.loan_id };
  const balance = balanceFrom(
    { ...account, overdraftLimit: account.overdraft_limit },
    {
      postedDebits: account.posted_debits,
      postedCredits: account.posted_credits,
      pendingDebits: account.pending_debits,
      pendingCredits: account.pending_credits,
    },
  );
  const { currency } = account;
  const moved = json.state === 'posted' ? json.postings.filter((one) => one.account_id === account.id) : [];
  const movements = moved.map(
    (posting): NewEvent => ({
      type: posting.direction === 'debit' ? 'account.debited' : 'account.credited',
      data: {
        ...whose,
        entryId: json.id,
        entryNumber: json.number,
        kind: json.kind,
        amount: { amount: posting.amount, currency },
        effectiveOn: json.effective_on,
        ...(json.order_id ? { orderId: json.order_id } : {}),
        ...(json.payment_id ? { paymentId: json.payment_id } : {}),
        ...(json.transfer_id ? { transferId: json.transfer_id } : {}),
      },
    }),
  );
  await append(tx, accountStream(account.id), 'any', [
    ...movements,
    {
      type: 'balance.updated',
      data: {
        ...whose,
        entryId: json.id,
        balance: { amount: balance.posted, currency },
        available: { amount: balance.available ?? balance.posted, currency },
      },
    },
  ]);
}
