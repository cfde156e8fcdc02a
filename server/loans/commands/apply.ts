import { v7 as uuidv7 } from 'uuid';
import type { MemberStatus } from '#db/schema/members.ts';
import { requirePerson } from '#server/access/commands/sessions.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, conflict, type FieldError, notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { loanStream } from '../events.ts';
import { standingOf } from '../queries/standing.ts';
import { advanceLoan, findProduct, type Loan, type LoanProduct, lockLoan } from '../record.ts';
import { type Answers, answerProblems, numberOf, questionsOf } from '../rules/answers.ts';
import { assess } from '../rules/score.ts';

export interface Application {
  productId: string;
  /** Minor units. */
  amount: number;
  currency: string;
  termMonths: number;
  /** By the ids of the product's questions; amounts in minor units a month. */
  answers: Answers;
}

const mayBorrow = new Set<MemberStatus>(['active', 'grace']);

/**
 * A member asks for a loan.
 * @throws AppError `forbidden` for who is no member, `rule_violated` for what the product does not offer or the answers lack,
 * `conflict` while another application of theirs waits
 */
export async function applyForLoan(ctx: Ctx, input: Application): Promise<Loan> {
  const { memberId } = requirePerson(ctx);
  if (memberId === null) throw new AppError('forbidden', 'Only members borrow.');
  return inTransaction(ctx, async (tx) => {
    const product = await offered(tx, input);
    const status = await memberStatusOf(tx, memberId);
    if (status === null || !mayBorrow.has(status)) {
      throw ruleViolated('Loans are for members whose membership is paid.');
    }
    // One at a time for each member: whether an application is open is about all of theirs.
    await tx.sql`select pg_advisory_xact_lock(hashtextextended(${`loans ${memberId}`}, 20))`;
    const [open] = await tx.sql`
      select 1 from loans where member_id = ${memberId} and status in ('applied', 'awaiting_second')`;
    if (open) throw conflict('You have applied already. We answer that first; you can also withdraw it.');
    return insert(tx, memberId, product, input);
  });
}

async function offered(tx: TxCtx, input: Application): Promise<LoanProduct> {
  const product = await findProduct(tx.sql, input.productId);
  if (!product?.active) throw refusal([{ path: 'productId', message: 'is not a loan that is offered' }]);
  const { minAmount, maxAmount, currency, terms } = product;
  const problems: FieldError[] = [];
  if (input.currency !== currency) problems.push({ path: 'currency', message: `must be ${currency}` });
  if (!Number.isSafeInteger(input.amount) || input.amount < minAmount || input.amount > maxAmount) {
    problems.push({ path: 'amount', message: `must be a whole number from ${minAmount} to ${maxAmount}` });
  }
  if (!terms.includes(input.termMonths)) {
    problems.push({ path: 'termMonths', message: `must be one of ${terms.join(', ')}` });
  }
  problems.push(...answerProblems(questionsOf(product), input.answers));
  if (problems.length > 0) throw refusal(problems);
  return product;
}

const refusal = (problems: FieldError[]) => ruleViolated('The application cannot be taken like this.', problems);

async function insert(tx: TxCtx, memberId: string, product: LoanProduct, input: Application): Promise<Loan> {
  const id = uuidv7();
  const now = tx.now().toISOString();
  const { answers, amount, currency, termMonths } = input;
  const { rateBp } = product;
  const assessment = assess({
    ...{ amount, rateBp, termMonths },
    income: numberOf(answers, 'income'),
    outgoings: numberOf(answers, 'outgoings'),
    dependants: numberOf(answers, 'dependants'),
    otherDebts: numberOf(answers, 'otherDebts'),
    ...(await standingOf(tx, memberId)),
  });
  const key = await tx.app.dataKeys.obtain(tx.sql, memberId);
  await tx.sql`
    insert into loans ${tx.sql({
      id,
      member_id: memberId,
      product_id: product.id,
      status: 'applied',
      amount,
      currency,
      term_months: termMonths,
      rate_bp: rateBp,
      grace_days: product.graceDays,
      needs_two: amount > product.twoPeopleAbove,
      answers_sealed: seal(key, 'loanAnswers', JSON.stringify(answers)),
      assessment_sealed: seal(key, 'loanAssessment', JSON.stringify(assessment)),
      correlation_id: tx.correlationId,
      version: 1,
      created_at: now,
      updated_at: now,
    })}`;
  const loan = await lockLoan(tx.sql, id);
  await append(tx, loanStream(id), 'new', [
    {
      type: 'loan.applied',
      data: { loanId: id, memberId, amount: { amount, currency }, productId: product.id, termMonths },
    },
  ]);
  await auditLoan(tx, loan, 'loan.apply', { after: { number: loan.number, amount, currency, termMonths } });
  return loan;
}

/** The applicant takes an application back. @throws AppError `not_found` when it is not theirs, `conflict` once it is decided */
export async function withdrawApplication(ctx: Ctx, loanId: string): Promise<Loan> {
  return inTransaction(ctx, async (tx) => {
    const loan = await lockLoan(tx.sql, loanId);
    if (!isOwn(ctx, loan.memberId)) throw notYours();
    if (!isOpen(loan)) throw conflict('It was decided already.');
    return withdraw(tx, loan);
  });
}

/** There is nobody left to lend to. Twice is the same as once. */
export async function withdrawForErased(tx: TxCtx, memberId: string): Promise<void> {
  const rows = await tx.sql<{ id: string }[]>`
    select id from loans where member_id = ${memberId} and status in ('applied', 'awaiting_second')`;
  for (const { id } of rows) {
    const loan = await lockLoan(tx.sql, id);
    if (isOpen(loan)) await withdraw(tx, loan);
  }
}

const isOpen = ({ status }: Loan) => status === 'applied' || status === 'awaiting_second';

async function withdraw(tx: TxCtx, loan: Loan): Promise<Loan> {
  const after = await advanceLoan(tx, loan, { status: 'withdrawn', closedAt: tx.now().toISOString() }, [
    { type: 'loan.withdrawn' },
  ]);
  await auditLoan(tx, after, 'loan.withdraw');
  return after;
}

type Extra = Pick<Parameters<typeof writeAudit>[1], 'before' | 'after' | 'reason'>;

export const auditLoan = (tx: TxCtx, loan: Loan, action: string, extra: Extra = {}) =>
  writeAudit(tx, { action, resourceType: 'loan', resourceId: loan.id, subjectId: loan.memberId, ...extra });
