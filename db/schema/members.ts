import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
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
import { users } from './access.ts';
import { at } from './columns.ts';

export const memberStatuses = [
  'pending',
  'active',
  'grace',
  'lapsed',
  'suspended',
  'resigned',
  'deceased',
  'erased',
] as const;
export type MemberStatus = (typeof memberStatuses)[number];

/**
 * The member's own row: names and e-mail in the clear, every other personal value sealed under the member's data key.
 * `*_index` columns are blind indexes (HMAC) for equality search.
 */
export const members = pgTable(
  'members',
  {
    id: uuid().primaryKey(),
    number: text().notNull(),
    status: text({ enum: memberStatuses }).notNull().default('pending'),
    givenName: text().notNull(),
    familyName: text().notNull(),
    /** The address that signs in: one that was proved, or the one that joined. */
    email: text().notNull(),
    /** A new address until its owner follows the link there. It counts for nothing, and keeps nobody else from it. */
    pendingEmail: text(),
    phoneSealed: text(),
    phoneIndex: text(),
    dateOfBirthSealed: text(),
    dateOfBirthIndex: text(),
    addressSealed: text(),
    planId: uuid()
      .notNull()
      .references(() => plans.id),
    paidUntil: date(),
    mailChoices: jsonb().$type<MailChoices>().notNull().default({ newsletter: false, events: false, receipts: true }),
    joinedAt: at().notNull(),
    verifiedAt: at(),
    version: integer().notNull().default(1),
    updatedAt: at().notNull(),
  },
  (table) => [
    uniqueIndex('members_number_key').on(table.number),
    uniqueIndex('members_email_key').on(sql`lower(${table.email})`),
    index('members_pending_email').on(sql`lower(${table.pendingEmail})`).where(sql`${table.pendingEmail} is not null`),
    index('members_phone').on(table.phoneIndex),
    index('members_date_of_birth').on(table.dateOfBirthIndex),
    check(
      'members_status_known',
      sql`${table.status} in ('pending','active','grace','lapsed','suspended','resigned','deceased','erased')`,
    ),
    check('members_number_form', sql`${table.number} ~ '^M-[0-9]{6,}$'`),
  ],
);

export interface MailChoices {
  newsletter: boolean;
  events: boolean;
  receipts: boolean;
}

/** Plans a person can join on. Prices in minor units. */
export const plans = pgTable(
  'plans',
  {
    id: uuid().primaryKey(),
    code: text().notNull(),
    name: text().notNull(),
    description: text().notNull(),
    priceAmount: integer().notNull(),
    priceCurrency: text().notNull(),
    periodMonths: integer().notNull(),
    sort: integer().notNull(),
    retiredAt: at(),
  },
  (table) => [
    uniqueIndex('plans_code_key').on(table.code),
    check('plans_price', sql`${table.priceAmount} >= 0 and ${table.priceCurrency} ~ '^[A-Z]{3}$'`),
  ],
);

/** What staff wrote about a member. Sealed: it is about a person. */
export const memberNotes = pgTable(
  'member_notes',
  {
    id: uuid().primaryKey(),
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    authorUserId: uuid(),
    textSealed: text().notNull(),
    createdAt: at().notNull(),
  },
  (table) => [index('member_notes_member').on(table.memberId, table.createdAt)],
);

/** Read model behind the console's member list and search, kept from events. */
export const memberDirectory = pgTable(
  'member_directory',
  {
    memberId: uuid().primaryKey(),
    number: text().notNull(),
    status: text().notNull(),
    givenName: text().notNull(),
    familyName: text().notNull(),
    email: text().notNull(),
    planCode: text(),
    joinedAt: at().notNull(),
    lastActivityAt: at(),
    version: integer().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    /** Lower-case "given family email number" for trigram search. */
    searchText: text().notNull(),
  },
  (table) => [
    index('member_directory_search').using('gin', table.searchText.op('gin_trgm_ops')),
    // The same without the e-mail address, for whoever must not learn it by searching.
    index('member_directory_search_public').using(
      'gin',
      sql`replace(${table.searchText}, lower(${table.email}), '') gin_trgm_ops`,
    ),
    index('member_directory_name').on(sql`lower(${table.familyName})`, table.memberId),
    index('member_directory_status').on(table.status, table.joinedAt, table.memberId),
    index('member_directory_joined').on(table.joinedAt, table.memberId),
  ],
);

/** Read model: everything that happened to a member, over all systems. Summaries hold no personal values. */
export const memberTimeline = pgTable(
  'member_timeline',
  {
    memberId: uuid().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    at: at().notNull(),
    type: text().notNull(),
    system: text().notNull(),
    summary: text().notNull(),
    eventId: uuid().notNull(),
    correlationId: uuid().notNull(),
    actor: text(),
  },
  (table) => [
    primaryKey({ columns: [table.memberId, table.position] }),
    index('member_timeline_at').on(table.memberId, table.at, table.position),
  ],
);

/** In-app notifications of a member. `title` and `body` hold no personal values. */
export const notifications = pgTable(
  'notifications',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    memberId: uuid(),
    kind: text().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    link: text(),
    eventId: uuid(),
    createdAt: at().notNull(),
    readAt: at(),
  },
  (table) => [
    index('notifications_user').on(table.userId, table.createdAt, table.id),
    uniqueIndex('notifications_event_key').on(table.userId, table.kind, table.eventId),
  ],
);

/** Help requests of members. */
export const helpRequests = pgTable(
  'help_requests',
  {
    id: uuid().primaryKey(),
    memberId: uuid()
      .notNull()
      .references(() => members.id),
    topic: text().notNull(),
    messageSealed: text().notNull(),
    status: text().notNull().default('open'),
    createdAt: at().notNull(),
    closedAt: at(),
  },
  (table) => [
    index('help_requests_member').on(table.memberId, table.createdAt),
    index('help_requests_open').on(table.createdAt, table.id).where(sql`${table.status} = 'open'`),
    check('help_requests_status', sql`${table.status} in ('open','closed')`),
  ],
);

/** What staff wrote back, sealed for the member. */
export const helpReplies = pgTable(
  'help_replies',
  {
    id: uuid().primaryKey(),
    requestId: uuid()
      .notNull()
      .references(() => helpRequests.id),
    authorUserId: uuid(),
    textSealed: text().notNull(),
    createdAt: at().notNull(),
  },
  (table) => [index('help_replies_request').on(table.requestId, table.createdAt, table.id)],
);
