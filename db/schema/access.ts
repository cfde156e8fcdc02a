import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Who can sign in. A member's user carries `member_id`; staff who are members too have both. */
export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    name: text().notNull(),
    passwordHash: text(),
    roles: text().array().notNull().default(sql`'{}'`),
    /** Refers to `members`; said in a migration only, for the files here do not refer to each other in a circle. */
    memberId: uuid(),
    emailVerifiedAt: at(),
    /** The address that the account moves to when its owner follows the link there. A reset password withdraws it. */
    pendingEmail: text(),
    disabledAt: at(),
    failedSignIns: integer().notNull().default(0),
    /** When the failures that are counted began; older ones are forgotten. */
    failedSince: at(),
    lockedUntil: at(),
    version: integer().notNull().default(1),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('users_email_key').on(sql`lower(${table.email})`),
    uniqueIndex('users_member_key').on(table.memberId),
    index('users_search').using('gin', sql`lower(${table.email}) gin_trgm_ops`, sql`lower(${table.name}) gin_trgm_ops`),
    check('users_roles_known', sql`${table.roles} <@ array['member','staff','admin','auditor']`),
  ],
);

/** A device that is signed in. Ending it works at once: every request looks it up. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text().notNull().default('browser'),
    userAgent: text(),
    addressSealed: text(),
    createdAt: at().notNull().defaultNow(),
    lastSeenAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
    endedAt: at(),
    endedReason: text(),
  },
  (table) => [
    index('sessions_user').on(table.userId, table.createdAt),
    check('sessions_kind', sql`${table.kind} in ('browser','mobile')`),
  ],
);

/** Links sent by mail: verifying an address, resetting a password. Only a hash is kept; each works once. */
export const mailedTokens = pgTable(
  'mailed_tokens',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text().notNull(),
    tokenHash: text().notNull(),
    createdAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
    usedAt: at(),
  },
  (table) => [
    uniqueIndex('mailed_tokens_hash_key').on(table.tokenHash),
    index('mailed_tokens_user').on(table.userId, table.purpose),
    check('mailed_tokens_purpose', sql`${table.purpose} in ('verify-email','reset-password')`),
  ],
);

export const oauthClients = pgTable('oauth_clients', {
  id: text().primaryKey(),
  name: text().notNull(),
  secretHash: text(),
  scopes: text().array().notNull(),
  grants: text().array().notNull(),
  redirectUris: text().array().notNull().default(sql`'{}'`),
  disabledAt: at(),
  version: integer().notNull().default(1),
  createdAt: at().notNull().defaultNow(),
  updatedAt: at().notNull().defaultNow(),
});

export const oauthCodes = pgTable(
  'oauth_codes',
  {
    codeHash: text().primaryKey(),
    clientId: text()
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    sessionId: uuid()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    redirectUri: text().notNull(),
    codeChallenge: text().notNull(),
    scopes: text().array().notNull(),
    expiresAt: at().notNull(),
    usedAt: at(),
    /** The session that the code was exchanged for: ended when the code comes a second time. */
    issuedSessionId: uuid(),
  },
  (table) => [index('oauth_codes_user').on(table.userId, table.clientId)],
);

/** Rotating refresh tokens; the family is the session. Using one twice ends the family. */
export const oauthRefreshTokens = pgTable(
  'oauth_refresh_tokens',
  {
    tokenHash: text().primaryKey(),
    clientId: text()
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    sessionId: uuid()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    scopes: text().array().notNull(),
    createdAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
    usedAt: at(),
  },
  (table) => [index('oauth_refresh_tokens_session').on(table.sessionId)],
);

/** Which apps a person lets act for them. Taking it back removes the row and ends what the app has. */
export const oauthConsents = pgTable(
  'oauth_consents',
  {
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    clientId: text()
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    scopes: text().array().notNull(),
    givenAt: at().notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.clientId] })],
);

/**
 * What was changed, seen or refused, by whom. Personal values in `before` and `after` are sealed. The hash chain's columns
 * are filled by the sealing job of the audit domain.
 */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: uuid().primaryKey(),
    at: at().notNull(),
    actorKind: text().notNull(),
    actorId: text(),
    action: text().notNull(),
    resourceType: text().notNull(),
    resourceId: text(),
    outcome: text().notNull().default('ok'),
    reason: text(),
    sourceAddressSealed: text(),
    /** Whose data key seals the address: the acting user, or the shared subject of people who are not signed in. */
    addressSubjectId: uuid(),
    correlationId: uuid().notNull(),
    /** Whose data key seals the personal values in `before` and `after`. */
    subjectId: uuid(),
    before: jsonb(),
    after: jsonb(),
    /** Equal refusals of one actor (or address) and minute share it; null for every other entry. */
    refusalKey: text(),
    /** More than one where a flood of equal refusals was summed into one entry. */
    count: integer().notNull().default(1),
    summedUntil: at(),
    chainSeq: bigint({ mode: 'number' }),
    previousHash: text(),
    hash: text(),
  },
  (table) => [
    index('audit_entries_at').on(table.at, table.id),
    index('audit_entries_actor').on(table.actorId, table.at),
    index('audit_entries_action').on(table.action, table.at),
    index('audit_entries_resource').on(table.resourceType, table.resourceId, table.at),
    index('audit_entries_correlation').on(table.correlationId),
    uniqueIndex('audit_entries_chain_key').on(table.chainSeq),
    uniqueIndex('audit_entries_refusal_key').on(table.refusalKey).where(sql`${table.refusalKey} is not null`),
    check('audit_entries_outcome', sql`${table.outcome} in ('ok','refused','failed')`),
  ],
);
