import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/**
 * First answers by key, kept for 24 hours. The request body is known only by its HMAC, the answer is sealed: under the data
 * key of the person it is about, so that erasing them takes it along, else under the ring.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    scope: text().notNull(),
    route: text().notNull(),
    key: text().notNull(),
    bodyHmac: text().notNull(),
    status: integer(),
    headers: jsonb(),
    answerSealed: text(),
    /** Whose data key seals the answer; null for the ring. */
    subjectId: uuid(),
    createdAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.route, table.key] }),
    index('idempotency_keys_expires').on(table.expiresAt),
  ],
);

/** Counters of the routes' own limits, for installations without Redis. Keys are blind indexes. Columns as rate-limiter-flexible has them. */
export const rateLimits = pgTable('rate_limits', {
  key: text().primaryKey(),
  points: integer().notNull().default(0),
  /** Milliseconds since the epoch. */
  expire: bigint({ mode: 'number' }),
});
