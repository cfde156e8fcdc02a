import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { balanceOf, findMemberAccount } from '#server/ledger/queries/accounts.ts';
import { act } from '#server/members/commands/actions.ts';
import { personContext, staffContext, systemContext } from '#server/members/members.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { applyForLoan, withdrawApplication } from './commands/apply.ts';
import { decideLoan } from './commands/decide.ts';
import { lockUpToDate, sweepLoans } from './commands/dues.ts';
import { followPayment } from './commands/follow-payment.ts';
import { repayLoan, settleLoan } from './commands/repay.ts';
import { writeOffLoan } from './commands/write-off.ts';
import {
  answers,
  application,
  at,
  type Borrower,
  books,
  borrower,
  hardship,
  lent,
  loanNow,
  practice,
  someStaff,
  training,
} from './loans.testing.ts';
import { getLoan, listLoans, revealAnswers, settlementOf } from './queries/loans.ts';
import { listProducts, quotesFor } from './queries/products.ts';
import { loansQuery } from './shapes.ts';

const app = testApp();
beforeAll(() => prepareQueues(app.current, queues));

const inAccount = async (who: Borrower) => {
  const account = await findMemberAccount(who.ctx, who.memberId, 'EUR');
  return account ? (await balanceOf(who.ctx, account.id)).posted : 0;
};
const approve = (loanId: string, ctx = someStaff(app.current)) =>
  decideLoan(ctx, { loanId, decision: 'approve', reason: 'Sound' });
const typesOf = async (loanId: string) =>
  (
    await app.current.database.sql<{ type: string }[]>`
      select type from events where stream = ${`loan-${loanId}`} order by version`
  ).map(({ type }) => type);
const written = async () => {
  const [row] = await app.current.database.sql<{ n: number }[]>`
    select (select count(*) from loans)::int + (select count(*) from loan_repayments)::int
      + (select count(*) from loan_decisions)::int + (select count(*) from journal_entries)::int
      + (select count(*) from events where type like 'loan.%')::int as n`;
  return row?.n;
};
/** What the worker would hear from the payment, on a day. */
async function cardAnswers(loanId: string, paymentId: string | null, status: 'succeeded' | 'failed', day: string) {
  await app.current.database.sql`
    update payments set status = ${status}, settled_at = now() where id = ${paymentId ?? ''}`;
  await inTransaction(at(systemContext(app.current), day), (tx) =>
    followPayment(tx, { loanId, paymentId: paymentId ?? '', refund: null }),
  );
}
/** How often somebody of the staff is said to have looked at a part of a member's record. */
const looksAt = (memberId: string, part: string) => app.current.database.sql`
  select 1 from audit_entries where action = 'member.read' and resource_id = ${memberId} and after->'looked' ? ${part}`;
const bringTo = (loanId: string, day: string) =>
  inTransaction(at(systemContext(app.current), day), (tx) => lockUpToDate(tx, loanId));

describe('an application', () => {
  it('is taken with its answers sealed, and assessed in parts', async () => {
    const ada = await borrower(app.current);
    const loan = await applyForLoan(ada.ctx, application());
    expect(loan.number).toMatch(/^L-\d{6}$/);
    const [row] = await app.current.database.sql<{ text: string }[]>`
      select answers_sealed || assessment_sealed as text from loans where id = ${loan.id}`;
    expect(row?.text).not.toContain('350000');
    const own = await getLoan(ada.ctx, loan.id);
    expect(own).toMatchObject({ status: 'applied', assessment: null, decisions: [], memberName: null, owed: null });
    expect(own.answers.find(({ id }) => id === 'income')?.value).toBe(350_000);
    const staff = await getLoan(staffContext(app.current), loan.id);
    expect(staff.answers.find(({ id }) => id === 'income')?.value).toBe('***');
    expect(staff.assessment?.parts).toHaveLength(5);
    expect(staff.may).toEqual({ decide: true, writeOff: false, why: null });
    // An auditor reads that it was lent, not how the applicant lives.
    const read = await getLoan(staffContext(app.current, 'auditor'), loan.id);
    expect(read).toMatchObject({ assessment: null, may: { decide: false } });
  });

  it('is revealed to staff with a reason, which is written down', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application());
    const { answers: clear } = await revealAnswers(staffContext(app.current), id, 'To decide');
    expect(clear.find((one) => one.id === 'outgoings')?.value).toBe(180_000);
    const audit = await app.current.database.sql`
      select 1 from audit_entries where action = 'loan.reveal' and resource_id = ${id}`;
    expect(audit).toHaveLength(1);
    await expect(revealAnswers(ada.ctx, id, 'x')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('waits alone, and can be withdrawn', async () => {
    const ada = await borrower(app.current);
    const first = await applyForLoan(ada.ctx, application());
    await expect(applyForLoan(ada.ctx, application())).rejects.toMatchObject({ code: 'conflict' });
    const bob = await borrower(app.current);
    await expect(withdrawApplication(bob.ctx, first.id)).rejects.toMatchObject({ code: 'not_found' });
    await withdrawApplication(ada.ctx, first.id);
    await expect(approve(first.id)).rejects.toMatchObject({ code: 'conflict' });
    await applyForLoan(ada.ctx, application());
    expect(await typesOf(first.id)).toEqual(['loan.applied', 'loan.withdrawn']);
  });

  it('of two at once one is taken', async () => {
    const ada = await borrower(app.current);
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => applyForLoan(ada.ctx, application())));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    ['nothing', { amount: 0 }],
    ['less than nothing', { amount: -1 }],
    ['a fraction', { amount: 50_000.5 }],
    ['too little', { amount: 49_999 }],
    ['too much', { amount: 1_000_001 }],
    ['more than can be counted', { amount: Number.MAX_SAFE_INTEGER + 1 }],
    ['another currency', { currency: 'USD' }],
    ['a term that is not offered', { termMonths: 13 }],
    ['an unknown product', { productId: '0190a5b0-0000-7000-8000-0000000009ff' }],
    ['no answers', { answers: {} }],
    ['an answer below zero', { answers: { ...answers, income: -1 } }],
    ['text for a number', { answers: { ...answers, dependants: 'two' } }],
    ['an answer that was not asked', { answers: { ...answers, religion: 'x' } }],
  ])('for %s is refused with its reason, and nothing is written', async (_what, change) => {
    const ada = await borrower(app.current);
    const before = await written();
    const error = await applyForLoan(ada.ctx, application(change)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'rule_violated',
      errors: expect.arrayContaining([{ path: expect.any(String), message: expect.any(String) }]),
    });
    expect(await written()).toBe(before);
  });

  it('is for members whose membership is paid', async () => {
    const ada = await borrower(app.current);
    await app.current.database.sql`update members set status = 'lapsed' where id = ${ada.memberId}`;
    await expect(applyForLoan(ada.ctx, application())).rejects.toMatchObject({ code: 'rule_violated' });
    await expect(applyForLoan(staffContext(app.current), application())).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('a decision', () => {
  it('pays out at once, with its books and its schedule', async () => {
    const ada = await borrower(app.current);
    const before = await books(app.current);
    const loan = await lent(app.current, ada);
    expect(await inAccount(ada)).toBe(120_000);
    const after = await books(app.current);
    expect([(after.loans ?? 0) - (before.loans ?? 0), (after.members ?? 0) - (before.members ?? 0)]).toEqual([
      120_000, -120_000,
    ]);
    const view = await getLoan(ada.ctx, loan.id);
    expect(view.schedule).toHaveLength(12);
    expect(view.schedule.reduce((sum, one) => sum + one.principal, 0)).toBe(120_000);
    expect(view).toMatchObject({ status: 'active', owed: { amount: 120_000 }, next: { seq: 1 }, overdue: null });
    expect(await typesOf(loan.id)).toEqual(['loan.applied', 'loan.approved', 'loan.disbursed']);
  });

  it('above the limit needs two different people', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(
      ada.ctx,
      application({ productId: practice.id, amount: 500_001, termMonths: 24 }),
    );
    const first = someStaff(app.current);
    expect((await approve(id, first)).status).toBe('awaiting_second');
    expect(await inAccount(ada)).toBe(0);
    await expect(approve(id, first)).rejects.toMatchObject({ code: 'conflict' });
    expect((await getLoan(first, id)).may).toMatchObject({ decide: false, why: expect.stringContaining('second') });
    expect((await approve(id)).status).toBe('active');
    expect(await inAccount(ada)).toBe(500_001);
    expect((await typesOf(id)).slice(1)).toEqual(['loan.first_approved', 'loan.approved', 'loan.disbursed']);
  });

  it('up to the limit needs one', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application({ productId: practice.id, amount: 500_000 }));
    expect((await approve(id)).status).toBe('active');
  });

  it('is nobody’s on their own loan, whatever their roles', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application());
    const herself = personContext(app.current, { memberId: ada.memberId, roles: ['member', 'admin'] });
    for (const decision of ['approve', 'reject'] as const) {
      await expect(decideLoan(herself, { loanId: id, decision, reason: 'x' })).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    expect((await getLoan(herself, id)).may.why).toContain('own loan');
  });

  it('needs the permission', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application());
    for (const ctx of [(await borrower(app.current)).ctx, staffContext(app.current, 'auditor')]) {
      await expect(approve(id, ctx)).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  it('of many at once counts once: paid out once', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application());
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => approve(id)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await inAccount(ada)).toBe(120_000);
  });

  it('against it pays nothing, keeps its reason sealed, and ends it', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application());
    await decideLoan(someStaff(app.current), { loanId: id, decision: 'reject', reason: 'Too much debt' });
    await expect(approve(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await inAccount(ada)).toBe(0);
    expect((await getLoan(ada.ctx, id)).status).toBe('rejected');
    expect((await getLoan(staffContext(app.current), id)).decisions[0]).toMatchObject({ reason: 'Too much debt' });
    const [row] = await app.current.database.sql<{ found: boolean }[]>`
      select exists (select from loan_decisions where reason_sealed like '%debt%') as found`;
    expect(row?.found).toBe(false);
  });
});

describe('paying back', () => {
  it('month by month ends at nothing, with the interest that was said', async () => {
    const ada = await borrower(app.current, 10_000);
    const loan = await lent(app.current, ada, {}, '2027-01-31');
    const { schedule } = await getLoan(at(ada.ctx, '2027-01-31'), loan.id);
    for (const one of schedule) {
      await repayLoan(at(ada.ctx, one.dueOn), {
        loanId: loan.id,
        amount: one.principal + one.interest,
        from: 'account',
      });
    }
    const interest = schedule.reduce((sum, one) => sum + one.interest, 0);
    expect(await inAccount(ada)).toBe(10_000 - interest);
    expect(await getLoan(at(ada.ctx, '2028-02-01'), loan.id)).toMatchObject({ status: 'settled', owed: { amount: 0 } });
    expect((await typesOf(loan.id)).filter((type) => type === 'loan.instalment_due')).toHaveLength(12);
    expect((await typesOf(loan.id)).at(-1)).toBe('loan.settled');
  });

  it('takes interest before principal, the oldest instalment first', async () => {
    const ada = await borrower(app.current, 10_000);
    const loan = await lent(app.current, ada, { productId: practice.id, amount: 1_000_000 }, '2027-03-10');
    const [first, second] = (await getLoan(at(ada.ctx, '2027-03-10'), loan.id)).schedule;
    const ctx = at(ada.ctx, '2027-05-10');
    const part = await repayLoan(ctx, { loanId: loan.id, amount: (first?.interest ?? 0) + 7, from: 'account' });
    expect(part).toMatchObject({ interest: first?.interest, principal: 7, excess: 0 });
    const rest = (first?.principal ?? 0) - 7 + (second?.interest ?? 0);
    const more = await repayLoan(ctx, { loanId: loan.id, amount: rest, from: 'account' });
    expect(more).toMatchObject({ interest: second?.interest, principal: (first?.principal ?? 0) - 7 });
    const { schedule } = await getLoan(ctx, loan.id);
    expect(schedule.slice(0, 2).map((one) => [one.status, one.left])).toEqual([
      ['paid', 0],
      ['due', second?.principal],
    ]);
  });

  it('more than is due lowers what is to come, with the interest of the days so far', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(
      app.current,
      ada,
      { productId: practice.id, amount: 1_200_000, termMonths: 12 },
      '2027-01-15',
    );
    const before = await getLoan(at(ada.ctx, '2027-01-15'), loan.id);
    const repaid = await repayLoan(at(ada.ctx, '2027-01-25'), { loanId: loan.id, amount: 600_000, from: 'account' });
    // Ten of 31 days at 3.90 % a year.
    expect(repaid).toMatchObject({ interest: 1_258, principal: 598_742, excess: 0 });
    const after = await getLoan(at(ada.ctx, '2027-01-25'), loan.id);
    expect(after.schedule.map((one) => one.dueOn)).toEqual(before.schedule.map((one) => one.dueOn));
    expect(after.schedule.reduce((sum, one) => sum + one.principal, 0)).toBe(1_200_000 - 598_742);
    // Ten days at 12,000.00 and 21 at 6,012.58 come to 25.82; of that 12.58 is paid.
    expect(after.schedule[0]?.interest).toBe(1_324);
    expect(after.schedule[1]?.principal ?? 0).toBeLessThan((before.schedule[1]?.principal ?? 0) * 0.51);
  });

  it('all of it early costs the days so far, and closes it', async () => {
    const ada = await borrower(app.current, 5_000);
    const loan = await lent(app.current, ada, { productId: practice.id, amount: 1_200_000 }, '2027-01-15');
    const ctx = at(ada.ctx, '2027-01-25');
    const quote = await settlementOf(ctx, loan.id);
    expect(quote).toEqual({
      day: '2027-01-25',
      principal: 1_200_000,
      interestDue: 0,
      interestAccrued: 1_258,
      total: 1_201_258,
      currency: 'EUR',
    });
    const stale = settleLoan(at(ada.ctx, '2027-01-26'), { loanId: loan.id, amount: quote.total, from: 'account' });
    await expect(stale).rejects.toMatchObject({ code: 'conflict' });
    await settleLoan(ctx, { loanId: loan.id, amount: quote.total, from: 'account' });
    expect((await loanNow(app.current, loan.id)).status).toBe('settled');
    expect(await inAccount(ada)).toBe(5_000 - 1_258);
    await expect(settlementOf(ctx, loan.id)).rejects.toMatchObject({ code: 'rule_violated' });
    await expect(repayLoan(ctx, { loanId: loan.id, amount: 1, from: 'account' })).rejects.toMatchObject({
      code: 'rule_violated',
    });
  });

  it('in the amount of nothing, of more than is owed, or of what is not there is refused, and nothing is written', async () => {
    const ada = await borrower(app.current);
    const eve = await borrower(app.current, 500_000);
    const { id: loanId } = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 });
    const before = await written();
    for (const amount of [0, -1, 0.5, 120_001, Number.MAX_SAFE_INTEGER + 1]) {
      const error = await repayLoan(ada.ctx, { loanId, amount, from: 'account' }).catch((thrown: unknown) => thrown);
      expect(error, String(amount)).toMatchObject({ code: 'rule_violated', errors: [{ path: 'amount' }] });
    }
    await expect(repayLoan(ada.ctx, { loanId, amount: 100, from: 'pm nonsense' })).rejects.toMatchObject({
      code: 'rule_violated',
      errors: [{ path: 'paymentMethod' }],
    });
    await expect(repayLoan(eve.ctx, { loanId, amount: 100, from: 'account' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await written()).toBe(before);
    const poor = await borrower(app.current);
    const theirs = await lent(app.current, poor, { productId: practice.id, amount: 500_000 });
    await expect(
      repayLoan(at(poor.ctx, '2099-01-01'), { loanId: theirs.id, amount: 500_001, from: 'account' }),
    ).rejects.toMatchObject({ code: 'rule_violated', message: expect.stringContaining('not enough') });
  });

  it('many times at once pays no more than is there', async () => {
    const ada = await borrower(app.current);
    const { id: loanId } = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 });
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => repayLoan(ada.ctx, { loanId, amount: 50_000, from: 'account' })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await inAccount(ada)).toBe(20_000);
    expect((await getLoan(ada.ctx, loanId)).owed?.amount).toBe(20_000);
  });
});

describe('by card', () => {
  const lentTo = async (ada: Borrower, day?: string) =>
    (await lent(app.current, ada, { productId: hardship.id, amount: 120_000 }, day)).id;

  it('one repayment is under way at a time: nothing is charged or booked twice', async () => {
    const ada = await borrower(app.current);
    const loanId = await lentTo(ada);
    const all = { loanId, amount: 120_000, from: 'pm_card_visa' };
    const tries = await Promise.allSettled([
      repayLoan(ada.ctx, all),
      settleLoan(ada.ctx, all),
      repayLoan(ada.ctx, all),
    ]);
    const [paid] = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict' });
    await expect(repayLoan(ada.ctx, { ...all, from: 'account' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(writeOffLoan(someStaff(app.current), { loanId, reason: 'Nothing comes' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const payments = await app.current.database.sql`select 1 from payments where loan_id = ${loanId}`;
    expect(payments).toHaveLength(1);

    const today = new Date().toISOString().slice(0, 10);
    await cardAnswers(loanId, paid?.paymentId ?? null, 'failed', today);
    await repayLoan(ada.ctx, { ...all, from: 'account' });
    expect((await loanNow(app.current, loanId)).status).toBe('settled');
  });

  it('what comes in after all, for what was paid otherwise, is on the member’s account', async () => {
    const ada = await borrower(app.current);
    const loanId = await lentTo(ada);
    const today = new Date().toISOString().slice(0, 10);
    const given = await settleLoan(ada.ctx, { loanId, amount: 120_000, from: 'pm_card_visa' });
    await cardAnswers(loanId, given.paymentId, 'failed', today);
    await settleLoan(ada.ctx, { loanId, amount: 120_000, from: 'account' });
    await cardAnswers(loanId, given.paymentId, 'succeeded', today);
    expect((await getLoan(ada.ctx, loanId)).repayments).toContainEqual(
      expect.objectContaining({ source: 'card', status: 'posted', principal: 0, excess: 120_000 }),
    );
    expect(await inAccount(ada)).toBe(120_000);
  });

  it('it counts for the day on which it was meant, also when an instalment falls due before the money is in', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, { productId: practice.id, amount: 2_500_000 }, '2026-01-10');
    const before = at(ada.ctx, '2026-02-09');
    const { total } = await settlementOf(before, loan.id);
    const { paymentId } = await settleLoan(before, { loanId: loan.id, amount: total, from: 'pm_card_visa' });
    await bringTo(loan.id, '2026-02-10');
    await cardAnswers(loan.id, paymentId, 'succeeded', '2026-02-11');
    expect(await getLoan(at(ada.ctx, '2026-02-11'), loan.id)).toMatchObject({
      status: 'settled',
      owed: { amount: 0 },
      repayments: [{ principal: 2_500_000, excess: 0 }],
    });
  });

  it('when it fails, what fell due meanwhile is booked', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, { productId: practice.id, amount: 2_500_000 }, '2026-01-10');
    const before = at(ada.ctx, '2026-02-09');
    const { paymentId } = await repayLoan(before, { loanId: loan.id, amount: 100_000, from: 'pm_card_visa' });
    await bringTo(loan.id, '2026-02-20');
    expect(await typesOf(loan.id)).not.toContain('loan.instalment_due');
    await cardAnswers(loan.id, paymentId, 'failed', '2026-02-20');
    expect(await typesOf(loan.id)).toEqual(expect.arrayContaining(['loan.instalment_due', 'loan.in_arrears']));
  });
});

describe('an instalment', () => {
  it('is booked with its interest when it falls due, not before, and once', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, {}, '2027-01-31');
    const income = async () => (await books(app.current)).loan_interest_income ?? 0;
    const before = await income();
    await bringTo(loan.id, '2027-02-27');
    expect(await income()).toBe(before);
    await bringTo(loan.id, '2027-02-28');
    await bringTo(loan.id, '2027-02-28');
    // 1,200.00 at 2.40 % a year: 2.40 a month.
    expect(await income()).toBe(before - 240);
    expect((await typesOf(loan.id)).filter((type) => type === 'loan.instalment_due')).toHaveLength(1);
  });

  it('that is late is told of once, and bears no more interest', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, {}, '2027-01-31');
    await bringTo(loan.id, '2027-03-05');
    expect((await loanNow(app.current, loan.id)).status).toBe('active');
    for (const day of ['2027-03-06', '2027-03-07', '2027-03-07']) await bringTo(loan.id, day);
    expect((await loanNow(app.current, loan.id)).status).toBe('in_arrears');
    await bringTo(loan.id, '2027-06-30');
    expect((await typesOf(loan.id)).filter((type) => type === 'loan.in_arrears')).toHaveLength(4);
    const ctx = at(ada.ctx, '2027-06-30');
    const late = await getLoan(ctx, loan.id);
    expect(late.overdue).toMatchObject({ since: '2027-02-28', instalments: 4 });
    await repayLoan(ctx, { loanId: loan.id, amount: late.overdue?.amount.amount ?? 0, from: 'account' });
    expect(await getLoan(ctx, loan.id)).toMatchObject({ status: 'active', overdue: null });
  });

  it('is seen as due on its day, before the job has been there', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, {}, '2027-01-31');
    const view = await getLoan(at(ada.ctx, '2027-03-31'), loan.id);
    expect(view.schedule.map((one) => one.status).slice(0, 3)).toEqual(['due', 'due', 'planned']);
    expect(view.owed?.amount).toBe(120_000 + (view.schedule[0]?.interest ?? 0) + (view.schedule[1]?.interest ?? 0));
  });

  it('is found by the sweep once a day', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, {}, '2030-01-31');
    const sweep = (day: string) =>
      inTransaction(at(systemContext(app.current), day), async (tx) => {
        await sweepLoans(tx, 1_000);
        const [row] = await tx.sql<{ sweptOn: string | null }[]>`
          select swept_on::text as "sweptOn" from loans where id = ${loan.id}`;
        return row?.sweptOn;
      });
    expect(await sweep('2030-02-27')).toBeNull();
    expect(await sweep('2030-02-28')).toBe('2030-02-28');
    const again = await inTransaction(at(systemContext(app.current), '2030-02-28'), (tx) => sweepLoans(tx, 1_000));
    expect(again).toBe(0);
  });
});

describe('writing off', () => {
  it('takes two different people, and leaves nothing owed in the books', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, {}, '2027-01-31');
    const first = at(someStaff(app.current), '2027-04-15');
    const before = await books(app.current);
    expect((await writeOffLoan(first, { loanId: loan.id, reason: 'Gone' })).status).toBe('in_arrears');
    await expect(writeOffLoan(first, { loanId: loan.id, reason: 'Gone' })).rejects.toMatchObject({ code: 'conflict' });
    const second = at(someStaff(app.current), '2027-04-15');
    expect((await writeOffLoan(second, { loanId: loan.id, reason: 'Gone' })).status).toBe('written_off');
    const after = await books(app.current);
    expect((after.loans ?? 0) - (before.loans ?? 0)).toBe(-120_000);
    expect(after.receivables ?? 0).toBe(before.receivables ?? 0);
    const interest = (before.loan_interest_income ?? 0) - (after.loan_interest_income ?? 0);
    expect((after.loan_losses ?? 0) - (before.loan_losses ?? 0)).toBe(120_000 + interest);
    expect(await getLoan(second, loan.id)).toMatchObject({ owed: { amount: 0 }, overdue: null, next: null });
  });

  it('is a person’s: no machine decides, and none is a second person', async () => {
    const ada = await borrower(app.current);
    const machine = createContext(app.current, { actor: { kind: 'client', clientId: 'script', scopes: ['*'] } });
    const { id } = await applyForLoan(ada.ctx, application());
    for (const decision of ['approve', 'reject'] as const) {
      await expect(decideLoan(machine, { loanId: id, decision, reason: 'x' })).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    expect((await getLoan(machine, id)).may).toMatchObject({ decide: false, why: expect.stringContaining('person') });
    await approve(id);
    await expect(writeOffLoan(machine, { loanId: id, reason: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is possible for somebody who was erased: no reason is kept about them', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada, {}, '2027-01-31');
    await act(someStaff(app.current, 'admin'), ada.memberId, 'erase', 'Asked for it');
    for (const status of ['in_arrears', 'written_off']) {
      const ctx = at(someStaff(app.current), '2027-04-15');
      expect((await writeOffLoan(ctx, { loanId: loan.id, reason: 'Gone' })).status).toBe(status);
    }
    const { decisions } = await getLoan(staffContext(app.current), loan.id);
    expect(decisions.slice(0, 2)).toMatchObject([
      { kind: 'write_off', reason: null },
      { kind: 'write_off', reason: null },
    ]);
  });

  it('holds for thirty days and for the amount that was proposed; then it is proposed anew', async () => {
    const ada = await borrower(app.current, 50_000);
    const loan = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 }, '2027-01-31');
    const first = someStaff(app.current);
    const second = someStaff(app.current);
    const off = async (ctx: typeof first, day: string) =>
      (await writeOffLoan(at(ctx, day), { loanId: loan.id, reason: 'Gone' })).status;
    expect(await off(first, '2027-02-01')).toBe('active');
    // Too late: this is a proposal of their own, and the one who was first may agree to it.
    expect(await off(second, '2027-03-05')).toBe('active');
    const view = await getLoan(at(first, '2027-03-05'), loan.id);
    expect(view.may).toMatchObject({ writeOff: true });
    await repayLoan(at(ada.ctx, '2027-03-06'), { loanId: loan.id, amount: 10_000, from: 'account' });
    // Of another amount by now.
    expect(await off(first, '2027-03-07')).not.toBe('written_off');
    await expect(off(first, '2027-03-08')).rejects.toMatchObject({ code: 'conflict' });
    expect(await off(second, '2027-03-08')).toBe('written_off');
  });

  it('is nobody’s on their own loan', async () => {
    const ada = await borrower(app.current);
    const loan = await lent(app.current, ada);
    const herself = personContext(app.current, { memberId: ada.memberId, roles: ['admin'] });
    await expect(writeOffLoan(herself, { loanId: loan.id, reason: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('reading', () => {
  it('shows one’s own, and staff everybody’s, oldest first for the queue', async () => {
    const [ada, bob] = [await borrower(app.current), await borrower(app.current)];
    const one = await applyForLoan(ada.ctx, application());
    const two = await applyForLoan(bob.ctx, application());
    expect((await listLoans(ada.ctx, { limit: 10, order: 'newest' })).data.map(({ id }) => id)).toEqual([one.id]);
    expect((await listLoans(ada.ctx, loansQuery.parse({ memberId: 'me' }))).data).toHaveLength(1);
    // Staff who are no members have none of their own.
    const none = await listLoans(staffContext(app.current), loansQuery.parse({ memberId: 'me' }));
    expect(none.data).toEqual([]);
    await expect(getLoan(bob.ctx, one.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(listLoans(bob.ctx, { limit: 10, order: 'newest', memberId: ada.memberId })).rejects.toMatchObject({
      code: 'not_found',
    });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listLoans(staffContext(app.current), { limit: 2, order: 'oldest', status: 'waiting', cursor });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen.slice(-2)).toEqual([one.id, two.id]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('by staff is in the member’s trail, and by oneself is not', async () => {
    const ada = await borrower(app.current);
    const { id } = await applyForLoan(ada.ctx, application());
    await getLoan(ada.ctx, id);
    await listLoans(ada.ctx, loansQuery.parse({ memberId: 'me' }));
    expect(await looksAt(ada.memberId, 'loan')).toHaveLength(0);
    await getLoan(someStaff(app.current), id);
    await listLoans(someStaff(app.current), loansQuery.parse({ memberId: ada.memberId }));
    expect(await looksAt(ada.memberId, 'loan')).toHaveLength(1);
    expect(await looksAt(ada.memberId, 'loans')).toHaveLength(1);
  });

  it('says what a loan would cost for each term', async () => {
    const quotes = await quotesFor(systemContext(app.current), training.id, 120_000);
    expect(quotes.quotes.map((one) => one.termMonths)).toEqual([12, 24, 36, 48]);
    for (const one of quotes.quotes) {
      expect(one.total).toBe(120_000 + one.totalInterest);
      expect(one.monthly * (one.termMonths - 1) + one.last).toBe(one.total);
    }
    await expect(quotesFor(systemContext(app.current), training.id, 1)).rejects.toMatchObject({
      code: 'rule_violated',
    });
    expect((await listProducts(systemContext(app.current))).data[0]?.questions.map(({ id }) => id)).toEqual([
      'income',
      'outgoings',
      'otherDebts',
      'dependants',
      'purpose',
    ]);
  });
});
