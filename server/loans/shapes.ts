import { z } from 'zod';
import { decisionKinds, instalmentStatuses, loanStatuses, repaymentStatuses } from '#db/schema/loans.ts';
import { paymentStatuses } from '#db/schema/payments.ts';
import { id, listOf, money, pageQuery, reason, timestamp, wholeNumber } from '#server/gateway/shapes.ts';

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three capital letters');
const units = z.int().describe('minor units');
const day = z.iso.date();
/** As much as any product may lend, in minor units. */
const maxLoan = 1_000_000_000;

const question = z.strictObject({
  id: z.string(),
  label: z.string(),
  hint: z.string().nullable(),
  kind: z.enum(['money', 'number', 'text']).describe('money: minor units'),
  required: z.boolean(),
});

export const productView = z.strictObject({
  id,
  code: z.string(),
  name: z.string(),
  description: z.string(),
  currency,
  minAmount: units,
  maxAmount: units,
  terms: z.array(z.int()).describe('months'),
  rateBp: z.int().describe('basis points a year: 240 is 2.40 %'),
  twoPeopleAbove: units,
  questions: z.array(question),
});
export type ProductView = z.output<typeof productView>;

export const quoteQuery = z.strictObject({ amount: wholeNumber(1, maxLoan).describe('minor units') });
export const quotesView = z.strictObject({
  amount: units,
  currency,
  rateBp: z.int(),
  quotes: z.array(
    z.strictObject({
      termMonths: z.int(),
      monthly: units,
      last: units.describe('the last instalment takes the rest'),
      totalInterest: units,
      total: units,
    }),
  ),
});
export type QuotesView = z.output<typeof quotesView>;

export const applicationBody = z.strictObject({
  productId: id,
  amount: z.int().positive().max(maxLoan).describe('minor units'),
  currency,
  termMonths: z.int().positive().max(120),
  answers: z
    .record(z.string().max(60), z.union([z.int().min(0), z.string().trim().max(2_000)]))
    .describe('by the ids of the product’s questions; money in minor units a month'),
});

export const decisionBody = z.strictObject({ decision: z.enum(['approve', 'reject']), reason });
export const reasonBody = z.strictObject({ reason });

const from = z.string().min(1).max(200).describe('`account`, a saved card’s id, or the gateway’s token of one');
export const repaymentBody = z.strictObject({
  amount: z.int().positive().max(100_000_000_000).describe('minor units'),
  from,
});

const summary = {
  id,
  number: z.string(),
  memberId: id,
  memberName: z.string().nullable().describe('for staff'),
  product: z.strictObject({ id, name: z.string() }),
  status: z.enum(loanStatuses),
  amount: money,
  termMonths: z.int(),
  rateBp: z.int(),
  monthly: money.describe('the instalment as it was lent'),
  needsTwo: z.boolean().describe('two people decide'),
  owed: money.nullable().describe('all that is owed today, interest up to today included; null before it is paid out'),
  next: z.strictObject({ seq: z.int(), dueOn: day, amount: money }).nullable(),
  overdue: z.strictObject({ amount: money, since: day, instalments: z.int() }).nullable(),
  appliedAt: timestamp,
  decidedAt: timestamp.nullable(),
  disbursedOn: day.nullable(),
  closedAt: timestamp.nullable(),
};
export const loanSummary = z.strictObject(summary);
export type LoanSummary = z.output<typeof loanSummary>;

const instalment = z.strictObject({
  seq: z.int(),
  dueOn: day,
  principal: units,
  interest: units,
  paid: units,
  left: units,
  status: z.enum(instalmentStatuses),
  inArrears: z.boolean(),
});

const repayment = z.strictObject({
  id,
  source: z.enum(['account', 'card']),
  paymentId: id.nullable(),
  amount: units,
  status: z.enum(repaymentStatuses),
  interest: units.nullable(),
  principal: units.nullable(),
  excess: units.nullable().describe('more than was owed by then: on the member’s account'),
  returned: units.describe('given back to the payer, and owed again'),
  failure: z.string().nullable(),
  createdAt: timestamp,
  postedAt: timestamp.nullable(),
  paymentStatus: z.enum(paymentStatuses).nullable(),
});
export const repaymentView = repayment;
export type RepaymentView = z.output<typeof repaymentView>;

const assessment = z.strictObject({
  points: z.int(),
  max: z.int(),
  advice: z.enum(['strong', 'look_closely', 'weak']),
  parts: z.array(z.strictObject({ id: z.string(), label: z.string(), points: z.int(), max: z.int(), why: z.string() })),
});

export const answerView = z.strictObject({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['money', 'number', 'text']),
  value: z.union([z.string(), z.int()]).nullable().describe('*** for staff until it is revealed'),
});

export const loanView = z.strictObject({
  ...summary,
  account: z.strictObject({ id }).nullable().describe('the ledger’s account of what is owed'),
  schedule: z.array(instalment),
  repayments: z.array(repayment),
  answers: z.array(answerView),
  assessment: assessment.nullable().describe('for staff'),
  decisions: z
    .array(
      z.strictObject({
        kind: z.enum(decisionKinds),
        by: z.string(),
        mine: z.boolean(),
        reason: z.string().nullable(),
        at: timestamp,
      }),
    )
    .describe('for staff, newest first'),
  may: z
    .strictObject({ decide: z.boolean(), writeOff: z.boolean(), why: z.string().nullable() })
    .describe('what the asker may decide now, and why not'),
});
export type LoanView = z.output<typeof loanView>;

export const loanList = listOf(loanSummary);
export const productList = listOf(productView);
export const answersView = z.strictObject({ answers: z.array(answerView) });

export const loansQuery = z.strictObject({
  ...pageQuery,
  memberId: z.union([id, z.literal('me')]).optional(),
  status: z
    .enum([...loanStatuses, 'waiting'])
    .optional()
    .describe('waiting: to be decided'),
  order: z.enum(['newest', 'oldest']).default('newest'),
});
export type LoansQuery = z.output<typeof loansQuery>;

export const settlementView = z.strictObject({
  day: day.describe('the day, UTC, for which it holds'),
  principal: units,
  interestDue: units,
  interestAccrued: units.describe('of the month under way'),
  total: units,
  currency,
});
export type SettlementView = z.output<typeof settlementView>;
