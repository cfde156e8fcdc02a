import type { TxCtx } from '#server/context/context.ts';
import { findOrOpenMemberAccount, systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import type { Posting } from '#server/ledger/shapes.ts';
import {
  advanceLoan,
  findRepayment,
  insertInstalments,
  instalmentsOf,
  type Loan,
  type News,
  type Repayment,
} from '../record.ts';
import { type Allocation, allocate, type Owed, owedOn, plannedOf, statusOf } from '../rules/allocation.ts';
import { accrueTo, redrawn } from '../rules/annuity.ts';
import { laterOf } from '../rules/days.ts';
import type { Standing } from './dues.ts';

const nothingOwed: Owed = { interestDue: 0, principalDue: 0, interestAccrued: 0, principalPlanned: 0, total: 0 };
const isRunning = ({ status }: Loan) => status === 'active' || status === 'in_arrears';

/**
 * Books money that is there: one entry from where it is to what it pays. Interest of the month under way counts up to the day
 * on which the payer meant it, so that a bank's delay costs nobody. More than is owed by then goes to the member's account.
 */
export async function postRepayment(
  tx: TxCtx,
  { loan, instalments }: Standing,
  repayment: Repayment,
  fromAccountId: string,
): Promise<Repayment> {
  const meantOn = laterOf(repayment.createdAt.slice(0, 10), loan.accruedTo);
  const owed = isRunning(loan) ? owedOn(loan, instalments, meantOn) : nothingOwed;
  const parts = allocate(instalments, owed, repayment.amount);
  await postEntry(tx, {
    kind: 'repayment',
    currency: loan.currency,
    postings: [
      { accountId: fromAccountId, direction: 'debit', amount: repayment.amount },
      ...(await creditsOf(tx, loan, parts)),
    ],
    idempotencyKey: `loan-repayment:${repayment.id}`,
    refs: {
      loanId: loan.id,
      memberId: loan.memberId,
      ...(repayment.paymentId ? { paymentId: repayment.paymentId } : {}),
    },
  });
  await markPaid(tx, loan, parts);
  const { interest, principal, excess } = parts;
  await tx.sql`
    update loan_repayments set status = 'posted', interest = ${interest}, principal = ${principal}, excess = ${excess},
      failure_message = null, posted_at = ${tx.now().toISOString()}
    where id = ${repayment.id}`;
  await moveOn(tx, loan, repayment, parts, meantOn);
  return (await findRepayment(tx.sql, repayment.id)) ?? repayment;
}

async function creditsOf(tx: TxCtx, loan: Loan, parts: Allocation): Promise<Posting[]> {
  const { memberId, currency } = loan;
  const due = parts.interest - parts.accrued;
  const credits: [amount: number, accountId: () => Promise<string>][] = [
    [due, () => systemAccount(tx, 'receivables', currency)],
    [parts.accrued, () => systemAccount(tx, 'loan_interest_income', currency)],
    [parts.principal, async () => loan.accountId ?? ''],
    [parts.excess, async () => (await findOrOpenMemberAccount(tx, { memberId, name: 'Current account', currency })).id],
  ];
  const postings: Posting[] = [];
  for (const [amount, accountId] of credits) {
    if (amount > 0) postings.push({ accountId: await accountId(), direction: 'credit', amount });
  }
  return postings;
}

async function markPaid(tx: TxCtx, loan: Loan, parts: Allocation): Promise<void> {
  for (const { seq, interest, principal } of parts.instalments) {
    await tx.sql`
      update loan_instalments set interest_paid = interest_paid + ${interest}, principal_paid = principal_paid + ${principal},
        status = case when interest_paid + ${interest} = interest and principal_paid + ${principal} = principal
          then 'paid' else status end,
        paid_at = case when interest_paid + ${interest} = interest and principal_paid + ${principal} = principal
          then ${tx.now().toISOString()}::timestamptz end
      where loan_id = ${loan.id} and seq = ${seq}`;
  }
}

async function moveOn(tx: TxCtx, loan: Loan, repayment: Repayment, parts: Allocation, meantOn: string): Promise<void> {
  const { interest, principal, excess } = parts;
  const repaid: News = {
    type: 'loan.repaid',
    amount: repayment.amount,
    data: {
      repaymentId: repayment.id,
      source: repayment.source,
      ...(repayment.paymentId ? { paymentId: repayment.paymentId } : {}),
      ...{ interest, principal, excess },
    },
  };
  if (!isRunning(loan)) return void (await advanceLoan(tx, loan, {}, [repaid]));
  const month = parts.accrued + parts.early > 0 ? await redraw(tx, loan, parts, meantOn) : {};
  const status = statusOf(await instalmentsOf(tx.sql, loan.id));
  if (status !== 'settled') return void (await advanceLoan(tx, loan, { ...month, status }, [repaid]));
  const settled: News = { type: 'loan.settled', data: { early: parts.early > 0 } };
  const closedAt = tx.now().toISOString();
  await advanceLoan(tx, loan, { ...month, status, closedAt }, [repaid, settled]);
}

/** Draws what is to come anew, and says where the month of interest then stands. */
async function redraw(tx: TxCtx, loan: Loan, parts: Allocation, meantOn: string) {
  const planned = plannedOf(await instalmentsOf(tx.sql, loan.id));
  const before = planned.reduce((sum, one) => sum + one.principal, 0);
  const { periodFrom, accruedTo, principalDays, accruedPaid } = accrueTo(loan, before, meantOn);
  const month = { periodFrom, accruedTo, principalDays, accruedPaid: accruedPaid + parts.accrued };
  await tx.sql`delete from loan_instalments where loan_id = ${loan.id} and status = 'planned'`;
  const anew = redrawn(before - parts.early, loan.rateBp, month, planned);
  await insertInstalments(
    tx.sql,
    loan.id,
    anew.map((one) => ({ ...one, status: 'planned' as const })),
  );
  return month;
}
