import type { PartnerRecord } from '../field-mapping.ts';
import type { PartnerError } from '../partner-error.ts';
import { mappedColumns } from './mapping.ts';

/** A row with every value as text: dates YYYY-MM-DD, `updated_at` RFC 3339 in UTC. */
export type LegacyRow = PartnerRecord;

/** Answers rows as text; a statement that returns none answers the number of rows that it changed. */
export type Run = (sql: string, values?: readonly (string | null)[]) => Promise<{ rows: LegacyRow[]; changed: number }>;

/** What differs between the two databases. Values are bound in the order of `values`, never put into the text. */
export interface LegacyDialect {
  sql: LegacySql;
  schemaFile: URL;
  /** One connection, one transaction, within the time limit; rolls back when `work` throws. */
  transaction: <T>(work: (run: Run) => Promise<T>) => Promise<T>;
  /** Holds off a second installer, as the first statement of the installing transaction; null where not needed. */
  installLock: string | null;
  classify: (error: unknown) => PartnerError;
  close: () => Promise<void>;
}

export interface LegacySql {
  /** Values: the mapped columns, then updated_by. Changes 0 rows when the stored version is as new. */
  upsert: string;
  /** Values: the tombstone's mapped columns, then updated_by. Overwrites whatever is there except member_no. */
  bury: string;
  /** Values: guildhall_id. */
  selectOne: string;
  /** Values: one guildhall_id for each of `count`. */
  selectMany: (count: number) => string;
  ping: string;
  /** Values: `paymentColumns`, then updated_by. Changes 0 rows when the stored version is as new. */
  upsertPayment: string;
  /** Values: guildhall_id. */
  selectPayment: string;
  pingPayments: string;
}

/** What an update sets: everything but the key it was found by. */
export const updatedColumns: readonly string[] = [
  ...mappedColumns.filter((column) => column !== 'guildhall_id'),
  'updated_at',
  'updated_by',
];
