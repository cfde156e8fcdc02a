import { v7 as uuidv7 } from 'uuid';
import type { DecisionKind, LoanStatus } from '#db/schema/loans.ts';
import { obtainUnlessDestroyed } from '#server/audit/address.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, conflict, ruleViolated } from '#server/errors/errors.ts';
import { findOrOpenMemberAccount, openLoanAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { advanceLoan, decisionsOf, insertInstalments, type Loan, lockLoan, type News } from '../record.ts';
import { firstSchedule } from '../rules/annuity.ts';
import { auditLoan } from './apply.ts';

export interface DecisionInput {
  loanId: string;
  decision: 'approve' | 'reject';
  reason: string;
}

/**
 * Staff decide on an application. Above the product's limit two different people agree; the word of the last pays the loan out.
 * @throws AppError `forbidden` without the permission, to machines and on one's own loan, `conflict` when it is decided or the
 * same person agrees twice, `rule_violated` for a member who may not borrow any more
 */
export async function decideLoan(ctx: Ctx, input: DecisionInput): Promise<Loan> {
  requireDecider(ctx);
  return inTransaction(ctx, async (tx) => {
    const loan = await lockForDecision(tx, input.loanId, ['applied', 'awaiting_second']);
    if (input.decision === 'reject') return reject(tx, loan, input.reason);
    return approve(tx, loan, input.reason);
  });
}

/** Gives who decides. Two machines may be one person, and one of them the borrower. @throws AppError `forbidden` */
export function requireDecider(ctx: Ctx): string {
  requirePermission(ctx, 'loans:decide');
  if (ctx.actor.kind !== 'user') throw new AppError('forbidden', 'Only a person decides on a loan.');
  return ctx.actor.userId;
}

/** @throws AppError `forbidden` on one's own loan, `conflict` when the loan is not in one of these states */
export async function lockForDecision(tx: TxCtx, loanId: string, from: readonly LoanStatus[]): Promise<Loan> {
  const loan = await lockLoan(tx.sql, loanId);
  if (isOwn(tx, loan.memberId)) throw new AppError('forbidden', 'Nobody decides on their own record.');
  if (!from.includes(loan.status)) throw conflict(`This is not possible any more: the loan is ${words(loan.status)}.`);
  return loan;
}

const words = (status: LoanStatus) => status.replaceAll('_', ' ');

async function reject(tx: TxCtx, loan: Loan, reason: string): Promise<Loan> {
  await recordDecision(tx, loan, 'reject', reason);
  const now = tx.now().toISOString();
  const after = await advanceLoan(tx, loan, { status: 'rejected', decidedAt: now, closedAt: now }, [
    { type: 'loan.rejected' },
  ]);
  await auditLoan(tx, after, 'loan.reject', { reason });
  return after;
}

async function approve(tx: TxCtx, loan: Loan, reason: string): Promise<Loan> {
  const status = await memberStatusOf(tx, loan.memberId);
  if (status !== 'active' && status !== 'grace') {
    throw ruleViolated(`The member is ${status ?? 'not there'}: nothing is lent to them.`);
  }
  await recordDecision(tx, loan, 'approve', reason);
  if (loan.needsTwo && loan.status === 'applied') {
    const after = await advanceLoan(tx, loan, { status: 'awaiting_second' }, [{ type: 'loan.first_approved' }]);
    await auditLoan(tx, after, 'loan.approve', { reason, after: { status: after.status } });
    return after;
  }
  const after = await disburse(tx, loan);
  await auditLoan(tx, after, 'loan.approve', { reason, after: { status: after.status } });
  return after;
}

/** Notes who decided. @throws AppError `conflict` when the same person did already: the other one is missing */
export async function recordDecision(
  tx: TxCtx,
  loan: Loan,
  kind: DecisionKind,
  reason: string,
  amount: number | null = null,
): Promise<void> {
  const decidedBy = requireDecider(tx);
  const before = await decisionsOf(tx.sql, loan.id);
  if (before.some((one) => one.kind === kind && one.decidedBy === decidedBy)) {
    throw conflict('You have agreed already. A second person must agree too.');
  }
  const key = await obtainUnlessDestroyed(tx.app, tx.sql, loan.memberId);
  await tx.sql`
    insert into loan_decisions (id, loan_id, kind, decided_by, reason_sealed, amount, at)
    values (${uuidv7()}, ${loan.id}, ${kind}, ${decidedBy}, ${key && seal(key, 'loanReason', reason)},
      ${amount}, ${tx.now().toISOString()})`;
}

/** The money reaches the member's account in the same transaction as the word that gives it. */
async function disburse(tx: TxCtx, loan: Loan): Promise<Loan> {
  const { id: loanId, memberId, currency, amount } = loan;
  const today = tx.now().toISOString().slice(0, 10);
  const to = await findOrOpenMemberAccount(tx, { memberId, name: 'Current account', currency });
  const account = await openLoanAccount(tx, { loanId, memberId, currency });
  const entry = await postEntry(tx, {
    kind: 'disbursement',
    currency,
    postings: [
      { accountId: account.id, direction: 'debit', amount },
      { accountId: to.id, direction: 'credit', amount },
    ],
    idempotencyKey: `loan:${loanId}:disbursement`,
    refs: { loanId, memberId },
  });
  const planned = firstSchedule(loan, today).map((one) => ({ ...one, status: 'planned' as const }));
  await insertInstalments(tx.sql, loanId, planned);
  const news: News[] = [
    { type: 'loan.approved' },
    { type: 'loan.disbursed', data: { accountId: to.id, entryId: entry.id } },
  ];
  const change = {
    status: 'active' as const,
    accountId: account.id,
    disbursedOn: today,
    periodFrom: today,
    accruedTo: today,
    decidedAt: tx.now().toISOString(),
  };
  return advanceLoan(tx, loan, change, news);
}
