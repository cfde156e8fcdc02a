import { readFile } from 'node:fs/promises';
import { fromPartnerRecord, toPartnerRecord } from '../field-mapping.ts';
import { PartnerError } from '../partner-error.ts';
import type { PartnerMember } from '../partner-member.ts';
import type { LegacyDialect, LegacyRow, Run } from './dialect.ts';
import type { LegacyMember, LegacyPayment, LegacySystem, LegacyWrite } from './legacy-system.ts';
import { legacyMapping, legacyStatusCodes, mappedColumns } from './mapping.ts';
import { mysqlDialect } from './mysql.ts';
import { assertSamePayment, paymentColumns, paymentOf, paymentRowOf } from './payments.ts';
import { postgresDialect } from './postgres.ts';

/** Newer than any version that a member reaches, and still exact as a JavaScript number. */
const tombstoneVersion = String(Number.MAX_SAFE_INTEGER);
const idsPerQuery = 1000;
const defaultTimeoutMs = 5000;

/**
 * Connects to the legacy database, lazily: nothing is sent before the first call. `url` is mysql:// or postgres://
 * with credentials; `timeoutMs` limits every call as a whole, waiting for a connection included.
 */
export function connectLegacy(url: string, options: { timeoutMs?: number } = {}): LegacySystem {
  return legacySystem(dialectOf(url, options.timeoutMs ?? defaultTimeoutMs));
}

function dialectOf(url: string, timeoutMs: number): LegacyDialect {
  if (/^mysql:\/\//.test(url)) return mysqlDialect(url, timeoutMs);
  if (/^postgres(ql)?:\/\//.test(url)) return postgresDialect(url, timeoutMs);
  throw new Error('The legacy database needs an address that begins with mysql:// or postgres://');
}

function legacySystem(dialect: LegacyDialect): LegacySystem {
  async function inTransaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    try {
      return await dialect.transaction(work);
    } catch (error) {
      throw dialect.classify(error);
    }
  }

  async function install(): Promise<void> {
    const schema = await readFile(dialect.schemaFile, 'utf8');
    await inTransaction(async (run) => {
      if (dialect.installLock !== null) await run(dialect.installLock);
      for (const statement of statementsOf(schema)) await run(statement);
    });
  }

  async function upsertMember(member: PartnerMember, write: { origin: string }): Promise<LegacyWrite> {
    const record = toPartnerRecord('legacy', legacyMapping, member);
    return await inTransaction(async (run) => {
      const { changed } = await run(dialect.sql.upsert, [...valuesOf(record), originOf(write)]);
      const stored = (await run(dialect.sql.selectOne, [member.memberId])).rows[0];
      if (stored === undefined) throw new PartnerError('legacy', 'permanent', 'number belongs to another member');
      if (changed > 0) assertSame(record, stored);
      return { recordId: stored.member_no ?? '', version: Number(stored.row_version), applied: changed > 0 };
    });
  }

  async function readMembers(memberIds: readonly string[]): Promise<LegacyMember[]> {
    const members: LegacyMember[] = [];
    for (let start = 0; start < memberIds.length; start += idsPerQuery) {
      const ids = memberIds.slice(start, start + idsPerQuery);
      const { rows } = await inTransaction((run) => run(dialect.sql.selectMany(ids.length), ids));
      members.push(...rows.filter((row) => !isTombstone(row)).map(memberOf));
    }
    return members;
  }

  async function eraseMember(memberId: string, write = { origin: 'guildhall' }): Promise<{ erased: boolean }> {
    return await inTransaction(async (run) => {
      const before = (await run(dialect.sql.selectOne, [memberId])).rows[0];
      await run(dialect.sql.bury, [...valuesOf(tombstoneOf(memberId)), originOf(write)]);
      const after = (await run(dialect.sql.selectOne, [memberId])).rows[0];
      if (after === undefined || !isTombstone(after)) {
        throw new PartnerError('legacy', 'permanent', 'number belongs to another member');
      }
      return { erased: before !== undefined && !isTombstone(before) };
    });
  }

  async function upsertPayment(payment: LegacyPayment, write: { origin: string }): Promise<LegacyWrite> {
    const row = paymentRowOf(payment);
    const values = paymentColumns.map((column) => row[column] ?? null);
    return await inTransaction(async (run) => {
      const { changed } = await run(dialect.sql.upsertPayment, [...values, originOf(write)]);
      const [stored] = (await run(dialect.sql.selectPayment, [payment.paymentId])).rows.map(paymentOf);
      if (stored === undefined) throw new PartnerError('legacy', 'permanent', 'number belongs to another payment');
      if (changed > 0) assertSamePayment(payment, stored);
      return { recordId: stored.number, version: stored.version, applied: changed > 0 };
    });
  }

  async function readPayment(paymentId: string): Promise<LegacyPayment | null> {
    const { rows } = await inTransaction((run) => run(dialect.sql.selectPayment, [paymentId]));
    return rows.map(paymentOf)[0] ?? null;
  }

  return {
    install,
    upsertPayment,
    readPayment,
    checkPayments: async () => {
      await inTransaction((run) => run(dialect.sql.pingPayments));
    },
    upsertMember,
    readMember: async (memberId) => (await readMembers([memberId]))[0] ?? null,
    readMembers,
    eraseMember,
    check: async () => {
      await inTransaction((run) => run(dialect.sql.ping));
    },
    close: () => dialect.close(),
  };
}

function statementsOf(script: string): string[] {
  return script
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

function valuesOf(row: LegacyRow): (string | null)[] {
  return mappedColumns.map((column) => row[column] ?? null);
}

function originOf({ origin }: { origin: string }): string {
  if (origin === '' || origin.length > 40)
    throw new PartnerError('legacy', 'permanent', 'origin must have 1 to 40 characters');
  return origin;
}

/** A trigger or a column narrower than published would change values behind our back: then the write is undone. */
function assertSame(sent: LegacyRow, stored: LegacyRow): void {
  const changed = legacyMapping.filter(({ target }) => (sent[target] ?? null) !== (stored[target] ?? null));
  if (changed.length === 0) return;
  const fields = changed.map(({ source }) => source).join(', ');
  throw new PartnerError('legacy', 'permanent', `stored differently than sent: ${fields}`);
}

function tombstoneOf(memberId: string): LegacyRow {
  const blank: LegacyRow = Object.fromEntries(
    legacyMapping.map(({ target, required }) => [target, required ? '' : null]),
  );
  return {
    ...blank,
    // Used only if there is no row yet: member_no is the key, and 12 random digits of the id fit into it.
    member_no: `ERASED-${memberId.slice(-12)}`,
    guildhall_id: memberId,
    status_code: legacyStatusCodes.erased,
    joined_on: '1970-01-01',
    row_version: tombstoneVersion,
  };
}

function isTombstone(row: LegacyRow): boolean {
  return row.row_version === tombstoneVersion;
}

function memberOf(row: LegacyRow): LegacyMember {
  return {
    ...fromPartnerRecord(legacyMapping, row),
    updatedAt: row.updated_at ?? '',
    updatedBy: row.updated_by ?? '',
  };
}
