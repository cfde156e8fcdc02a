import { validate } from 'uuid';
import { type Ctx, inTransaction, requirePermission } from '#server/context/context.ts';
import { maskAddressLine, maskDateOfBirth, maskEmail, maskPhone } from '#server/crypto/mask.ts';
import { isSealed, open, type SubjectKey } from '#server/crypto/seals.ts';
import { notFound } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { type Json, writeAudit } from './commands.ts';
import type { AuditEntry } from './shapes.ts';

export interface AuditFilter {
  /** A user's or client's id. */
  actor?: string | undefined;
  action?: string | undefined;
  /** `member`, or `member/ID`. */
  resource?: string | undefined;
  /** RFC 3339, inclusive. */
  from?: string | undefined;
  /** RFC 3339, exclusive. */
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

interface Row {
  id: string;
  at: string;
  /** The same instant to the microsecond, for the cursor. */
  at_exact: string;
  actor_kind: string;
  actor_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  outcome: string;
  reason: string | null;
  source_address_sealed: string | null;
  address_subject_id: string | null;
  correlation_id: string;
  subject_id: string | null;
  before: Json;
  after: Json;
  count: number;
}

/** What stands for a value that can no longer be opened, and for one that is not the entry's to open. */
const erased = 'erased';
const unopened = 'sealed';

/** The trail, newest first, opened for whoever may read it. That it was read is an entry of its own. */
export async function listAudit(
  ctx: Ctx,
  filter: AuditFilter,
): Promise<{ data: AuditEntry[]; nextCursor: string | null }> {
  requirePermission(ctx, 'audit:read');
  return inTransaction(ctx, async (tx) => {
    const rows = await readRows(tx, filter);
    const page = rows.slice(0, filter.limit);
    const data = await opened(tx, page);
    await writeAudit(tx, { action: 'audit.read', resourceType: 'audit', after: askedFor(tx, filter, rows.length > 0) });
    const last = page.at(-1);
    return {
      data,
      nextCursor: rows.length > filter.limit && last ? encodeCursor([last.at_exact, last.id]) : null,
    };
  });
}

/**
 * What was asked, for the entry that says so. Words that nothing answers to may be anything, somebody's name or e-mail too: of
 * them only a blind index is kept. What was found stands in the trail already.
 */
function askedFor(ctx: Ctx, { cursor: _cursor, ...filter }: AuditFilter, found: boolean): Json {
  const kept = Object.entries(filter).flatMap(([name, value]): Array<[string, Json]> => {
    if (value === undefined) return [];
    if (found || !typed.has(name) || isOurs(value)) return [[name, value]];
    return [[`${name}Index`, ctx.app.keyRing.blindIndex('auditFilter', String(value))]];
  });
  return Object.fromEntries(kept);
}

const typed = new Set(['actor', 'action', 'resource']);
/** Ids, and words of the form that actions have. */
const isOurs = (value: Json) => typeof value === 'string' && (validate(value) || /^[a-z-]+\.[a-z.-]+$/.test(value));

/** One entry, opened as in the list. That it was read is an entry of its own too. @throws AppError `not_found` */
export async function getAudit(ctx: Ctx, id: string): Promise<AuditEntry> {
  requirePermission(ctx, 'audit:read');
  return inTransaction(ctx, async (tx) => {
    const [entry] = await opened(tx, await tx.sql<Row[]>`select ${columns(tx)} from audit_entries where id = ${id}`);
    if (!entry) throw notFound('There is no such entry.');
    await writeAudit(tx, { action: 'audit.read', resourceType: 'audit', resourceId: id });
    return entry;
  });
}

async function opened(tx: Ctx, rows: readonly Row[]): Promise<AuditEntry[]> {
  const subjects = new Set(rows.flatMap((row) => [row.address_subject_id, row.subject_id]));
  const ids = [...subjects].filter((id) => id !== null);
  const keys = ids.length === 0 ? new Map<string, SubjectKey>() : await tx.app.dataKeys.findMany(tx.sql, ids);
  return rows.map((row) => viewOf(row, keys));
}

const columns = ({ sql }: Ctx) => sql`
  id, at, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at_exact, actor_kind, actor_id,
  action, resource_type, resource_id, outcome, reason, source_address_sealed, address_subject_id, correlation_id,
  subject_id, before, after, count`;

async function readRows(ctx: Ctx, filter: AuditFilter): Promise<Row[]> {
  const { sql } = ctx;
  const [type, ...rest] = (filter.resource ?? '').split('/');
  const resourceId = rest.length > 0 ? rest.join('/') : null;
  const before = filter.cursor === undefined ? null : positionOf(filter.cursor);
  return sql<Row[]>`
    select ${columns(ctx)}
    from audit_entries
    where true
      ${filter.actor === undefined ? sql`` : sql`and actor_id = ${filter.actor}`}
      ${filter.action === undefined ? sql`` : sql`and action = ${filter.action}`}
      ${type ? sql`and resource_type = ${type}` : sql``}
      ${resourceId === null ? sql`` : sql`and resource_id = ${resourceId}`}
      ${filter.from === undefined ? sql`` : sql`and at >= ${filter.from}`}
      ${filter.to === undefined ? sql`` : sql`and at < ${filter.to}`}
      ${before === null ? sql`` : sql`and (at, id) < (${before.at}, ${before.id})`}
    order by at desc, id desc limit ${filter.limit + 1}`;
}

function positionOf(cursor: string): { at: string; id: string } {
  const [at, id] = decodeCursor(cursor, ['timestamp', 'uuid']);
  return { at, id };
}

function viewOf(row: Row, keys: Map<string, SubjectKey>): AuditEntry {
  const keyOf = (subjectId: string | null) => (subjectId === null ? null : (keys.get(subjectId) ?? null));
  return {
    id: row.id,
    timestamp: new Date(row.at).toISOString(),
    actorKind: row.actor_kind,
    userId: row.actor_id,
    action: row.action,
    resource: row.resource_id === null ? row.resource_type : `${row.resource_type}/${row.resource_id}`,
    outcome: row.outcome,
    reason: isSealed(row.reason) ? reasonOf(keyOf(row.subject_id), row.reason) : row.reason,
    sourceIp:
      row.source_address_sealed && openedValue(keyOf(row.address_subject_id), 'address', row.source_address_sealed),
    correlationId: row.correlation_id,
    count: row.count,
    before: openedJson(keyOf(row.subject_id), '', row.before),
    after: openedJson(keyOf(row.subject_id), '', row.after),
  };
}

const reasonOf = (key: SubjectKey | null, sealed: string) => (key ? openedValue(key, 'reason', sealed) : 'Erased');

function openedValue(key: SubjectKey | null, field: string, sealed: string): string {
  if (!key) return erased;
  try {
    return open(key, field, sealed);
  } catch {
    // Sealed for another subject or field than the entry says: shown as what it is rather than failing the whole page.
    return unopened;
  }
}

/** What the trail shows of a person's contact values: that they changed, not what they are. Revealing them is another act. */
const masks: Record<string, (value: string) => string> = {
  email: maskEmail,
  phone: maskPhone,
  dateOfBirth: maskDateOfBirth,
  address: maskAddressLine,
};

/** Sealed values stand under the name of the field that they were sealed for. */
function openedJson(key: SubjectKey | null, field: string, value: Json): Json {
  if (isSealed(value)) {
    const clear = openedValue(key, field, value);
    return key && clear !== unopened ? (masks[field]?.(clear) ?? clear) : clear;
  }
  if (Array.isArray(value)) return value.map((item) => openedJson(key, field, item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, openedJson(key, name, inner)]));
}

export interface AuditMention {
  action: string;
  at: string;
  actorKind: string;
}

/**
 * What the trail has about a person, for themselves: what was done to these resources (`[type, id]`) and what the user did.
 * Oldest first. The caller has checked that it is the person who asks.
 */
export async function auditAbout(
  ctx: Ctx,
  person: { resources: ReadonlyArray<readonly [string, string]>; userId: string },
): Promise<AuditMention[]> {
  const rows = await ctx.sql<AuditMention[]>`
    select action, at, "actorKind" from (
      select id, action, at, actor_kind as "actorKind" from audit_entries where actor_id = ${person.userId}
      union
      select a.id, a.action, a.at, a.actor_kind
      from unnest(${person.resources.map(([type]) => type)}::text[], ${person.resources.map(([, id]) => id)}::text[]) as r (type, id)
        join audit_entries a on a.resource_type = r.type and a.resource_id = r.id
    ) as entries order by at, id`;
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}

export interface GivenReason {
  /** What it was done to: `member-ID`, as the streams of events are called. */
  resource: string;
  reason: string;
}

/**
 * What people gave as the reasons for what they did to a member or to something of theirs, by correlation id, the first one
 * first. For queries that have checked who asks.
 */
export async function reasonsAbout(
  ctx: Ctx,
  memberId: string,
  correlationIds: readonly string[],
): Promise<Map<string, GivenReason[]>> {
  const [key, rows] = await Promise.all([
    ctx.app.dataKeys.find(ctx.sql, memberId),
    ctx.sql<Array<GivenReason & { correlationId: string }>>`
      select correlation_id as "correlationId", concat(resource_type, '-', resource_id) as resource, reason from audit_entries
      where ((resource_type = 'member' and resource_id = ${memberId}) or subject_id = ${memberId}) and outcome = 'ok'
        and reason is not null and actor_kind <> 'system' and correlation_id = any(${correlationIds as string[]}::uuid[])
      order by at, id`,
  ]);
  const given = rows.map((row) => ({ ...row, reason: isSealed(row.reason) ? reasonOf(key, row.reason) : row.reason }));
  return Map.groupBy(given, ({ correlationId }) => correlationId);
}
