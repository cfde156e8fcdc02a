import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, minorUnits } from './columns.ts';
import { members } from './members.ts';

export const paymentStatuses = [
  'initiated',
  'requires_action',
  'authorized',
  'succeeded',
  'failed',
  'unknown',
  'refunded',
  'partially_refunded',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export const paymentPurposes = ['order', 'top_up', 'donation', 'loan_repayment', 'invoice'] as const;
export type PaymentPurpose = (typeof paymentPurposes)[number];

export const paymentMethods = ['card', 'bank_transfer', 'cheque', 'employer'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

export const refundStatuses = ['requested', 'pending', 'succeeded', 'failed'] as const;
export type RefundStatus = (typeof refundStatuses)[number];

/** What the card holder has to do next. `stripe_sdk` needs the intent's secret, which is asked for when it is needed and not kept. */
export type NextAction = { type: 'redirect'; url: string } | { type: 'stripe_sdk' };

/** A member's name at the gateway. */
export const gatewayCustomers = pgTable('gateway_customers', {
  memberId: uuid()
    .primaryKey()
    .references(() => members.id),
  customerId: text().notNull().unique('gateway_customers_customer_key'),
  createdAt: at().notNull(),
});

/** Amounts in minor units. The constraints stand in the migration. */
export const payments = pgTable(
  'payments',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('payments_number_key'),
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    purpose: text({ enum: paymentPurposes }).notNull(),
    orderId: uuid(),
    loanId: uuid(),
    invoiceId: uuid(),
    method: text({ enum: paymentMethods }).notNull(),
    amount: minorUnits().notNull(),
    currency: text().notNull(),
    status: text({ enum: paymentStatuses }).notNull(),
    cardId: uuid(),
    paymentMethodId: text(),
    cardBrand: text(),
    cardLast4: text(),
    saveCard: boolean().notNull().default(false),
    offSession: boolean().notNull().default(false),
    customerId: text(),
    intentId: text().unique('payments_intent_key'),
    chargeId: text(),
    failureCode: text(),
    failureMessage: text(),
    nextAction: jsonb().$type<NextAction>(),
    askedAt: at(),
    repairs: integer().notNull().default(0),
    repairAt: at(),
    fee: minorUnits(),
    refundsAsked: minorUnits().notNull().default(0),
    refundedAmount: minorUnits().notNull().default(0),
    receivedOn: date(),
    reference: text(),
    correlationId: uuid().notNull(),
    version: integer().notNull().default(1),
    createdAt: at().notNull(),
    updatedAt: at().notNull(),
    settledAt: at(),
  },
  (table) => [
    uniqueIndex('payments_order_key')
      .on(table.orderId)
      .where(sql`${table.orderId} is not null and ${table.status} <> 'failed'`),
    index('payments_member').on(table.memberId, table.createdAt, table.id),
    index('payments_created').on(table.createdAt, table.id),
    check('payments_amount', sql`${table.amount} between 1 and 100000000000`),
  ],
);

export const refunds = pgTable(
  'refunds',
  {
    id: uuid().primaryKey(),
    paymentId: uuid()
      .notNull()
      .references(() => payments.id),
    amount: minorUnits().notNull(),
    currency: text().notNull(),
    cause: text().notNull(),
    reasonSealed: text(),
    meaning: text().notNull(),
    status: text({ enum: refundStatuses }).notNull(),
    holdEntryId: uuid(),
    gatewayRefundId: text().unique('refunds_gateway_key'),
    failureCode: text(),
    requestedBy: text(),
    createdAt: at().notNull(),
    updatedAt: at().notNull(),
  },
  (table) => [
    index('refunds_payment').on(table.paymentId, table.createdAt),
    uniqueIndex('refunds_meaning_key').on(table.meaning).where(sql`${table.status} <> 'failed'`),
  ],
);
