import { v7 as uuidv7 } from 'uuid';
import { resolvePaymentMethod } from '#server/cards/queries/resolve.ts';
import { type Ctx, can, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { conflict, notYours, ruleViolated } from '#server/errors/errors.ts';
import { findMemberAccount } from '#server/ledger/queries/accounts.ts';
import { plainMoney } from '#server/ledger/rules.ts';
import { startPayment } from '#server/payments/commands/start.ts';
import { findRepayment, type Loan, type Repayment } from '../record.ts';
import { type Owed, owedOn } from '../rules/allocation.ts';
import { auditLoan } from './apply.ts';
import { lockUpToDate, requireNoCardUnderWay, type Standing } from './dues.ts';
import { postRepayment } from './post.ts';

export interface RepaymentInput {
  loanId: string;
  /** Minor units. */
  amount: number;
  /** `account`, the id of a card that the member keeps, or the gateway's own name for one. */
  from: string;
}

/**
 * Pays back: interest before principal, the oldest instalment first; what is over lowers the instalments to come, or settles
 * the loan. From the account it is booked at once, by card when the money is in.
 * @throws AppError `not_found` for somebody else's loan, `rule_violated` for one on which nothing is owed, an amount above what
 * is owed, too little in the account, or an unknown card; `conflict` while a repayment by card is under way
 */
export const repayLoan = (ctx: Ctx, input: RepaymentInput): Promise<Repayment> =>
  inTransaction(ctx, async (tx) => {
    const standing = await lockOwn(tx, input.loanId);
    const owed = owedToday(tx, standing);
    if (!Number.isSafeInteger(input.amount) || input.amount < 1 || input.amount > owed.total) {
      throw ruleViolated(`At most ${plainMoney(owed.total, standing.loan.currency)} is owed today.`, [
        { path: 'amount', message: `must be a whole number from 1 to ${owed.total}` },
      ]);
    }
    return pay(tx, standing, input);
  });

/**
 * Pays all that is owed today. `amount` is what the payer was shown.
 * @throws AppError as `repayLoan`; `conflict` when something else is owed by now
 */
export const settleLoan = (ctx: Ctx, input: RepaymentInput): Promise<Repayment> =>
  inTransaction(ctx, async (tx) => {
    const standing = await lockOwn(tx, input.loanId);
    const { total } = owedToday(tx, standing);
    if (input.amount !== total) {
      const { currency } = standing.loan;
      throw conflict(`${plainMoney(total, currency)} settles the loan today. Nothing was paid.`, [
        { path: 'amount', message: `must be ${total}` },
      ]);
    }
    return pay(tx, standing, input);
  });

/** One's own loan; with `payments:record` anybody's. */
async function lockOwn(tx: TxCtx, loanId: string): Promise<Standing> {
  const standing = await lockUpToDate(tx, loanId);
  const { loan } = standing;
  if (!isOwn(tx, loan.memberId) && !can(tx, 'payments:record')) throw notYours();
  if (loan.status !== 'active' && loan.status !== 'in_arrears') throw ruleViolated('Nothing is owed on this loan.');
  await requireNoCardUnderWay(tx, loan);
  return standing;
}

const owedToday = (tx: TxCtx, { loan, instalments }: Standing): Owed =>
  owedOn(loan, instalments, tx.now().toISOString().slice(0, 10));

async function pay(tx: TxCtx, standing: Standing, { amount, from }: RepaymentInput): Promise<Repayment> {
  const { loan } = standing;
  const repayment =
    from === 'account' ? await payFromAccount(tx, standing, amount) : await payByCard(tx, loan, amount, from);
  await auditLoan(tx, loan, 'loan.repay', { after: { repaymentId: repayment.id, amount, source: repayment.source } });
  return repayment;
}

async function payFromAccount(tx: TxCtx, standing: Standing, amount: number): Promise<Repayment> {
  const { memberId, currency } = standing.loan;
  const account = await findMemberAccount(tx, memberId, currency);
  if (!account) throw ruleViolated('There is no account to pay from.', [{ path: 'from', message: 'is not there' }]);
  const repayment = await insertRepayment(tx, standing.loan, { amount, paymentId: null });
  return postRepayment(tx, standing, repayment, account.id);
}

async function payByCard(tx: TxCtx, loan: Loan, amount: number, paymentMethod: string): Promise<Repayment> {
  // Somebody else's card is not for staff to use.
  if (!isOwn(tx, loan.memberId))
    throw ruleViolated('By card only members pay themselves.', [{ path: 'from', message: 'must be account' }]);
  const { id: loanId, memberId, currency } = loan;
  const card = await resolvePaymentMethod(tx, memberId, paymentMethod);
  const payment = await startPayment(tx, { memberId, purpose: 'loan_repayment', loanId, amount, currency, card });
  return insertRepayment(tx, loan, { amount, paymentId: payment.id });
}

/** What is meant to be paid back; nothing of it is booked yet. */
export async function insertRepayment(
  tx: TxCtx,
  loan: Loan,
  { amount, paymentId }: { amount: number; paymentId: string | null },
): Promise<Repayment> {
  const id = uuidv7();
  const source = paymentId === null ? 'account' : 'card';
  await tx.sql`
    insert into loan_repayments (id, loan_id, source, payment_id, amount, currency, status, created_at)
    values (${id}, ${loan.id}, ${source}, ${paymentId}, ${amount}, ${loan.currency}, 'pending', ${tx.now().toISOString()})`;
  const repayment = await findRepayment(tx.sql, id);
  if (!repayment) throw new Error('a repayment that was written is not there');
  return repayment;
}
