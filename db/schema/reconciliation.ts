import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, minorUnits } from './columns.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** What does not agree, and a person or a rule has to settle. */
export const discrepancies = pgTable(
  'discrepancies',
  {
    id: uuid().primaryKey(),
    kind: text().notNull(),
    key: text().notNull(),
    severity: text({ enum: severities }).notNull(),
    memberId: uuid(),
    orderId: uuid(),
    paymentId: uuid(),
    membershipId: uuid(),
    amount: minorUnits(),
    currency: text(),
    detail: jsonb().notNull(),
    status: text({ enum: ['open', 'resolved'] }).notNull(),
    firstSeenAt: at().notNull(),
    lastSeenAt: at().notNull(),
    resolvedAt: at(),
  },
  (table) => [
    uniqueIndex('discrepancies_open_key').on(table.kind, table.key).where(sql`${table.status} = 'open'`),
    index('discrepancies_open').on(table.severity, table.firstSeenAt).where(sql`${table.status} = 'open'`),
  ],
);
