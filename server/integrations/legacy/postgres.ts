import postgres from 'postgres';
import { postgresError } from '../partner-error.ts';
import { withinTime } from '../time-limit.ts';
import { type LegacyDialect, type LegacyRow, type LegacySql, type Run, updatedColumns } from './dialect.ts';
import { mappedColumns } from './mapping.ts';
import { paymentColumns, updatedPaymentColumns } from './payments.ts';

const connections = 4;

/** Every value travels as text, so that the driver's own ideas of dates and numbers never touch it. */
const types: Readonly<Record<string, string>> = { dob: 'date', joined_on: 'date', row_version: 'bigint' };
const bound = [...mappedColumns, 'updated_by'].map((column, index) => {
  const type = types[column];
  return type === undefined ? `$${index + 1}::text` : `$${index + 1}::text::${type}`;
});
const insert = `INSERT INTO members (${[...mappedColumns, 'updated_by', 'updated_at'].join(', ')}) VALUES (${bound.join(', ')}, clock_timestamp())`;

const selected = [
  ...mappedColumns.map((column) =>
    types[column] === 'date' ? `to_char(${column}, 'YYYY-MM-DD') AS ${column}` : `${column}::text AS ${column}`,
  ),
  'updated_by',
  `to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at`,
].join(', ');

function overwrite(columns: readonly string[]): string {
  return columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ');
}

const paymentTypes: Readonly<Record<string, string>> = {
  amount_minor: 'bigint',
  refunded_minor: 'bigint',
  paid_at: 'timestamptz',
  row_version: 'bigint',
};
const boundPayment = [...paymentColumns, 'updated_by'].map((column, index) => {
  const type = paymentTypes[column];
  return type === undefined ? `$${index + 1}::text` : `$${index + 1}::text::${type}`;
});
const insertPayment = `INSERT INTO payments (${[...paymentColumns, 'updated_by', 'updated_at'].join(', ')}) VALUES (${boundPayment.join(', ')}, clock_timestamp())`;
const selectedPayment = paymentColumns
  .map((column) =>
    column === 'paid_at'
      ? `to_char(paid_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS paid_at`
      : `${column}::text AS ${column}`,
  )
  .join(', ');

const sql: LegacySql = {
  upsert: `${insert} ON CONFLICT (guildhall_id) DO UPDATE SET ${overwrite(updatedColumns)} WHERE members.row_version < EXCLUDED.row_version`,
  bury: `${insert} ON CONFLICT (guildhall_id) DO UPDATE SET ${overwrite(updatedColumns.filter((column) => column !== 'member_no'))}`,
  selectOne: `SELECT ${selected} FROM members WHERE guildhall_id = $1::text`,
  selectMany: (count) =>
    `SELECT ${selected} FROM members WHERE guildhall_id IN (${Array.from({ length: count }, (_, index) => `$${index + 1}::text`).join(', ')})`,
  ping: 'SELECT 1 AS up FROM members LIMIT 1',
  upsertPayment: `${insertPayment} ON CONFLICT (guildhall_id) DO UPDATE SET ${overwrite(updatedPaymentColumns)} WHERE payments.row_version < EXCLUDED.row_version`,
  selectPayment: `SELECT ${selectedPayment} FROM payments WHERE guildhall_id = $1::text`,
  pingPayments: 'SELECT 1 AS up FROM payments LIMIT 1',
};

/** Postgres through a small pool. */
export function postgresDialect(url: string, timeoutMs: number): LegacyDialect {
  let client = connect();

  function connect() {
    return postgres(url, {
      max: connections,
      connect_timeout: timeoutMs / 1000,
      idle_timeout: 60,
      prepare: false,
      onnotice: () => undefined,
      connection: {
        application_name: 'guildhall',
        client_encoding: 'UTF8',
        TimeZone: 'UTC',
        // A server that still works ends a slow statement itself, before our own limit cuts the connections.
        statement_timeout: Math.max(1, Math.floor(timeoutMs * 0.8)),
        idle_in_transaction_session_timeout: timeoutMs * 2,
      },
    });
  }

  function transaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const used = client;
    let result: { value: T } | undefined;
    const attempt = async () => {
      await used.begin(async (tx) => {
        result = { value: await work(runOn(tx)) };
      });
      if (result === undefined) throw new Error('the transaction ended without a result');
      return result.value;
    };
    return withinTime('legacy', timeoutMs, attempt, () => {
      // postgres.js cannot drop a single hanging connection, and it would be handed out again: the pool is replaced.
      if (client === used) client = connect();
      used.end({ timeout: 0 }).catch(() => undefined);
    });
  }

  return {
    sql,
    schemaFile: new URL('./schema.postgres.sql', import.meta.url),
    transaction,
    // CREATE TABLE IF NOT EXISTS is not safe against itself. The number is arbitrary, used for nothing else.
    installLock: 'SELECT pg_advisory_xact_lock(7046029254386353131)',
    classify: (error) => postgresError('legacy', error),
    // Callers have finished by now; a connection that died in a transaction would keep a longer wait from ending.
    close: () => client.end({ timeout: 1 }),
  };
}

function runOn(tx: postgres.TransactionSql): Run {
  return async (text, values = []) => {
    const answer = await tx.unsafe(text, [...values]);
    return { rows: answer.map(rowOf), changed: answer.count };
  };
}

function rowOf(columns: postgres.Row): LegacyRow {
  const row: LegacyRow = {};
  for (const [column, value] of Object.entries(columns)) row[column] = value === null ? null : String(value);
  return row;
}
