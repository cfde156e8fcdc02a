import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import type { Posting } from '#server/ledger/shapes.ts';
import { advanceLoan, decisionsOf, type Loan } from '../record.ts';
import { type Owed, owedOn } from '../rules/allocation.ts';
import { lostOf, proposalHolds } from '../rules/write-off.ts';
import { auditLoan } from './apply.ts';
import { lockForDecision, recordDecision, requireDecider } from './decide.ts';
import { lockUpToDate, requireNoCardUnderWay } from './dues.ts';

/**
 * Gives up what is owed, on the word of two different people: the first proposes, the second does it. A proposal holds for
 * thirty days and for its amount; after that the next word is a proposal again.
 * @throws AppError `forbidden` as `decideLoan`, `conflict` for a loan that is not running, while a
 * repayment by card is under way, and for the same person twice
 */
export async function writeOffLoan(ctx: Ctx, input: { loanId: string; reason: string }): Promise<Loan> {
  requireDecider(ctx);
  return inTransaction(ctx, async (tx) => {
    await lockForDecision(tx, input.loanId, ['active', 'in_arrears']);
    const { loan, instalments } = await lockUpToDate(tx, input.loanId);
    await requireNoCardUnderWay(tx, loan);
    const today = tx.now().toISOString().slice(0, 10);
    const owed = owedOn(loan, instalments, today);
    const proposed = await isProposed(tx, loan, lostOf(owed));
    await recordDecision(tx, loan, 'write_off', input.reason, lostOf(owed));
    const after = proposed
      ? await writeOff(tx, loan, owed)
      : await advanceLoan(tx, loan, {}, [{ type: 'loan.write_off_proposed', amount: lostOf(owed) }]);
    const { status } = after;
    await auditLoan(tx, after, proposed ? 'loan.write_off' : 'loan.propose_write_off', {
      reason: input.reason,
      after: { status },
    });
    return after;
  });
}

/** Whether somebody's proposal waits for a second person. One that holds no longer is laid aside. */
async function isProposed(tx: TxCtx, loan: Loan, lost: number): Promise<boolean> {
  const proposal = (await decisionsOf(tx.sql, loan.id)).find((one) => one.kind === 'write_off');
  if (!proposal) return false;
  if (proposalHolds(proposal, lost, tx.now())) return true;
  await tx.sql`
    update loan_decisions set lapsed_at = ${tx.now().toISOString()}
    where loan_id = ${loan.id} and kind = 'write_off' and lapsed_at is null`;
  return false;
}

async function writeOff(tx: TxCtx, loan: Loan, owed: Owed): Promise<Loan> {
  const { id: loanId, memberId, currency } = loan;
  const losses: Posting = {
    accountId: await systemAccount(tx, 'loan_losses', currency),
    direction: 'debit',
    amount: lostOf(owed),
  };
  const credits: Posting[] = [
    { accountId: loan.accountId ?? '', direction: 'credit', amount: owed.principalDue + owed.principalPlanned },
    { accountId: await systemAccount(tx, 'receivables', currency), direction: 'credit', amount: owed.interestDue },
  ];
  await postEntry(tx, {
    kind: 'write_off',
    currency,
    postings: [losses, ...credits.filter(({ amount }) => amount > 0)],
    idempotencyKey: `loan:${loanId}:write-off`,
    refs: { loanId, memberId },
  });
  await tx.sql`
    update loan_instalments set status = 'written_off' where loan_id = ${loanId} and status in ('planned', 'due')`;
  return advanceLoan(tx, loan, { status: 'written_off', closedAt: tx.now().toISOString() }, [
    { type: 'loan.written_off', amount: lostOf(owed) },
  ]);
}
