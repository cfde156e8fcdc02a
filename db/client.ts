import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { guardTransactions } from './transactions.ts';

/** The pool. Tagged templates through it are prepared statements. */
export type Sql = postgres.Sql<{ bigint: number }>;
/** A connection inside a transaction. */
export type TransactionSql = postgres.TransactionSql<{ bigint: number }>;
/** Whatever can run a statement: the pool, or a transaction. */
export type Queryable = Sql | TransactionSql;
export type Drizzle = PostgresJsDatabase;
export type DrizzleTransaction = Parameters<Parameters<Drizzle['transaction']>[0]>[0];

export interface Database {
  sql: Sql;
  db: Drizzle;
  close(): Promise<void>;
}

/**
 * A process that is stopped in the middle of a transaction, or whose machine is gone, holds its row locks until its connection
 * ends. After this long without a statement the database ends it: whoever took its work over waits no longer than that. Set
 * for the session and not by the transactions themselves, for they can be stopped before they have said it. Another value
 * in the URL (`?idle_in_transaction_session_timeout=`) goes before this one, and so with `transaction_timeout`.
 */
const idleInTransactionMs = 10_000;

/**
 * As long as one transaction of a web or worker process may take. For a process that is stopped while the driver prepares a
 * statement for its first use: the database takes that for work, not for idleness, and would wait for ever.
 */
export const longestTransactionMs = 60_000;

interface DatabaseOptions {
  max: number;
  name: string;
  /** Milliseconds; no limit unless given. */
  longestTransactionMs?: number;
  onnotice?: () => void;
}

/**
 * Opens a pool. Every session runs in UTC. bigint columns arrive as numbers (they are ids, positions and minor units, all
 * below 2^53); jsonb is written as text by the caller (`JSON.stringify`), for Drizzle switches the driver's own encoding off.
 */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const sql = postgres(url, {
    max: options.max,
    idle_timeout: 60,
    connect_timeout: 10,
    max_lifetime: null,
    onnotice: options.onnotice ?? (() => {}),
    connection: {
      application_name: options.name,
      TimeZone: 'UTC',
      idle_in_transaction_session_timeout: idleInTransactionMs,
      transaction_timeout: options.longestTransactionMs ?? 0,
    },
    types: {
      bigint: {
        to: 20,
        from: [20],
        serialize: (value: number) => String(value),
        parse: (value: string) => Number(value),
      },
    },
  });
  guardTransactions(sql);
  const db = drizzle(sql, { casing: 'snake_case' });
  return { sql, db, close: () => sql.end({ timeout: 5 }) };
}

interface TransactionInternals {
  session: { client: TransactionSql };
}

/**
 * The driver's own handle of a Drizzle transaction, for statements that must be prepared (the hot paths) or that Drizzle
 * cannot say. Drizzle keeps it in `_.session.client` without declaring it.
 */
export function sqlOf(tx: DrizzleTransaction): TransactionSql {
  return (tx._ as typeof tx._ & TransactionInternals).session.client;
}
