import type { TxCtx } from '#server/context/context.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { findPayment } from '#server/payments/queries/records.ts';
import {
  advanceLoan,
  insertInstalments,
  instalmentsOf,
  type Loan,
  lockLoan,
  type Repayment,
  repaymentOfPayment,
} from '../record.ts';
import { type Instalment, statusOf } from '../rules/allocation.ts';
import { bringTo, dayOf, lockUpToDate, type Standing } from './dues.ts';
import { postRepayment } from './post.ts';
import { insertRepayment } from './repay.ts';

export interface PaymentNews {
  loanId: string;
  paymentId: string;
  /** A refund of it that has gone out; without one the payment itself has completed or failed. */
  refund: { id: string; amount: number } | null;
}

/** What becomes of a repayment by card, from the payment's events in their order. Twice is the same as once. */
export async function followPayment(tx: TxCtx, { loanId, paymentId, refund }: PaymentNews): Promise<void> {
  const loan = await lockLoan(tx.sql, loanId);
  const payment = await findPayment(tx.sql, paymentId);
  if (!payment) throw new Error('the payment of a repayment is not there');
  const repayment =
    (await repaymentOfPayment(tx.sql, paymentId)) ??
    (await insertRepayment(tx, loan, { amount: payment.amount, paymentId }));
  if (refund) return takeBack(tx, await lockUpToDate(tx, loanId), repayment, refund);
  if (repayment.status === 'posted') return;
  if (payment.status === 'failed') {
    await tx.sql`
      update loan_repayments set status = 'failed', failure_message = ${payment.failureMessage} where id = ${repayment.id}`;
  } else {
    const standing = await bringTo(tx, loan, dayOf(repayment.createdAt));
    await postRepayment(tx, standing, repayment, await systemAccount(tx, 'customer_deposits', payment.currency));
  }
  // What fell due meanwhile has waited for it.
  await lockUpToDate(tx, loanId);
}

/** The payer has it back: it is owed again, at once and without interest. What was written off is lost once more. */
async function takeBack(
  tx: TxCtx,
  { loan, instalments }: Standing,
  repayment: Repayment,
  refund: { id: string; amount: number },
): Promise<void> {
  const { currency, memberId, id: loanId } = loan;
  const lost = loan.status === 'written_off';
  const entry = await postEntry(tx, {
    kind: 'adjustment',
    currency,
    postings: [
      {
        accountId: lost ? await systemAccount(tx, 'loan_losses', currency) : (loan.accountId ?? ''),
        direction: 'debit',
        amount: refund.amount,
      },
      { accountId: await systemAccount(tx, 'customer_deposits', currency), direction: 'credit', amount: refund.amount },
    ],
    idempotencyKey: `loan-repayment:${repayment.id}:returned:${refund.id}`,
    refs: { loanId, memberId, ...(repayment.paymentId ? { paymentId: repayment.paymentId } : {}) },
  });
  if (entry.replayed) return;
  await tx.sql`update loan_repayments set returned = returned + ${refund.amount} where id = ${repayment.id}`;
  const change = lost ? {} : await oweAgain(tx, loan, instalments, refund.amount);
  await advanceLoan(tx, loan, change, [
    {
      type: 'loan.repayment_returned',
      amount: refund.amount,
      data: { repaymentId: repayment.id, refundId: refund.id },
    },
  ]);
}

async function oweAgain(tx: TxCtx, loan: Loan, instalments: readonly Instalment[], principal: number) {
  const seq = Math.max(0, ...instalments.map((one) => one.seq)) + 1;
  const dueOn = tx.now().toISOString().slice(0, 10);
  await insertInstalments(tx.sql, loan.id, [{ seq, dueOn, principal, interest: 0, status: 'due' }]);
  return { status: statusOf(await instalmentsOf(tx.sql, loan.id)), closedAt: null };
}
