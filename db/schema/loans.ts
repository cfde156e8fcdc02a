import { sql } from 'drizzle-orm';
import {
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, minorUnits } from './columns.ts';
import { members } from './members.ts';

/** `awaiting_second`: one of the two people whom the amount needs has agreed. `settled`: nothing is owed any more. */
export const loanStatuses = [
  'applied',
  'awaiting_second',
  'rejected',
  'withdrawn',
  'active',
  'in_arrears',
  'settled',
  'written_off',
] as const;
export type LoanStatus = (typeof loanStatuses)[number];

/** `planned`: its interest is not booked yet. */
export const instalmentStatuses = ['planned', 'due', 'paid', 'written_off'] as const;
export type InstalmentStatus = (typeof instalmentStatuses)[number];

export const decisionKinds = ['approve', 'reject', 'write_off'] as const;
export type DecisionKind = (typeof decisionKinds)[number];

export const repaymentStatuses = ['pending', 'posted', 'failed'] as const;
export type RepaymentStatus = (typeof repaymentStatuses)[number];

/** What an applicant is asked. `money` is minor units a month. */
export interface LoanQuestion {
  id: string;
  label: string;
  hint: string | null;
  kind: 'money' | 'number' | 'text';
  required: boolean;
}

/** Rates are basis points a year, amounts minor units. */
export const loanProducts = pgTable('loan_products', {
  id: uuid().primaryKey(),
  code: text().notNull().unique('loan_products_code_key'),
  name: text().notNull(),
  description: text().notNull(),
  currency: text().notNull(),
  minAmount: minorUnits().notNull(),
  maxAmount: minorUnits().notNull(),
  terms: integer().array().notNull(),
  rateBp: integer().notNull(),
  twoPeopleAbove: minorUnits().notNull(),
  graceDays: integer().notNull(),
  questions: jsonb().$type<LoanQuestion[]>().notNull(),
  active: boolean().notNull().default(true),
  sort: integer().notNull().default(0),
});

export const loans = pgTable(
  'loans',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('loans_number_key'),
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    productId: uuid()
      .notNull()
      .references(() => loanProducts.id),
    status: text({ enum: loanStatuses }).notNull(),
    amount: minorUnits().notNull(),
    currency: text().notNull(),
    termMonths: integer().notNull(),
    rateBp: integer().notNull(),
    graceDays: integer().notNull(),
    needsTwo: boolean().notNull(),
    answersSealed: text().notNull(),
    assessmentSealed: text().notNull(),
    accountId: uuid(),
    disbursedOn: date(),
    periodFrom: date(),
    accruedTo: date(),
    principalDays: minorUnits().notNull().default(0),
    accruedPaid: minorUnits().notNull().default(0),
    sweptOn: date(),
    correlationId: uuid().notNull(),
    version: integer().notNull(),
    createdAt: at().notNull(),
    updatedAt: at().notNull(),
    decidedAt: at(),
    closedAt: at(),
  },
  (table) => [
    uniqueIndex('loans_open_application_key')
      .on(table.memberId)
      .where(sql`${table.status} in ('applied', 'awaiting_second')`),
    index('loans_member').on(table.memberId, table.createdAt, table.id),
    index('loans_created').on(table.createdAt, table.id),
    index('loans_status').on(table.status, table.createdAt, table.id),
  ],
);

export const loanInstalments = pgTable(
  'loan_instalments',
  {
    loanId: uuid()
      .notNull()
      .references(() => loans.id),
    seq: integer().notNull(),
    dueOn: date().notNull(),
    principal: minorUnits().notNull(),
    interest: minorUnits().notNull(),
    principalPaid: minorUnits().notNull().default(0),
    interestPaid: minorUnits().notNull().default(0),
    status: text({ enum: instalmentStatuses }).notNull(),
    arrearsAt: at(),
    paidAt: at(),
  },
  (table) => [primaryKey({ columns: [table.loanId, table.seq] })],
);

export const loanDecisions = pgTable(
  'loan_decisions',
  {
    id: uuid().primaryKey(),
    loanId: uuid()
      .notNull()
      .references(() => loans.id),
    kind: text({ enum: decisionKinds }).notNull(),
    decidedBy: text().notNull(),
    reasonSealed: text(),
    amount: minorUnits(),
    lapsedAt: at(),
    at: at().notNull(),
  },
  (table) => [
    uniqueIndex('loan_decisions_person_key')
      .on(table.loanId, table.kind, table.decidedBy)
      .where(sql`${table.lapsedAt} is null`),
  ],
);

export const loanRepayments = pgTable('loan_repayments', {
  id: uuid().primaryKey(),
  loanId: uuid()
    .notNull()
    .references(() => loans.id),
  source: text({ enum: ['account', 'card'] }).notNull(),
  paymentId: uuid().unique('loan_repayments_payment_key'),
  amount: minorUnits().notNull(),
  currency: text().notNull(),
  status: text({ enum: repaymentStatuses }).notNull(),
  interest: minorUnits(),
  principal: minorUnits(),
  excess: minorUnits(),
  returned: minorUnits().notNull().default(0),
  failureMessage: text(),
  createdAt: at().notNull(),
  postedAt: at(),
});
