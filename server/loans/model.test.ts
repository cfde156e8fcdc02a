import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { type Ctx, inTransaction } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { fundedAccountOf } from '#server/ledger/ledger.testing.ts';
import { balanceOf } from '#server/ledger/queries/accounts.ts';
import { systemContext } from '#server/members/members.testing.ts';
import { openPayment } from '#server/payments/commands/open.ts';
import { requestRefund, settleRefund } from '#server/payments/commands/refund.ts';
import { settlePayment } from '#server/payments/commands/settle.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { lockUpToDate } from './commands/dues.ts';
import { followPayment } from './commands/follow-payment.ts';
import { repayLoan, settleLoan } from './commands/repay.ts';
import { writeOffLoan } from './commands/write-off.ts';
import { type Borrower, books, borrower, lent, loanNow, practice, someStaff } from './loans.testing.ts';
import { settlementOf } from './queries/loans.ts';
import { instalmentsOf, repaymentsOf } from './record.ts';
import { interestLeft, principalLeft } from './rules/allocation.ts';
import { addDays } from './rules/days.ts';

/** A loan's life beside what must be so of it after each step, whatever the steps are. */

const app = testApp();
beforeAll(() => prepareQueues(app.current, queues));

/** `part`: of what is owed, in thousandths; above a thousand it is more than that. */
type Step =
  | { type: 'wait'; days: number }
  | { type: 'day' }
  | { type: 'repay'; part: number }
  | { type: 'repay-due' }
  | { type: 'pay-by-card'; part: number; late: number }
  | { type: 'refund' }
  | { type: 'settle' }
  | { type: 'write-off' };

const part = fc.integer({ min: 1, max: 1_200 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 75 }) }) },
    { weight: 2, arbitrary: fc.constant({ type: 'day' as const }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('repay' as const), part }) },
    { weight: 3, arbitrary: fc.constant({ type: 'repay-due' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('pay-by-card' as const),
        part,
        late: fc.integer({ min: 0, max: 40 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'refund' as const }) },
    { weight: 1, arbitrary: fc.constant({ type: 'settle' as const }) },
    { weight: 1, arbitrary: fc.constant({ type: 'write-off' as const }) },
  ),
  { minLength: 4, maxLength: 24 },
);

const start = '2028-01-31';

interface Life {
  who: Borrower;
  loanId: string;
  today: string;
  /** Card payments that a refund can still take back. */
  payments: string[];
}

const onDay = (ctx: Ctx, day: string): Ctx => ({ ...ctx, now: () => new Date(`${day}T12:00:00Z`) });
const system = (life: Life) => onDay(systemContext(app.current), life.today);
const owed = async (life: Life) => (await settlementOf(onDay(life.who.ctx, life.today), life.loanId)).total;
const share = (total: number, thousandths: number) => Math.max(1, Math.floor((total * thousandths) / 1_000));

async function take(life: Life, step: Step): Promise<void> {
  const ctx = onDay(life.who.ctx, life.today);
  const { loanId } = life;
  switch (step.type) {
    case 'wait':
      life.today = addDays(life.today, step.days);
      return;
    case 'day':
      await inTransaction(system(life), (tx) => lockUpToDate(tx, loanId));
      return;
    case 'repay':
      await repayLoan(ctx, { loanId, amount: share(await owed(life), step.part), from: 'account' });
      return;
    case 'repay-due': {
      const { instalments } = await inTransaction(system(life), (tx) => lockUpToDate(tx, loanId));
      const due = instalments.filter((one) => one.status === 'due');
      const amount = due.reduce((sum, one) => sum + principalLeft(one) + interestLeft(one), 0);
      await repayLoan(ctx, { loanId, amount, from: 'account' });
      return;
    }
    case 'pay-by-card':
      return payByCard(life, share(await owed(life), step.part), step.late);
    case 'refund':
      return refund(life);
    case 'settle':
      await settleLoan(ctx, { loanId, amount: await owed(life), from: 'account' });
      return;
    case 'write-off':
      for (let person = 0; person < 2; person += 1) {
        await writeOffLoan(onDay(someStaff(app.current), life.today), { loanId, reason: 'test' });
      }
  }
}

/** The gateway's word comes days after the payment was meant, and comes twice. Nothing keeps it below what is owed. */
async function payByCard(life: Life, amount: number, late: number): Promise<void> {
  const { loanId } = life;
  const card = { paymentMethodId: 'pm_card_visa', cardId: null, brand: null, last4: null };
  const { memberId } = life.who;
  const payment = await inTransaction(system(life), (tx) =>
    openPayment(tx, { memberId, purpose: 'loan_repayment', loanId, amount, currency: 'EUR', card }),
  );
  life.today = addDays(life.today, late);
  await inTransaction(system(life), (tx) =>
    settlePayment(tx, payment.id, {
      ...{ intentId: `pi_${payment.id}`, chargeId: null, customerId: null, paymentMethodId: null, orderId: null },
      ...{ status: 'succeeded', amount, amountReceived: amount, amountRefunded: 0, currency: 'EUR' },
      ...{ failure: null, nextAction: null, clientSecret: null, card: null, fee: null },
      ...{ paymentId: payment.id, createdAt: tx.now().toISOString() },
    }),
  );
  for (let twice = 0; twice < 2; twice += 1) {
    await inTransaction(system(life), (tx) => followPayment(tx, { loanId, paymentId: payment.id, refund: null }));
  }
  life.payments.push(payment.id);
}

async function refund(life: Life): Promise<void> {
  const paymentId = life.payments.pop();
  if (!paymentId) return;
  const { loanId } = life;
  const { id, amount } = await inTransaction(system(life), async (tx) => {
    const asked = await requestRefund(tx, { paymentId, cause: 'test', meaning: `test:${paymentId}` });
    return settleRefund(tx, asked.id, {
      ...{ refundId: `re_${asked.id}`, status: 'succeeded', amount: asked.amount, currency: 'EUR' },
      ...{
        failureReason: null,
        chargeId: null,
        intentId: null,
        paymentRefundId: asked.id,
        createdAt: tx.now().toISOString(),
      },
    });
  });
  for (let twice = 0; twice < 2; twice += 1) {
    await inTransaction(system(life), (tx) => followPayment(tx, { loanId, paymentId, refund: { id, amount } }));
  }
}

/** What must be so after every step. */
async function check(life: Life): Promise<void> {
  const { sql } = app.current.database;
  const loan = await loanNow(app.current, life.loanId);
  const instalments = await instalmentsOf(sql, loan.id);
  const open = instalments.filter((one) => one.status === 'due' || one.status === 'planned');
  const principal = open.reduce((sum, one) => sum + principalLeft(one), 0);
  expect((await balanceOf(system(life), loan.accountId ?? '')).posted, 'the loan’s account').toBe(principal);
  expect(principal).toBeGreaterThanOrEqual(0);

  const [sums] = await sql<{ receivable: number; deposits: number; paid: number }[]>`
    select
      coalesce(sum(amount) filter (where a.code = 'receivables' and p.direction = 'debit'), 0)::int
        - coalesce(sum(amount) filter (where a.code = 'receivables' and p.direction = 'credit'), 0)::int as receivable,
      coalesce(sum(amount) filter (where a.code = 'customer_deposits' and p.direction = 'debit'), 0)::int
        - coalesce(sum(amount) filter (where a.code = 'customer_deposits' and p.direction = 'credit'), 0)::int as deposits,
      coalesce(sum(amount) filter (where e.kind = 'repayment' and p.direction = 'debit'), 0)::int as paid
    from journal_entries e join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id
    where e.loan_id = ${loan.id}`;
  const due = open.filter((one) => one.status === 'due');
  expect(sums?.receivable, 'interest that is due').toBe(due.reduce((sum, one) => sum + interestLeft(one), 0));
  expect(sums?.deposits, 'money that waits for its repayment').toBe(0);

  const repayments = await repaymentsOf(sql, loan.id);
  expect(sums?.paid).toBe(repayments.reduce((sum, one) => sum + (one.status === 'posted' ? one.amount : 0), 0));
  const back = repayments.reduce((sum, one) => sum + (one.principal ?? 0) - one.returned, 0);
  if (loan.status !== 'written_off') expect(back + principal, 'lent is owed or paid back').toBe(loan.amount);
  if (loan.status === 'settled') expect(open).toHaveLength(0);
  else if (loan.status !== 'written_off') expect(open.length).toBeGreaterThan(0);

  const total = Object.values(await books(app.current)).reduce((sum, one) => sum + one, 0);
  expect(total, 'the books').toBe(0);
}

const seen = new Set<string>();

it('the books follow a loan through whatever happens to it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 100_000, max: 400_000 }),
      fc.constantFrom(...practice.terms),
      steps,
      async (amount, termMonths, all) => {
        const who = await borrower(app.current);
        const loan = await lent(app.current, who, { productId: practice.id, amount, termMonths }, start);
        await fundedAccountOf(app.current, who.memberId, 500_000);
        const life: Life = { who, loanId: loan.id, today: start, payments: [] };
        await check(life);
        for (const step of all) {
          const done = await take(life, step).then(
            () => 'done',
            (error: unknown) => {
              // What cannot be is refused, and changes nothing: the check below holds.
              if (!(error instanceof AppError)) throw error;
              return error.code;
            },
          );
          seen.add(`${step.type} ${done}`).add((await loanNow(app.current, loan.id)).status);
          await check(life);
        }
      },
    ),
    { numRuns: rounds(25, 400) },
  );
  // The control: the steps have been somewhere.
  for (const one of ['repay done', 'repay rule_violated', 'pay-by-card done', 'settled', 'in_arrears', 'written_off']) {
    expect([...seen]).toContain(one);
  }
}, 600_000);
