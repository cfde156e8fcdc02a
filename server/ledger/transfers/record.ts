import type { Queryable, TransactionSql } from '#db/client.ts';
import type { TransferStatus } from '#db/schema/transfers.ts';
import type { TxCtx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { rfc3339 } from '#server/events/read.ts';
import './events.ts';
import { transferStream } from './events.ts';

export interface Transfer {
  id: string;
  number: string;
  fromAccountId: string;
  toAccountId: string;
  fromMemberId: string;
  toMemberId: string;
  /** Minor units. */
  amount: number;
  currency: string;
  status: TransferStatus;
  noteSealedFrom: string | null;
  noteSealedTo: string | null;
  holdEntryId: string;
  failureCode: string | null;
  failureMessage: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
}

export const transferColumns = (sql: Queryable) => sql`
  t.id, t.number, t.from_account_id as "fromAccountId", t.to_account_id as "toAccountId", t.from_member_id as "fromMemberId",
  t.to_member_id as "toMemberId", t.amount, t.currency, t.status, t.note_sealed_from as "noteSealedFrom",
  t.note_sealed_to as "noteSealedTo", t.hold_entry_id as "holdEntryId", t.failure_code as "failureCode",
  t.failure_message as "failureMessage", t.version, t.created_at as "createdAt", t.updated_at as "updatedAt",
  t.finished_at as "finishedAt"`;

export const withTimes = (row: Transfer): Transfer => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
  finishedAt: row.finishedAt && rfc3339(row.finishedAt),
});

export async function findTransfer(sql: Queryable, id: string): Promise<Transfer | null> {
  const [row] = await sql<Transfer[]>`select ${transferColumns(sql)} from transfers t where t.id = ${id}`;
  return row ? withTimes(row) : null;
}

export async function transferNumbers(sql: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; number: string }[]>`
    select id, number from transfers where id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** @throws AppError `not_found` */
export async function lockTransfer(sql: TransactionSql, id: string): Promise<Transfer> {
  const [row] = await sql<Transfer[]>`select ${transferColumns(sql)} from transfers t where t.id = ${id} for update`;
  if (!row) throw notFound();
  return withTimes(row);
}

/** What every event about a transfer says. */
export const aboutOf = (transfer: Transfer) => ({
  transferId: transfer.id,
  fromAccountId: transfer.fromAccountId,
  toAccountId: transfer.toAccountId,
  memberId: transfer.fromMemberId,
  toMemberId: transfer.toMemberId,
  amount: { amount: transfer.amount, currency: transfer.currency },
});

/** Ends a transfer: its news and its row together. */
export async function endTransfer(
  tx: TxCtx,
  before: Transfer,
  status: 'completed' | 'failed' | 'compensated',
  failure: { code: string; reason: string } | null,
): Promise<void> {
  const data = { ...aboutOf(before), ...(failure && status !== 'completed' ? { code: failure.code } : {}) };
  await append(tx, transferStream(before.id), before.version, [{ type: `transfer.${status}`, data }]);
  const now = tx.now().toISOString();
  await tx.sql`
    update transfers set status = ${status}, failure_code = ${failure?.code ?? null},
      failure_message = ${failure?.reason ?? null}, version = ${before.version + 1}, updated_at = ${now}, finished_at = ${now}
    where id = ${before.id}`;
}
