import { v7 as uuidv7 } from 'uuid';
import type { Role } from '#server/access/permissions.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, inTransaction } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { fundedAccountOf } from '#server/ledger/ledger.testing.ts';
import { joined, personContext, systemContext } from '#server/members/members.testing.ts';
import { type Application, applyForLoan } from './commands/apply.ts';
import { decideLoan } from './commands/decide.ts';
import { installLoanProducts, startingLoanProducts } from './products.ts';
import { findLoan, type Loan } from './record.ts';
import type { Answers } from './rules/answers.ts';

export const [hardship, training, practice] = startingLoanProducts;

export const answers: Answers = { income: 350_000, outgoings: 180_000, otherDebts: 10_000, dependants: 1 };

export const application = (overrides: Partial<Application> = {}): Application => ({
  productId: training.id,
  amount: 120_000,
  currency: 'EUR',
  termMonths: 12,
  answers,
  ...overrides,
});

export interface Borrower {
  memberId: string;
  userId: string;
  ctx: Ctx;
}

/** A member who may borrow, with so much in their account. */
export async function borrower(app: App, funds = 0): Promise<Borrower> {
  await installLoanProducts(app.database.sql);
  const { memberId, userId, ctx } = await joined(app);
  await app.database.sql`update members set status = 'active' where id = ${memberId}`;
  await fundedAccountOf(app, memberId, funds);
  return { memberId, userId, ctx };
}

/** Another person of the staff each time. */
export const someStaff = (app: App, role: Role = 'staff'): Ctx => personContext(app, { roles: [role] });

export const at = (ctx: Ctx, day: string): Ctx => ({ ...ctx, now: () => new Date(`${day}T12:00:00Z`) });

/** A loan that was paid out on a day. */
export async function lent(
  app: App,
  who: Borrower,
  overrides: Partial<Application> = {},
  day = new Date().toISOString().slice(0, 10),
): Promise<Loan> {
  const { id } = await applyForLoan(at(who.ctx, day), application(overrides));
  await decideLoan(at(someStaff(app), day), { loanId: id, decision: 'approve', reason: 'Sound' });
  if ((await loanNow(app, id)).status === 'awaiting_second') {
    await decideLoan(at(someStaff(app), day), { loanId: id, decision: 'approve', reason: 'Sound' });
  }
  return loanNow(app, id);
}

export async function loanNow(app: App, id: string): Promise<Loan> {
  const loan = await findLoan(app.database.sql, id);
  if (!loan) throw new Error('no such loan');
  return loan;
}

/** An application of somebody who may have no membership: for tests of who may read it. */
export async function anApplicationOf(app: App, memberId: string): Promise<string> {
  await installLoanProducts(app.database.sql);
  const id = uuidv7();
  await inTransaction(systemContext(app), async (tx) => {
    const key = await app.dataKeys.obtain(tx.sql, memberId);
    await tx.sql`
      insert into loans (id, member_id, product_id, status, amount, currency, term_months, rate_bp, grace_days, needs_two,
        answers_sealed, assessment_sealed, correlation_id, version, created_at, updated_at)
      values (${id}, ${memberId}, ${training.id}, 'applied', 100000, 'EUR', 12, 240, 5, false,
        ${seal(key, 'loanAnswers', JSON.stringify(answers))},
        ${seal(key, 'loanAssessment', JSON.stringify({ points: 0, max: 0, advice: 'weak', parts: [] }))},
        ${tx.correlationId}, 0, now(), now())`;
  });
  return id;
}

/** What each of the house's accounts has more on its debit side, in minor units; all loans' and members' accounts summed up. */
export async function books(app: App): Promise<Record<string, number>> {
  const rows = await app.database.sql<{ code: string; balance: number }[]>`
    select coalesce(a.code, case when a.loan_id is null then 'members' else 'loans' end) as code,
      sum(b.posted_debits - b.posted_credits)::bigint as balance
    from accounts a join account_balances b on b.account_id = a.id group by 1`;
  return Object.fromEntries(rows.map((row) => [row.code, Number(row.balance)]));
}
