import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { members } from './members.ts';

/** Where each partner stands with each member: the version it acknowledged, and what went wrong since. */
export const syncStates = pgTable(
  'sync_states',
  {
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    system: text().notNull(),
    recordId: text(),
    ackVersion: integer().notNull().default(0),
    ackAt: at(),
    wantedVersion: integer().notNull().default(0),
    wantedAt: at(),
    lastErrorClass: text(),
    lastError: text(),
    lastErrorAt: at(),
  },
  (table) => [
    primaryKey({ columns: [table.memberId, table.system] }),
    index('sync_states_behind')
      .on(table.system, table.wantedAt)
      .where(sql`${table.ackVersion} < ${table.wantedVersion}`),
    check('sync_states_system', sql`${table.system} in ('legacy','crm')`),
  ],
);

/** A flow to a partner: running, or paused by a person or because our own credentials were refused. */
export const flows = pgTable(
  'flows',
  {
    name: text().primaryKey(),
    status: text().notNull().default('running'),
    reason: text(),
    changedAt: at().notNull().defaultNow(),
    changedBy: text(),
  },
  (table) => [check('flows_status', sql`${table.status} in ('running','paused')`)],
);

/** Every mail that was asked for. The address and the content are not kept: they are made again from the template's input, sealed. */
export const mails = pgTable(
  'mails',
  {
    id: uuid().primaryKey(),
    memberId: uuid(),
    userId: uuid(),
    template: text().notNull(),
    inputSealed: text().notNull(),
    subjectId: uuid().notNull(),
    messageId: text().notNull(),
    status: text().notNull().default('queued'),
    attempts: integer().notNull().default(0),
    causeEventId: uuid(),
    correlationId: uuid().notNull(),
    createdAt: at().notNull(),
    sentAt: at(),
    error: text(),
  },
  (table) => [
    uniqueIndex('mails_message_key').on(table.messageId),
    index('mails_member').on(table.memberId, table.createdAt),
    index('mails_queued').on(table.createdAt).where(sql`${table.status} = 'queued'`),
    check('mails_status', sql`${table.status} in ('queued','sent','failed')`),
  ],
);

/** Calls to partners, for the console: no bodies, no personal values. */
export const partnerCalls = pgTable(
  'partner_calls',
  {
    id: uuid().primaryKey(),
    at: at().notNull(),
    system: text().notNull(),
    operation: text().notNull(),
    memberId: uuid(),
    outcome: text().notNull(),
    errorClass: text(),
    reason: text(),
    durationMs: integer().notNull(),
    correlationId: uuid().notNull(),
    jobId: uuid(),
    details: jsonb(),
  },
  (table) => [
    index('partner_calls_system').on(table.system, table.at),
    index('partner_calls_member').on(table.memberId, table.at),
  ],
);
