import { date, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, minorUnits } from './columns.ts';
import { members } from './members.ts';

export const transferStatuses = ['pending', 'completed', 'failed', 'compensated'] as const;
export type TransferStatus = (typeof transferStatuses)[number];

/** Money from one member's account to another's. Amounts in minor units. */
export const transfers = pgTable(
  'transfers',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('transfers_number_key'),
    fromAccountId: uuid().notNull(),
    toAccountId: uuid().notNull(),
    fromMemberId: uuid()
      .notNull()
      .references(() => members.id),
    toMemberId: uuid()
      .notNull()
      .references(() => members.id),
    amount: minorUnits().notNull(),
    currency: text().notNull(),
    status: text({ enum: transferStatuses }).notNull(),
    noteSealedFrom: text(),
    noteSealedTo: text(),
    holdEntryId: uuid().notNull(),
    failureCode: text(),
    failureMessage: text(),
    correlationId: uuid().notNull(),
    version: integer().notNull(),
    createdAt: at().notNull(),
    updatedAt: at().notNull(),
    finishedAt: at(),
  },
  (table) => [
    index('transfers_from').on(table.fromMemberId, table.createdAt, table.id),
    index('transfers_to').on(table.toMemberId, table.createdAt, table.id),
    index('transfers_created').on(table.createdAt, table.id),
    index('transfers_status').on(table.status, table.createdAt, table.id),
  ],
);

/** A customer's transactions by day (UTC). */
export const customerDays = pgTable(
  'customer_days',
  {
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    day: date().notNull(),
    transactions: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.memberId, table.day] })],
);
