import { v7 as uuidv7 } from 'uuid';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { fundedAccountOf } from '#server/ledger/ledger.testing.ts';
import { applyForLoan } from '#server/loans/commands/apply.ts';
import { decideLoan } from '#server/loans/commands/decide.ts';
import { lockUpToDate } from '#server/loans/commands/dues.ts';
import { repayLoan } from '#server/loans/commands/repay.ts';
import { installLoanProducts, startingLoanProducts } from '#server/loans/products.ts';
import { getLoan } from '#server/loans/queries/loans.ts';

const dayMs = 24 * 3_600_000;
const [hardship, training, practice] = startingLoanProducts;

interface Story {
  product: (typeof startingLoanProducts)[number];
  amount: number;
  termMonths: number;
  /** Applied so many days ago. */
  age: number;
  income: number;
  outgoings: number;
  purpose: string;
  /** How many people have agreed. */
  approvals: 0 | 1 | 2;
  /** How many instalments were paid, each on its day. */
  paid: number;
}

/** Loans in every state, so that there is something to decide on and something to chase. */
const stories: readonly Story[] = [
  {
    product: training,
    amount: 180_000,
    termMonths: 24,
    age: 1,
    income: 310_000,
    outgoings: 190_000,
    purpose: 'The examination in spring, and two weeks off for it.',
    approvals: 0,
    paid: 0,
  },
  {
    product: hardship,
    amount: 90_000,
    termMonths: 12,
    age: 3,
    income: 190_000,
    outgoings: 178_000,
    purpose: 'The heating broke down.',
    approvals: 0,
    paid: 0,
  },
  {
    product: practice,
    amount: 1_800_000,
    termMonths: 60,
    age: 5,
    income: 520_000,
    outgoings: 240_000,
    purpose: 'Moving the practice to the ground floor.',
    approvals: 1,
    paid: 0,
  },
  {
    product: practice,
    amount: 450_000,
    termMonths: 36,
    age: 160,
    income: 430_000,
    outgoings: 230_000,
    purpose: 'A new plotter.',
    approvals: 1,
    paid: 5,
  },
  {
    product: hardship,
    amount: 120_000,
    termMonths: 12,
    age: 100,
    income: 240_000,
    outgoings: 205_000,
    purpose: 'Three months without work.',
    approvals: 1,
    paid: 1,
  },
  {
    product: hardship,
    amount: 60_000,
    termMonths: 6,
    age: 200,
    income: 280_000,
    outgoings: 180_000,
    purpose: 'A dentist.',
    approvals: 1,
    paid: 6,
  },
];

/** What is lent, and in a demo with members some loans under way. Once. */
export async function installLoans(app: App): Promise<void> {
  const { sql } = app.database;
  await installLoanProducts(sql);
  const [known] = await sql`select 1 from loans limit 1`;
  if (known) return;
  const borrowers = await sql<{ id: string }[]>`
    select id from members where status = 'active' order by number limit ${stories.length}`;
  for (const [index, story] of stories.entries()) {
    const memberId = borrowers[index]?.id;
    if (memberId) await tell(app, memberId, story);
  }
  const running = await sql<{ id: string }[]>`select id from loans where status = 'active'`;
  const today = createContext(app, { actor: { kind: 'system', name: 'demo' }, source: 'import' });
  for (const { id } of running) await inTransaction(today, (tx) => lockUpToDate(tx, id));
}

async function tell(app: App, memberId: string, story: Story): Promise<void> {
  const appliedAt = Date.now() - story.age * dayMs;
  const member = async (at: number) => contextOf(app, await userOf(app, { memberId }), 'member', memberId, at);
  const { product, amount, termMonths, income, outgoings, purpose } = story;
  const { id: loanId } = await applyForLoan(await member(appliedAt), {
    ...{ productId: product.id, amount, currency: 'EUR', termMonths },
    answers: { income, outgoings, otherDebts: 0, dependants: 1, purpose },
  });
  const deciders = ['staff@guildhall.test', 'admin@guildhall.test'].slice(0, story.approvals);
  for (const email of deciders) {
    const staff = contextOf(app, await userOf(app, { email }), 'staff', null, appliedAt + dayMs / 2);
    await decideLoan(staff, { loanId, decision: 'approve', reason: 'It fits what is left over each month.' });
  }
  if (story.paid === 0) return;
  // Interest comes on top of what was lent.
  await fundedAccountOf(app, memberId, 50_000);
  for (let n = 0; n < story.paid; n += 1) {
    const { next } = await getLoan(await member(appliedAt), loanId);
    if (!next) return;
    const on = Date.parse(`${next.dueOn}T09:00:00Z`);
    await repayLoan(await member(on), { loanId, amount: next.amount.amount, from: 'account' });
  }
}

async function userOf(app: App, who: { memberId: string } | { email: string }): Promise<string> {
  const [row] =
    'memberId' in who
      ? await app.database.sql<{ id: string }[]>`select id from users where member_id = ${who.memberId}`
      : await app.database.sql<{ id: string }[]>`select id from users where email = ${who.email}`;
  return row?.id ?? uuidv7();
}

function contextOf(app: App, userId: string, role: 'member' | 'staff', memberId: string | null, at: number): Ctx {
  return createContext(app, {
    actor: { kind: 'user', userId, memberId, roles: [role], sessionId: uuidv7(), scopes: null },
    source: 'import',
    now: () => new Date(at),
  });
}
