import type { Ctx, TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { completed, type DatabaseStep, defineSaga, type SagaEnd, type SagaRun } from '#server/sagas/define.ts';
import { systemAccount } from '../commands/accounts.ts';
import { postEntry, postPending, reverseEntry, voidPending } from '../commands/entries.ts';
import { customerViewStream } from './events.ts';
import { endTransfer, lockTransfer, type Transfer } from './record.ts';

const transferOf = (tx: TxCtx, saga: SagaRun) => lockTransfer(tx.sql, saga.subjectId);

/** What was held leaves the sender's account; until it arrives it is in transit. */
const debit: DatabaseStep = {
  kind: 'database',
  name: 'debit',
  async run(tx, saga) {
    const transfer = await transferOf(tx, saga);
    const entry = await postPending(tx, { entryId: transfer.holdEntryId, idempotencyKey: saga.idempotencyKey });
    return completed({ entryId: entry.id });
  },
  async compensate(tx, saga) {
    const entryId = saga.results.debit?.entryId;
    if (typeof entryId !== 'string') throw new Error('a debit without an entry');
    const entry = await reverseEntry(tx, { entryId, idempotencyKey: `${saga.idempotencyKey}:undone` });
    return completed({ entryId, reversedBy: entry.id });
  },
};

/** Refused when the account was closed meanwhile: then the sender has it back. */
const credit: DatabaseStep = {
  kind: 'database',
  name: 'credit',
  async run(tx, saga) {
    const transfer = await transferOf(tx, saga);
    const entry = await postEntry(tx, {
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
      idempotencyKey: saga.idempotencyKey,
      refs: { transferId: transfer.id, memberId: transfer.toMemberId },
    });
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

export const transferSaga = defineSaga({ type: 'transfer', steps: [debit, credit, customerView], onEnd: end });

async function end(tx: TxCtx, saga: SagaRun, how: SagaEnd): Promise<void> {
  const transfer = await transferOf(tx, saga);
  if (how === 'completed') return endTransfer(tx, transfer, 'completed', null);
  const failure = saga.error ?? { code: 'undone', reason: 'It was called off by hand.' };
  if (saga.results.debit) return endTransfer(tx, transfer, 'compensated', failure);
  // Never debited: what is held is let go.
  await voidPending(tx, { entryId: transfer.holdEntryId, idempotencyKey: `transfer:${transfer.id}:void` });
  await endTransfer(tx, transfer, 'failed', failure);
}
