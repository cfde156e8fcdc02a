import { v7 as uuidv7 } from 'uuid';
import { type SystemAccountCode, systemAccounts } from '#db/schema/ledger.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { AppError, conflict, ruleViolated } from '#server/errors/errors.ts';
import { isByHand } from '../rules.ts';
import type { AdjustmentInput, JournalEntry, Posting } from '../shapes.ts';
import { systemAccount } from './accounts.ts';
import { postEntry, reverseEntry } from './entries.ts';

/**
 * Staff take an entry back that was posted by hand. Never one that moved their own money, and none that something else rests
 * on: an order, a payment, a transfer or a loan would go on as if it were there.
 * @throws AppError `forbidden`, `not_found`, `conflict` when it was reversed before, `rule_violated` when the money is spent or
 * something rests on it
 */
export async function reverseByHand(ctx: Ctx, entryId: string, reason: string): Promise<JournalEntry> {
  requirePermission(ctx, 'ledger:manage');
  return inTransaction(ctx, async (tx) => {
    const entry = await reverseEntry(tx, { entryId, idempotencyKey: `reversal:${entryId}` });
    if (entry.replayed) throw conflict('This entry was reversed already.');
    if (!isByHand(entry.refs)) {
      throw ruleViolated(
        'Only what was posted by hand is reversed here. Refund, cancel or settle what this entry belongs to.',
      );
    }
    await auditCorrection(tx, 'ledger.reverse', entry, reason);
    return entry;
  });
}

/** Staff post what is right. Never to their own account, nor to a loan's. @throws AppError as `postEntry`, `forbidden` */
export async function adjust(ctx: Ctx, input: AdjustmentInput): Promise<JournalEntry> {
  requirePermission(ctx, 'ledger:manage');
  return inTransaction(ctx, async (tx) => {
    const postings: Posting[] = [];
    for (const { account, direction, amount } of input.postings) {
      const accountId = isSystemCode(account) ? await systemAccount(tx, account, input.currency) : account;
      postings.push({ accountId, direction, amount });
    }
    await requireNoLoan(tx, postings);
    const entry = await postEntry(tx, {
      kind: 'adjustment',
      currency: input.currency,
      postings,
      idempotencyKey: `adjustment:${uuidv7()}`,
      effectiveOn: input.effectiveOn,
      memo: input.memo,
    });
    await auditCorrection(tx, 'ledger.adjust', entry, input.reason);
    return entry;
  });
}

/** What is owed on a loan is what its schedule says: only repayments change both. */
async function requireNoLoan(tx: TxCtx, postings: readonly Posting[]): Promise<void> {
  const loans = await tx.sql<{ id: string }[]>`
    select id from accounts where id = any(${postings.map((one) => one.accountId)}::uuid[]) and loan_id is not null`;
  const index = postings.findIndex((one) => loans.some(({ id }) => id === one.accountId));
  if (index < 0) return;
  throw ruleViolated('A loan’s account is not adjusted: its schedule would say something else.', [
    { path: `postings.${index}.account`, message: 'is a loan’s account' },
  ]);
}

const isSystemCode = (account: string): account is SystemAccountCode => Object.hasOwn(systemAccounts, account);

/** With whose money it moved: the reason is sealed for the member when there is one alone. */
async function auditCorrection(tx: TxCtx, action: string, entry: JournalEntry, reason: string): Promise<void> {
  const rows = await tx.sql<{ memberId: string }[]>`
    select distinct member_id as "memberId" from accounts
    where id = any(${entry.postings.map((posting) => posting.accountId)}::uuid[]) and member_id is not null`;
  if (rows.some(({ memberId }) => isOwn(tx, memberId))) {
    throw new AppError('forbidden', 'Nobody corrects entries of their own account. Ask a colleague.');
  }
  const [only, ...others] = rows;
  await writeAudit(tx, {
    action,
    resourceType: 'journal-entry',
    resourceId: entry.id,
    reason,
    after: { number: entry.number, reverses: entry.reverses },
    ...(only && others.length === 0 ? { subjectId: only.memberId } : {}),
  });
}
