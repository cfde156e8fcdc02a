import { createPool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { mysqlError, timedOut } from '../partner-error.ts';
import { withinTime } from '../time-limit.ts';
import { type LegacyDialect, type LegacyRow, type LegacySql, type Run, updatedColumns } from './dialect.ts';
import { mappedColumns } from './mapping.ts';
import { paymentColumns, updatedPaymentColumns } from './payments.ts';

const connections = 4;

const columns = [...mappedColumns, 'updated_by', 'updated_at'].join(', ');
const insert = `INSERT INTO MEMBERS (${columns}) VALUES (${[...mappedColumns, 'updated_by'].map(() => '?').join(', ')}, UTC_TIMESTAMP(6))`;

/**
 * Assignments run from left to right and see earlier ones, so row_version, which decides, comes last. The duplicate
 * may be one of member_no: then the row is another member's and must stay as it is.
 */
function whenNewer(column: string): string {
  return `${column} = IF(guildhall_id = VALUES(guildhall_id) AND row_version < VALUES(row_version), VALUES(${column}), ${column})`;
}

const selected = [
  ...mappedColumns.map((column) => (column === 'row_version' ? 'CAST(row_version AS CHAR) AS row_version' : column)),
  'updated_by',
  "CONCAT(DATE_FORMAT(updated_at, '%Y-%m-%dT%H:%i:%s.%f'), 'Z') AS updated_at",
].join(', ');

const insertPayment = `INSERT INTO PAYMENTS (${[...paymentColumns, 'updated_by', 'updated_at'].join(', ')}) VALUES (${[...paymentColumns, 'updated_by'].map(() => '?').join(', ')}, UTC_TIMESTAMP(6))`;
const selectedPayment = paymentColumns
  .map((column) => {
    if (column === 'paid_at') return "CONCAT(DATE_FORMAT(paid_at, '%Y-%m-%dT%H:%i:%s.%f'), 'Z') AS paid_at";
    return column.endsWith('_minor') || column === 'row_version' ? `CAST(${column} AS CHAR) AS ${column}` : column;
  })
  .join(', ');

const sql: LegacySql = {
  upsert: `${insert} ON DUPLICATE KEY UPDATE ${[...updatedColumns.filter((column) => column !== 'row_version'), 'row_version'].map(whenNewer).join(', ')}`,
  bury: `${insert} ON DUPLICATE KEY UPDATE ${updatedColumns
    .filter((column) => column !== 'member_no')
    .map((column) => `${column} = IF(guildhall_id = VALUES(guildhall_id), VALUES(${column}), ${column})`)
    .join(', ')}`,
  selectOne: `SELECT ${selected} FROM MEMBERS WHERE guildhall_id = ?`,
  selectMany: (count) => `SELECT ${selected} FROM MEMBERS WHERE guildhall_id IN (${Array(count).fill('?').join(', ')})`,
  ping: 'SELECT 1 AS up FROM MEMBERS LIMIT 1',
  upsertPayment: `${insertPayment} ON DUPLICATE KEY UPDATE ${[...updatedPaymentColumns.filter((column) => column !== 'row_version'), 'row_version'].map(whenNewer).join(', ')}`,
  selectPayment: `SELECT ${selectedPayment} FROM PAYMENTS WHERE guildhall_id = ?`,
  pingPayments: 'SELECT 1 AS up FROM PAYMENTS LIMIT 1',
};

/** MySQL or MariaDB through a small pool. */
export function mysqlDialect(url: string, timeoutMs: number): LegacyDialect {
  const pool = createPool({
    uri: url,
    connectionLimit: connections,
    connectTimeout: timeoutMs,
    enableKeepAlive: true,
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    dateStrings: true,
    // Else an update that changes nothing counts as a changed row, and a stale write would look applied.
    flags: ['-FOUND_ROWS'],
  });
  const prepared = new WeakSet<object>();
  // A row lock is given up by the server before our own limit cuts the connection.
  const lockWaitSeconds = Math.max(1, Math.floor(timeoutMs / 1000) - 1);
  const session = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', innodb_lock_wait_timeout = ${lockWaitSeconds}`;

  /** Sets up a connection once; awaited, so that no statement ever runs without strict mode. */
  async function prepare(connection: PoolConnection): Promise<void> {
    if (prepared.has(connection.connection)) return;
    await connection.query(session);
    prepared.add(connection.connection);
  }

  async function transaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    let connection: PoolConnection | undefined;
    let late = false;
    const attempt = async () => {
      connection = await pool.getConnection();
      if (late) {
        connection.release();
        throw timedOut('legacy');
      }
      await prepare(connection);
      await connection.beginTransaction();
      const result = await work(runOn(connection));
      await connection.commit();
      connection.release();
      return result;
    };
    try {
      return await withinTime('legacy', timeoutMs, attempt, () => {
        late = true;
        connection?.destroy();
      });
    } catch (error) {
      if (connection !== undefined && !late) await giveBack(connection);
      throw error;
    }
  }

  return {
    sql,
    schemaFile: new URL('./schema.mysql.sql', import.meta.url),
    transaction,
    installLock: null,
    classify,
    close,
  };

  async function giveBack(connection: PoolConnection): Promise<void> {
    try {
      // A connection in an unknown state never goes back into the pool.
      await withinTime('legacy', timeoutMs, () => connection.rollback());
      connection.release();
    } catch {
      connection.destroy();
    }
  }

  async function close(): Promise<void> {
    await pool.end();
  }
}

function classify(error: unknown) {
  return mysqlError('legacy', error);
}

function runOn(connection: PoolConnection): Run {
  return async (text, values = []) => {
    // The text protocol: it gives every value as text, and servers behind a proxy need no prepared statements.
    const [answer] = await connection.query<RowDataPacket[] | ResultSetHeader>(text, [...values]);
    if (!Array.isArray(answer)) return { rows: [], changed: answer.affectedRows };
    return { rows: answer.map(rowOf), changed: 0 };
  };
}

function rowOf(packet: RowDataPacket): LegacyRow {
  const row: LegacyRow = {};
  for (const [column, value] of Object.entries(packet)) row[column] = value === null ? null : String(value);
  return row;
}
