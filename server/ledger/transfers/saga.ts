import type { Ctx, TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { completed, type DatabaseStep, defineSaga, type SagaEnd, type SagaRun } from '#server/sagas/define.ts';
import { systemAccount } from '../commands/accounts.ts';
import { postEntry, postPending, reverseEntry, voidPending } from '../commands/entries.ts';
import { entryIdOfKey } from '../record.ts';
import type { JournalEntry } from '../shapes.ts';
import { customerViewStream } from './events.ts';
import { endTransfer, lockTransfer, type Transfer, transferNumbers } from './record.ts';

const transferOf = (tx: TxCtx, saga: SagaRun) => lockTransfer(tx.sql, saga.subjectId);

/** The steps' own keys: what a step has done, is about to do, or is done in its place by hand, is done once. */
const keyOf = (transfer: Transfer, step: 'debit' | 'credit' | 'void') => `transfer:${transfer.id}:${step}`;

const postDebit = (tx: TxCtx, transfer: Transfer) =>
  postPending(tx, { entryId: transfer.holdEntryId, idempotencyKey: keyOf(transfer, 'debit') });

const postCredit = async (tx: TxCtx, transfer: Transfer) =>
  postEntry(tx, {
    kind: 'transfer',
    currency: transfer.currency,
    postings: [
      {
        accountId: await systemAccount(tx, 'transfers_in_transit', transfer.currency),
        direction: 'debit',
        amount: transfer.amount,
      },
      { accountId: transfer.toAccountId, direction: 'credit', amount: transfer.amount },
    ],
    idempotencyKey: keyOf(transfer, 'credit'),
    refs: { transferId: transfer.id, memberId: transfer.toMemberId },
  });

/** Takes back what a step has posted; null when it has posted nothing. */
async function undo(tx: TxCtx, transfer: Transfer, step: 'debit' | 'credit'): Promise<JournalEntry | null> {
  const key = keyOf(transfer, step);
  const entryId = await entryIdOfKey(tx.sql, key);
  return entryId === null ? null : reverseEntry(tx, { entryId, idempotencyKey: `${key}:undone` });
}

/** What was held leaves the sender's account; until it arrives it is in transit. */
const debit: DatabaseStep = {
  kind: 'database',
  name: 'debit',
  async run(tx, saga) {
    const entry = await postDebit(tx, await transferOf(tx, saga));
    return completed({ entryId: entry.id });
  },
  async compensate(tx, saga) {
    const entry = await undo(tx, await transferOf(tx, saga), 'debit');
    if (!entry) throw new Error('a debit without an entry');
    return completed({ entryId: entry.reverses, reversedBy: entry.id });
  },
};

/** Refused when the account was closed meanwhile: then the sender has it back. */
const credit: DatabaseStep = {
  kind: 'database',
  name: 'credit',
  async run(tx, saga) {
    const entry = await postCredit(tx, await transferOf(tx, saga));
    return completed({ entryId: entry.id });
  },
};

/** Both customers have one transaction more in their last thirty days. */
const customerView: DatabaseStep = {
  kind: 'database',
  name: 'customer-view',
  async run(tx, saga) {
    const transfer = await transferOf(tx, saga);
    const sides = [
      { memberId: transfer.fromMemberId, accountId: transfer.fromAccountId },
      { memberId: transfer.toMemberId, accountId: transfer.toAccountId },
    ].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    for (const side of sides) await countTransaction(tx, transfer, side);
    return completed();
  },
};

async function countTransaction(
  tx: TxCtx,
  transfer: Transfer,
  { memberId, accountId }: { memberId: string; accountId: string },
): Promise<void> {
  await tx.sql`
    insert into customer_days (member_id, day, transactions) values (${memberId}, ${tx.now().toISOString().slice(0, 10)}, 1)
    on conflict (member_id, day) do update set transactions = customer_days.transactions + 1`;
  const transactionsLast30Days = await transactionsLast30(tx, memberId);
  await append(tx, customerViewStream(memberId), 'any', [
    { type: 'customer.view.updated', data: { transferId: transfer.id, accountId, memberId, transactionsLast30Days } },
  ]);
}

/** Today and the 29 days before it, UTC. */
export async function transactionsLast30(ctx: Pick<Ctx, 'sql' | 'now'>, memberId: string): Promise<number> {
  const [row] = await ctx.sql<{ n: number }[]>`
    select coalesce(sum(transactions), 0)::int as n from customer_days
    where member_id = ${memberId} and day > ${ctx.now().toISOString().slice(0, 10)}::date - 30`;
  return row?.n ?? 0;
}

export const transferSaga = defineSaga({
  type: 'transfer',
  steps: [debit, credit, customerView],
  onEnd: end,
  numbersOf: transferNumbers,
});

/**
 * The books agree with the outcome, whoever decided on it: what the steps have done already is not done again, and what the
 * ledger refuses refuses the outcome.
 */
async function end(tx: TxCtx, saga: SagaRun, how: SagaEnd): Promise<void> {
  const transfer = await transferOf(tx, saga);
  if (how === 'completed') {
    await postDebit(tx, transfer);
    await postCredit(tx, transfer);
    return endTransfer(tx, transfer, 'completed', null);
  }
  const failure = saga.error ?? { code: 'undone', reason: 'It was called off by hand.' };
  await undo(tx, transfer, 'credit');
  if (await undo(tx, transfer, 'debit')) return endTransfer(tx, transfer, 'compensated', failure);
  // Never debited: what is held is let go.
  await voidPending(tx, { entryId: transfer.holdEntryId, idempotencyKey: keyOf(transfer, 'void') });
  await endTransfer(tx, transfer, 'failed', failure);
}
