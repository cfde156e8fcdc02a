import type { TxCtx } from '#server/context/context.ts';
import { conflict } from '#server/errors/errors.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { enqueue, jobIdOf } from '#server/queue/enqueue.ts';
import { advanceLoan, cardUnderWay, instalmentsOf, type Loan, lockLoan, type News } from '../record.ts';
import { broughtTo, dueOf, type Instalment, interestLeft, principalLeft, statusOf } from '../rules/allocation.ts';
import { addDays } from '../rules/days.ts';

/** A loan as it stands today, and its schedule. */
export interface Standing {
  loan: Loan;
  instalments: Instalment[];
}

const isRunning = ({ status }: Loan) => status === 'active' || status === 'in_arrears';

/**
 * Locks a loan and brings it up to today. While a repayment by card is under way no further than to the day on which that was
 * meant: what falls due after it may be paid by then. @throws AppError `not_found`
 */
export async function lockUpToDate(tx: TxCtx, loanId: string): Promise<Standing> {
  const loan = await lockLoan(tx.sql, loanId);
  const underWay = await cardUnderWay(tx.sql, loanId);
  return bringTo(tx, loan, dayOf(underWay?.createdAt ?? tx.now().toISOString()));
}

/** The caller has locked the loan. */
export async function bringTo(tx: TxCtx, loan: Loan, day: string): Promise<Standing> {
  if (!isRunning(loan)) return { loan, instalments: await instalmentsOf(tx.sql, loan.id) };
  return markArrears(tx, await bookDues(tx, loan, day), day);
}

export const dayOf = (time: string) => time.slice(0, 10);

/**
 * A card is charged outside of our transactions: until it is known how that ended, nobody knows what is owed. The caller has
 * locked the loan. @throws AppError `conflict`
 */
export async function requireNoCardUnderWay(tx: TxCtx, loan: Loan): Promise<void> {
  if (await cardUnderWay(tx.sql, loan.id)) {
    throw conflict('A repayment by card is under way. Once it has arrived or failed, this is possible again.');
  }
}

/** Whatever has fallen due: its interest is booked then, and not before. */
async function bookDues(tx: TxCtx, before: Loan, day: string): Promise<Loan> {
  const { loan, fallenDue } = broughtTo(before, await instalmentsOf(tx.sql, before.id), day);
  if (fallenDue.length === 0) return before;
  for (const one of fallenDue) {
    await bookInterest(tx, before, one);
    await tx.sql`
      update loan_instalments set status = ${one.status}, paid_at = ${one.status === 'paid' ? tx.now().toISOString() : null}
      where loan_id = ${before.id} and seq = ${one.seq}`;
  }
  const { periodFrom, accruedTo, principalDays, accruedPaid } = loan;
  const news = fallenDue.map(
    ({ seq: instalment, dueOn, principal, interest }): News => ({
      type: 'loan.instalment_due',
      amount: principal + interest,
      data: { instalment, dueOn, principal, interest },
    }),
  );
  return advanceLoan(tx, before, { periodFrom, accruedTo, principalDays, accruedPaid }, news);
}

async function bookInterest(tx: TxCtx, loan: Loan, { seq, dueOn, interest }: Instalment): Promise<void> {
  if (interest === 0) return;
  const { id: loanId, memberId, currency } = loan;
  await postEntry(tx, {
    kind: 'interest',
    currency,
    postings: [
      { accountId: await systemAccount(tx, 'receivables', currency), direction: 'debit', amount: interest },
      { accountId: await systemAccount(tx, 'loan_interest_income', currency), direction: 'credit', amount: interest },
    ],
    idempotencyKey: `loan:${loanId}:interest:${seq}`,
    effectiveOn: dueOn,
    refs: { loanId, memberId },
  });
}

/** Told once for each instalment. */
async function markArrears(tx: TxCtx, loan: Loan, day: string): Promise<Standing> {
  const due = dueOf(await instalmentsOf(tx.sql, loan.id));
  const late = due.filter((one) => one.arrearsAt === null && addDays(one.dueOn, loan.graceDays) < day);
  if (late.length > 0) {
    await tx.sql`
      update loan_instalments set arrears_at = ${tx.now().toISOString()}
      where loan_id = ${loan.id} and seq = any(${late.map(({ seq }) => seq)}::int[])`;
  }
  const instalments = await instalmentsOf(tx.sql, loan.id);
  const news = late.map(
    (one): News => ({
      type: 'loan.in_arrears',
      amount: interestLeft(one) + principalLeft(one),
      data: { instalment: one.seq, dueOn: one.dueOn },
    }),
  );
  const moved = await advanceLoan(tx, loan, { status: statusOf(instalments) }, news);
  return { loan: moved, instalments };
}

/** Finds loans of which something is due, each looked at once a day, in jobs. @returns how many */
export async function sweepLoans(tx: TxCtx, limit: number): Promise<number> {
  const today = tx.now().toISOString().slice(0, 10);
  const rows = await tx.sql<{ id: string }[]>`
    update loans set swept_on = ${today} where id in (
      select l.id from loans l
      where l.status in ('active', 'in_arrears') and (l.swept_on is null or l.swept_on < ${today})
        and exists (select from loan_instalments i
          where i.loan_id = l.id and i.status in ('planned', 'due') and i.due_on <= ${today})
      limit ${limit} for update skip locked)
    returning id`;
  for (const { id: loanId } of rows) {
    await enqueue(tx, { queue: 'loan-dues', id: jobIdOf('loan-dues', `${loanId}:${today}`), payload: { loanId } });
  }
  return rows.length;
}
