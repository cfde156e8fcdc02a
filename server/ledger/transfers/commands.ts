import { v7 as uuidv7 } from 'uuid';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { startSaga } from '#server/sagas/commands.ts';
import { systemAccount } from '../commands/accounts.ts';
import { pendEntry } from '../commands/entries.ts';
import { type AccountRecord, findAccount } from '../record.ts';
import { transferStream } from './events.ts';
import { aboutOf, lockTransfer, type Transfer } from './record.ts';
import { mayReceive, maySend } from './rules.ts';
import './saga.ts';

export interface NewTransfer {
  fromAccountId: string;
  toAccountId: string;
  /** Minor units, above zero. */
  amount: number;
  currency: string;
  note?: string | undefined;
}

/**
 * Asks for a transfer from one's own account. The money is held at once, so that it is there when the transfer is made; the
 * rest follows. @throws AppError `not_found` when the account is not one's own, `rule_violated` when it cannot be made
 */
export async function requestTransfer(ctx: Ctx, input: NewTransfer): Promise<Transfer> {
  return inTransaction(ctx, async (tx) => {
    const from = await ownAccount(tx, input.fromAccountId);
    const to = await recipientAccount(tx, input, from);
    const id = uuidv7();
    const now = tx.now().toISOString();
    const hold = await pendEntry(tx, {
      kind: 'transfer',
      currency: input.currency,
      postings: [
        { accountId: from.id, direction: 'debit', amount: input.amount },
        {
          accountId: await systemAccount(tx, 'transfers_in_transit', input.currency),
          direction: 'credit',
          amount: input.amount,
        },
      ],
      idempotencyKey: `transfer:${id}:hold`,
      refs: { transferId: id, memberId: from.memberId },
    });
    const [numbered] = await tx.sql<{ n: number }[]>`select nextval('transfer_numbers')::int as n`;
    await tx.sql`
      insert into transfers ${tx.sql({
        id,
        number: `T-${String(numbered?.n ?? 0).padStart(6, '0')}`,
        from_account_id: from.id,
        to_account_id: to.id,
        from_member_id: from.memberId,
        to_member_id: to.memberId,
        amount: input.amount,
        currency: input.currency,
        status: 'pending',
        note_sealed_from: await sealedNote(tx, from.memberId, input.note),
        note_sealed_to: await sealedNote(tx, to.memberId, input.note),
        hold_entry_id: hold.id,
        correlation_id: tx.correlationId,
        version: 1,
        created_at: now,
        updated_at: now,
      })}`;
    const transfer = await lockTransfer(tx.sql, id);
    await append(tx, transferStream(id), 'new', [{ type: 'transfer.requested', data: aboutOf(transfer) }]);
    await writeAudit(tx, {
      action: 'transfer.request',
      resourceType: 'transfer',
      resourceId: id,
      subjectId: from.memberId,
      after: { number: transfer.number, amount: transfer.amount, currency: transfer.currency },
    });
    await startSaga(tx, { type: 'transfer', subjectId: id, memberId: from.memberId, data: { transferId: id } });
    return transfer;
  });
}

type MemberAccount = AccountRecord & { memberId: string };

async function ownAccount(tx: TxCtx, id: string): Promise<MemberAccount> {
  const account = await findAccount(tx.sql, id);
  if (!account?.memberId || !isOwn(tx, account.memberId)) throw notYours();
  if (account.loanId !== null) throw refusal('fromAccountId', 'A loan’s account cannot be paid from.');
  const status = await memberStatusOf(tx, account.memberId);
  if (!maySend(status)) throw refusal('fromAccountId', `Nothing can be sent: your membership is ${status}.`);
  return { ...account, memberId: account.memberId };
}

async function recipientAccount(tx: TxCtx, input: NewTransfer, from: MemberAccount): Promise<MemberAccount> {
  const account = await findAccount(tx.sql, input.toAccountId);
  // The house's accounts are nobody's to pay into: to a member they are not there.
  if (!account?.memberId || account.loanId !== null || !mayReceive(await memberStatusOf(tx, account.memberId))) {
    throw refusal('toAccountId', 'There is no such account.');
  }
  if (account.id === from.id) throw refusal('toAccountId', 'This is the account that it would come from.');
  if (account.status !== 'open') throw refusal('toAccountId', 'This account is closed.');
  if (input.currency !== from.currency) throw refusal('currency', `Your account is in ${from.currency}.`);
  if (account.currency !== from.currency) throw refusal('toAccountId', `That account is in ${account.currency}.`);
  return { ...account, memberId: account.memberId };
}

const refusal = (path: string, message: string) => ruleViolated(message, [{ path, message }]);

async function sealedNote(tx: TxCtx, memberId: string, note: string | undefined): Promise<string | null> {
  if (note === undefined) return null;
  return seal(await tx.app.dataKeys.obtain(tx.sql, memberId), 'transferNote', note);
}
