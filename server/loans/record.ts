import type { Queryable, TransactionSql } from '#db/client.ts';
import type { DecisionKind, LoanQuestion, LoanStatus, RepaymentStatus } from '#db/schema/loans.ts';
import type { TxCtx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { rfc3339 } from '#server/events/read.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import './events.ts';
import { loanStream } from './events.ts';
import type { Instalment } from './rules/allocation.ts';
import type { Accrual } from './rules/annuity.ts';

/** A product as the database holds it. Minor units; `rateBp` basis points a year. */
export interface LoanProduct {
  id: string;
  code: string;
  name: string;
  description: string;
  currency: string;
  minAmount: number;
  maxAmount: number;
  terms: number[];
  rateBp: number;
  twoPeopleAbove: number;
  graceDays: number;
  questions: LoanQuestion[];
  active: boolean;
}

const productColumns = (sql: Queryable) => sql`
  id, code, name, description, currency, min_amount as "minAmount", max_amount as "maxAmount", terms, rate_bp as "rateBp",
  two_people_above as "twoPeopleAbove", grace_days as "graceDays", questions, active`;

export const activeProducts = (sql: Queryable): Promise<LoanProduct[]> =>
  sql<LoanProduct[]>`select ${productColumns(sql)} from loan_products where active order by sort, name`;

export async function findProduct(sql: Queryable, id: string): Promise<LoanProduct | null> {
  const [row] = await sql<LoanProduct[]>`select ${productColumns(sql)} from loan_products where id = ${id}`;
  return row ?? null;
}

/** A loan as the database holds it. Minor units of `currency`; days UTC; times RFC 3339 in UTC. */
export interface Loan extends Accrual {
  id: string;
  number: string;
  memberId: string;
  productId: string;
  status: LoanStatus;
  amount: number;
  currency: string;
  termMonths: number;
  rateBp: number;
  graceDays: number;
  needsTwo: boolean;
  answersSealed: string;
  assessmentSealed: string;
  /** The ledger's account of what is owed. */
  accountId: string | null;
  disbursedOn: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  decidedAt: string | null;
  closedAt: string | null;
}

export const loanColumns = (sql: Queryable) => sql`
  l.id, l.number, l.member_id as "memberId", l.product_id as "productId", l.status, l.amount, l.currency,
  l.term_months as "termMonths", l.rate_bp as "rateBp", l.grace_days as "graceDays", l.needs_two as "needsTwo",
  l.answers_sealed as "answersSealed", l.assessment_sealed as "assessmentSealed", l.account_id as "accountId",
  l.disbursed_on::text as "disbursedOn", coalesce(l.period_from::text, '') as "periodFrom",
  coalesce(l.accrued_to::text, '') as "accruedTo", l.principal_days as "principalDays", l.accrued_paid as "accruedPaid",
  l.version, l.created_at as "createdAt", l.updated_at as "updatedAt", l.decided_at as "decidedAt",
  l.closed_at as "closedAt"`;

export const withTimes = <Row extends Loan>(row: Row): Row => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
  decidedAt: row.decidedAt && rfc3339(row.decidedAt),
  closedAt: row.closedAt && rfc3339(row.closedAt),
});

export async function findLoan(sql: Queryable, id: string): Promise<Loan | null> {
  const [row] = await sql<Loan[]>`select ${loanColumns(sql)} from loans l where l.id = ${id}`;
  return row ? withTimes(row) : null;
}

/** @throws AppError `not_found` */
export async function lockLoan(sql: TransactionSql, id: string): Promise<Loan> {
  const [row] = await sql<Loan[]>`select ${loanColumns(sql)} from loans l where l.id = ${id} for update`;
  if (!row) throw notFound();
  return withTimes(row);
}

type Change = Partial<
  Pick<
    Loan,
    | 'status'
    | 'accountId'
    | 'disbursedOn'
    | 'decidedAt'
    | 'closedAt'
    | 'periodFrom'
    | 'accruedTo'
    | 'principalDays'
    | 'accruedPaid'
  >
>;

export interface News {
  type: string;
  /** Minor units: what the event is about; the loan's own amount unless said. */
  amount?: number;
  data?: JsonObject;
}

const columnOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Moves a loan on: its news and its row together. */
export async function advanceLoan(tx: TxCtx, before: Loan, change: Change, news: readonly News[]): Promise<Loan> {
  if (news.length > 0) {
    await append(
      tx,
      loanStream(before.id),
      before.version,
      news.map(({ type, amount, data }) => ({
        type,
        data: {
          loanId: before.id,
          memberId: before.memberId,
          amount: { amount: amount ?? before.amount, currency: before.currency },
          ...data,
        },
      })),
    );
  }
  const version = before.version + news.length;
  const updatedAt = tx.now().toISOString();
  const columns: Record<string, string | number | null> = { version, updated_at: updatedAt };
  for (const [name, value] of Object.entries(change)) columns[columnOf(name)] = value;
  await tx.sql`update loans set ${tx.sql(columns)} where id = ${before.id}`;
  return { ...before, ...change, version, updatedAt };
}

const instalmentColumns = (sql: Queryable) => sql`
  loan_id as "loanId", seq, due_on::text as "dueOn", principal, interest, principal_paid as "principalPaid",
  interest_paid as "interestPaid", status, arrears_at as "arrearsAt", paid_at as "paidAt"`;

type InstalmentRow = Instalment & { loanId: string };

/** The schedules of loans, by loan, in order. */
export async function instalmentsOfAll(sql: Queryable, loanIds: readonly string[]): Promise<Map<string, Instalment[]>> {
  const rows = await sql<InstalmentRow[]>`
    select ${instalmentColumns(sql)} from loan_instalments where loan_id = any(${[...loanIds]}::uuid[])
    order by loan_id, due_on, seq`;
  const byLoan = new Map<string, Instalment[]>(loanIds.map((id) => [id, []]));
  for (const { loanId, ...row } of rows) {
    const times = { arrearsAt: row.arrearsAt && rfc3339(row.arrearsAt), paidAt: row.paidAt && rfc3339(row.paidAt) };
    byLoan.get(loanId)?.push({ ...row, ...times });
  }
  return byLoan;
}

export const instalmentsOf = async (sql: Queryable, loanId: string): Promise<Instalment[]> =>
  (await instalmentsOfAll(sql, [loanId])).get(loanId) ?? [];

export async function insertInstalments(
  sql: TransactionSql,
  loanId: string,
  rows: readonly { seq: number; dueOn: string; principal: number; interest: number; status: 'planned' | 'due' }[],
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map(({ dueOn, ...row }) => ({ ...row, loan_id: loanId, due_on: dueOn }));
  await sql`insert into loan_instalments ${sql(records)}`;
}

export interface Decision {
  kind: DecisionKind;
  decidedBy: string;
  /** null about somebody who was erased. */
  reasonSealed: string | null;
  /** Minor units: what a proposal to write off would lose. */
  amount: number | null;
  at: string;
}

/** Newest first; without proposals that have lapsed. */
export async function decisionsOf(sql: Queryable, loanId: string): Promise<Decision[]> {
  const rows = await sql<Decision[]>`
    select kind, decided_by as "decidedBy", reason_sealed as "reasonSealed", amount, at from loan_decisions
    where loan_id = ${loanId} and lapsed_at is null order by at desc, id desc`;
  return rows.map((row) => ({ ...row, at: rfc3339(row.at) }));
}

export interface Repayment {
  id: string;
  loanId: string;
  source: 'account' | 'card';
  paymentId: string | null;
  amount: number;
  currency: string;
  status: RepaymentStatus;
  interest: number | null;
  principal: number | null;
  excess: number | null;
  returned: number;
  failureMessage: string | null;
  createdAt: string;
  postedAt: string | null;
}

const repaymentColumns = (sql: Queryable) => sql`
  id, loan_id as "loanId", source, payment_id as "paymentId", amount, currency, status, interest, principal, excess, returned,
  failure_message as "failureMessage", created_at as "createdAt", posted_at as "postedAt"`;

const repaymentTimes = (row: Repayment): Repayment => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  postedAt: row.postedAt && rfc3339(row.postedAt),
});

/** Newest first. */
export async function repaymentsOf(sql: Queryable, loanId: string): Promise<Repayment[]> {
  const rows = await sql<Repayment[]>`
    select ${repaymentColumns(sql)} from loan_repayments where loan_id = ${loanId}
    order by created_at desc, id desc limit 500`;
  return rows.map(repaymentTimes);
}

export async function findRepayment(sql: Queryable, id: string): Promise<Repayment | null> {
  const [row] = await sql<Repayment[]>`select ${repaymentColumns(sql)} from loan_repayments where id = ${id}`;
  return row ? repaymentTimes(row) : null;
}

/** The oldest repayment by card of which nobody knows yet how it ends. */
export async function cardUnderWay(sql: Queryable, loanId: string): Promise<Repayment | null> {
  const [row] = await sql<Repayment[]>`
    select ${repaymentColumns(sql)} from loan_repayments
    where loan_id = ${loanId} and source = 'card' and status = 'pending' order by created_at, id limit 1`;
  return row ? repaymentTimes(row) : null;
}

export async function repaymentOfPayment(sql: Queryable, paymentId: string): Promise<Repayment | null> {
  const [row] = await sql<Repayment[]>`
    select ${repaymentColumns(sql)} from loan_repayments where payment_id = ${paymentId}`;
  return row ? repaymentTimes(row) : null;
}
