import type { z } from 'zod';
import { requirePerson } from '#server/access/commands/sessions.ts';
import { actorsById } from '#server/access/queries/actors.ts';
import { recordListLook, recordLook, writeAudit } from '#server/audit/commands.ts';
import { actorId } from '#server/context/actor.ts';
import { type Ctx, can, inTransaction, isOwn, requirePermission } from '#server/context/context.ts';
import { openOrNull, type SubjectKey } from '#server/crypto/seals.ts';
import { AppError, notFound, notYours, ruleViolated } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { findPayment } from '#server/payments/queries/records.ts';
import {
  type Decision,
  decisionsOf,
  findLoan,
  findProduct,
  instalmentsOf,
  instalmentsOfAll,
  type Loan,
  loanColumns,
  type Repayment,
  repaymentsOf,
  withTimes,
} from '../record.ts';
import {
  broughtTo,
  dueOf,
  type Instalment,
  interestLeft,
  owedOn,
  plannedOf,
  principalLeft,
} from '../rules/allocation.ts';
import { instalmentOf } from '../rules/annuity.ts';
import { type Answers, questionsOf } from '../rules/answers.ts';
import type { Assessment } from '../rules/score.ts';
import { lostOf, proposalHolds } from '../rules/write-off.ts';
import type { answerView, LoanSummary, LoansQuery, LoanView, RepaymentView, SettlementView } from '../shapes.ts';

type Row = Loan & { productName: string; memberName: string };

const rowColumns = (ctx: Ctx) => ctx.sql`
  ${loanColumns(ctx.sql)}, p.name as "productName", m.given_name || ' ' || m.family_name as "memberName"`;
const joined = (ctx: Ctx) => ctx.sql`
  from loans l join loan_products p on p.id = l.product_id join members m on m.id = l.member_id`;

/** One's own; with `loans:read` anybody's. @throws AppError `not_found` for somebody else's */
export async function listLoans(
  ctx: Ctx,
  query: LoansQuery,
): Promise<{ data: LoanSummary[]; nextCursor: string | null }> {
  const memberId = whose(ctx, query.memberId);
  await recordListLook(ctx, { resourceType: 'loan', part: 'loans', memberId });
  const { sql } = ctx;
  const [at, id] = query.cursor ? decodeCursor(query.cursor, ['timestamp', 'uuid']) : [];
  const newest = query.order === 'newest';
  const rows = await sql<Row[]>`
    select ${rowColumns(ctx)} ${joined(ctx)}
    where true
      ${memberId === undefined ? sql`` : sql`and l.member_id = ${memberId}`}
      ${statusFilter(ctx, query.status)}
      ${at && id ? (newest ? sql`and (l.created_at, l.id) < (${at}, ${id})` : sql`and (l.created_at, l.id) > (${at}, ${id})`) : sql``}
    order by ${newest ? sql`l.created_at desc, l.id desc` : sql`l.created_at, l.id`} limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit).map(withTimes);
  const schedules = await instalmentsOfAll(
    sql,
    page.map((row) => row.id),
  );
  const last = page.at(-1);
  return {
    data: page.map((row) => summaryOf(ctx, row, schedules.get(row.id) ?? [])),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.createdAt, last.id]) : null,
  };
}

/** undefined: everybody's; null: nobody's. */
function whose(ctx: Ctx, asked: string | undefined): string | null | undefined {
  if (asked !== 'me' && can(ctx, 'loans:read')) return asked;
  const { memberId } = requirePerson(ctx);
  if (asked !== undefined && asked !== 'me' && asked !== memberId) throw notYours();
  return memberId;
}

/** Whoever looks at what somebody else owes is in that member's trail. */
async function auditLook(ctx: Ctx, memberId: string): Promise<void> {
  if (!isOwn(ctx, memberId)) await recordLook(ctx, { resourceType: 'member', resourceId: memberId, part: 'loan' });
}

function statusFilter(ctx: Ctx, status: LoansQuery['status']) {
  if (status === undefined) return ctx.sql``;
  const wanted = status === 'waiting' ? ['applied', 'awaiting_second'] : [status];
  return ctx.sql`and l.status = any(${wanted}::text[])`;
}

async function readable(ctx: Ctx, id: string): Promise<Row> {
  const [row] = await ctx.sql<Row[]>`select ${rowColumns(ctx)} ${joined(ctx)} where l.id = ${id}`;
  if (!row) throw notFound();
  if (!isOwn(ctx, row.memberId) && !can(ctx, 'loans:read')) throw notYours();
  await auditLook(ctx, row.memberId);
  return withTimes(row);
}

/** @throws AppError `not_found`, also for somebody else's */
export async function getLoan(ctx: Ctx, id: string): Promise<LoanView> {
  const row = await readable(ctx, id);
  const instalments = await instalmentsOf(ctx.sql, id);
  const repayments = await repaymentsOf(ctx.sql, id);
  const decisions = (await decisionsOf(ctx.sql, id)).filter((one) => counts(ctx, row, instalments, one));
  const own = isOwn(ctx, row.memberId);
  const decides = can(ctx, 'loans:decide') && !own;
  const key = await ctx.app.dataKeys.find(ctx.sql, row.memberId);
  const assessment = openOrNull(key, 'loanAssessment', row.assessmentSealed);
  return {
    ...summaryOf(ctx, row, instalments),
    account: row.accountId === null ? null : { id: row.accountId },
    schedule: today(ctx, row, instalments).map(instalmentViewOf),
    repayments: await Promise.all(repayments.map((one) => repaymentViewOf(ctx, one))),
    answers: await answersOf(ctx, row, !own),
    assessment: decides && assessment ? (JSON.parse(assessment) as Assessment) : null,
    decisions: can(ctx, 'loans:read') && !own ? await decisionViewsOf(ctx, decisions, decides ? key : null) : [],
    may: mayOf(ctx, row, decisions),
  };
}

/** A proposal to write off that holds no longer is as if it had not been made. */
function counts(ctx: Ctx, loan: Loan, instalments: readonly Instalment[], decision: Decision): boolean {
  const running = loan.status === 'active' || loan.status === 'in_arrears';
  if (decision.kind !== 'write_off' || !running) return true;
  return proposalHolds(decision, lostOf(owedToday(ctx, loan, instalments)), ctx.now());
}

function summaryOf(ctx: Ctx, row: Row, stored: readonly Instalment[]): LoanSummary {
  const instalments = today(ctx, row, stored);
  const { currency } = row;
  const money = (amount: number) => ({ amount, currency });
  const running = row.status === 'active' || row.status === 'in_arrears';
  const due = dueOf(instalments);
  const late = due.filter((one) => one.arrearsAt !== null);
  const next = due[0] ?? plannedOf(instalments)[0];
  const left = (ones: readonly Instalment[]) => ones.reduce((sum, one) => sum + leftOf(one), 0);
  return {
    id: row.id,
    number: row.number,
    memberId: row.memberId,
    memberName: can(ctx, 'loans:read') ? row.memberName : null,
    product: { id: row.productId, name: row.productName },
    status: row.status,
    amount: money(row.amount),
    termMonths: row.termMonths,
    rateBp: row.rateBp,
    monthly: money(instalmentOf(row.amount, row.rateBp, row.termMonths)),
    needsTwo: row.needsTwo,
    owed: row.accountId === null ? null : money(running ? owedToday(ctx, row, stored).total : 0),
    next: running && next ? { seq: next.seq, dueOn: next.dueOn, amount: money(leftOf(next)) } : null,
    overdue: running && late[0] ? { amount: money(left(late)), since: late[0].dueOn, instalments: late.length } : null,
    appliedAt: row.createdAt,
    decidedAt: row.decidedAt,
    disbursedOn: row.disbursedOn,
    closedAt: row.closedAt,
  };
}

/** As they stand today, whether or not the day's job has been there. */
const today = (ctx: Ctx, loan: Loan, instalments: readonly Instalment[]) =>
  broughtTo(loan, instalments, ctx.now().toISOString().slice(0, 10)).instalments;

const leftOf = (one: Instalment) => interestLeft(one) + principalLeft(one);

const owedToday = (ctx: Ctx, loan: Loan, instalments: readonly Instalment[]) =>
  owedOn(loan, instalments, ctx.now().toISOString().slice(0, 10));

const instalmentViewOf = (one: Instalment): LoanView['schedule'][number] => ({
  seq: one.seq,
  dueOn: one.dueOn,
  principal: one.principal,
  interest: one.interest,
  paid: one.principalPaid + one.interestPaid,
  left: one.status === 'written_off' ? 0 : leftOf(one),
  status: one.status,
  inArrears: one.status === 'due' && one.arrearsAt !== null,
});

export async function repaymentViewOf(ctx: Ctx, repayment: Repayment): Promise<RepaymentView> {
  const { loanId: _loan, currency: _currency, failureMessage: failure, ...one } = repayment;
  const payment = one.status === 'pending' && one.paymentId ? await findPayment(ctx.sql, one.paymentId) : null;
  return { ...one, failure, paymentStatus: payment?.status ?? null };
}

async function decisionViewsOf(ctx: Ctx, decisions: readonly Decision[], key: SubjectKey | null) {
  const actors = await actorsById(
    ctx,
    decisions.map((one) => one.decidedBy),
  );
  return decisions.map((one): LoanView['decisions'][number] => ({
    kind: one.kind,
    by: actors.find(({ id }) => id === one.decidedBy)?.name ?? one.decidedBy,
    mine: one.decidedBy === actorId(ctx.actor),
    reason: openOrNull(key, 'loanReason', one.reasonSealed),
    at: one.at,
  }));
}

function mayOf(ctx: Ctx, loan: Loan, decisions: readonly Decision[]): LoanView['may'] {
  const no = (why: string | null) => ({ decide: false, writeOff: false, why });
  if (!can(ctx, 'loans:decide')) return no(null);
  if (isOwn(ctx, loan.memberId)) return no('This is your own loan.');
  if (ctx.actor.kind !== 'user') return no('Only a person decides on a loan.');
  const { userId: me } = ctx.actor;
  const said = (kind: Decision['kind']) => decisions.some((one) => one.kind === kind && one.decidedBy === me);
  const waits = loan.status === 'applied' || loan.status === 'awaiting_second';
  if (waits && said('approve')) return no('You have agreed. A second person must decide.');
  const running = loan.status === 'active' || loan.status === 'in_arrears';
  if (running && said('write_off')) return no('You have proposed to write it off. A second person must agree.');
  return { decide: waits, writeOff: running, why: null };
}

type AnswerView = z.output<typeof answerView>;

async function answersOf(ctx: Ctx, loan: Loan, masked: boolean): Promise<AnswerView[]> {
  const product = await findProduct(ctx.sql, loan.productId);
  const opened = openOrNull(await ctx.app.dataKeys.find(ctx.sql, loan.memberId), 'loanAnswers', loan.answersSealed);
  const answers = opened === null ? {} : (JSON.parse(opened) as Answers);
  return questionsOf(product ?? { questions: [] }).map(({ id, label, kind }) => {
    const value = answers[id] ?? null;
    return { id, label, kind, value: masked && value !== null ? '***' : value };
  });
}

/** The answers in the clear, once, with a reason; logged. @throws AppError `not_found`, `forbidden` */
export async function revealAnswers(ctx: Ctx, id: string, reason: string): Promise<{ answers: AnswerView[] }> {
  requirePermission(ctx, 'members:reveal');
  return inTransaction(ctx, async (tx) => {
    const loan = await findLoan(tx.sql, id);
    if (!loan) throw notFound();
    if (isOwn(ctx, loan.memberId)) throw new AppError('rule_violated', 'Your own answers are not masked.');
    await writeAudit(tx, {
      action: 'loan.reveal',
      resourceType: 'loan',
      resourceId: id,
      subjectId: loan.memberId,
      reason,
      after: { fields: ['answers'] },
    });
    return { answers: await answersOf(tx, loan, false) };
  });
}

/** What settles the loan today. @throws AppError `not_found`, `rule_violated` for one on which nothing is owed */
export async function settlementOf(ctx: Ctx, id: string): Promise<SettlementView> {
  const loan = await readable(ctx, id);
  if (loan.status !== 'active' && loan.status !== 'in_arrears') throw ruleViolated('Nothing is owed on this loan.');
  const owed = owedToday(ctx, loan, await instalmentsOf(ctx.sql, id));
  return {
    day: ctx.now().toISOString().slice(0, 10),
    principal: owed.principalDue + owed.principalPlanned,
    interestDue: owed.interestDue,
    interestAccrued: owed.interestAccrued,
    total: owed.total,
    currency: loan.currency,
  };
}
