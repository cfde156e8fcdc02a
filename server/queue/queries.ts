import { type Ctx, requirePermission } from '#server/context/context.ts';
import { isSealed, openOrNull, type SubjectKey } from '#server/crypto/seals.ts';
import { notFound } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import type { DeadLetter, DeadLetterGroup, Job, QueueStatus, WholeDeadLetter } from './shapes.ts';

const columns = (ctx: Ctx) => ctx.sql`
  id, kind, queue, key, tail, event_id as "eventId", error, error_class as "errorClass", fingerprint, attempts, redrives,
  correlation_id as "correlationId", member_id as "memberId", status, status_reason as "statusReason",
  coalesce(member_id::text, payload->>'userId') as "subjectId",
  status_by as "statusBy", status_at as "statusAt", created_at as "createdAt"`;

export interface DeadLetterFilter {
  status?: 'open' | 'redriven' | 'dismissed' | undefined;
  kind?: 'job' | 'event' | undefined;
  queue?: string | undefined;
  key?: string | undefined;
  fingerprint?: string | undefined;
  memberId?: string | undefined;
  correlationId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first; open ones unless said. */
export async function listDeadLetters(
  ctx: Ctx,
  filter: DeadLetterFilter,
): Promise<{ data: DeadLetter[]; nextCursor: string | null }> {
  requirePermission(ctx, 'dead-letters:read');
  const { sql } = ctx;
  const [at, id] = filter.cursor ? decodeCursor(filter.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Row[]>`
    select ${columns(ctx)} from dead_letters
    where status = ${filter.status ?? 'open'}
      ${filter.kind ? sql`and kind = ${filter.kind}` : sql``}
      ${filter.queue ? sql`and queue = ${filter.queue}` : sql``}
      ${filter.key ? sql`and key = ${filter.key}` : sql``}
      ${filter.fingerprint ? sql`and fingerprint = ${filter.fingerprint}` : sql``}
      ${filter.memberId ? sql`and member_id = ${filter.memberId}` : sql``}
      ${filter.correlationId ? sql`and correlation_id = ${filter.correlationId}` : sql``}
      ${at && id ? sql`and (created_at, id) < (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by created_at desc, id desc limit ${filter.limit + 1}`;
  const data = await shown(ctx, rows.slice(0, filter.limit));
  const last = data.at(-1);
  return { data, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.createdAt, last.id]) : null };
}

/** @throws AppError `not_found` */
export async function getDeadLetter(ctx: Ctx, id: string): Promise<WholeDeadLetter> {
  requirePermission(ctx, 'dead-letters:read');
  const [row] = await ctx.sql<Array<Row & { payload: string }>>`
    select ${columns(ctx)}, payload::text from dead_letters where id = ${id}`;
  const [letter] = row ? await shown(ctx, [row]) : [];
  if (!row || !letter) throw notFound();
  return { ...letter, payload: JSON.parse(row.payload) as WholeDeadLetter['payload'] };
}

/** `subjectId`: for whom a person's words about the letter are sealed. */
type Row = DeadLetter & { subjectId: string | null };

async function shown(ctx: Ctx, rows: readonly Row[]): Promise<DeadLetter[]> {
  const sealedFor = rows.flatMap((row) => (isSealed(row.statusReason) && row.subjectId ? [row.subjectId] : []));
  const keys =
    sealedFor.length > 0
      ? await ctx.app.dataKeys.findMany(ctx.sql, [...new Set(sealedFor)])
      : new Map<string, SubjectKey>();
  return rows.map(({ subjectId, payload: _, ...row }: Row & { payload?: string }) => ({
    ...row,
    statusReason: isSealed(row.statusReason)
      ? (openOrNull(keys.get(subjectId ?? '') ?? null, 'reason', row.statusReason) ?? 'Erased')
      : row.statusReason,
    statusAt: row.statusAt && rfc3339(row.statusAt),
    createdAt: rfc3339(row.createdAt),
  }));
}

/** Open dead letters by what is wrong with them, the largest group first. */
export async function groupDeadLetters(
  ctx: Ctx,
  filter: { queue?: string | undefined } = {},
): Promise<DeadLetterGroup[]> {
  requirePermission(ctx, 'dead-letters:read');
  const { sql } = ctx;
  const rows = await sql<DeadLetterGroup[]>`
    select d.fingerprint, d.queue, min(d.error) as error, min(d.error_class) as "errorClass", count(*)::int as letters,
      coalesce(sum(t.waiting), 0)::int as waiting, case when count(*) = 1 then min(d.id::text) end as "only", min(created_at) as "oldestAt", max(created_at) as "newestAt"
    from dead_letters d left join (
      select queue, key, kind, count(*) as waiting from dead_letters where status = 'open' and tail group by 1, 2, 3
    ) t on t.queue = d.queue and t.key = d.key and t.kind = d.kind
    where d.status = 'open' and not d.tail ${filter.queue ? sql`and d.queue = ${filter.queue}` : sql``}
    group by d.fingerprint, d.queue order by letters desc, d.fingerprint limit 200`;
  return rows.map((row) => ({ ...row, oldestAt: rfc3339(row.oldestAt), newestAt: rfc3339(row.newestAt) }));
}

export interface JobFilter {
  queue?: string | undefined;
  key?: string | undefined;
  correlationId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Queued, running and lately finished jobs of a record (its key) or of a correlation, newest first. */
export async function listJobs(ctx: Ctx, filter: JobFilter): Promise<{ data: Job[]; nextCursor: string | null }> {
  requirePermission(ctx, 'status:read');
  const { sql } = ctx;
  const [at, id] = filter.cursor ? decodeCursor(filter.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Array<Job & { lastError: string | null; failures: string | null }>>`
    select id, name as queue, singleton_key as key, state, data->>'failures' as failures,
      case when state in ('created', 'retry') then start_after end as "nextTryAt", data->>'lastError' as "lastError",
      data->>'causationId' as "eventId", data->>'correlationId' as "correlationId", created_on as "createdAt"
    from pgboss.job
    where name not like '\_\_pgboss%'
      ${filter.queue ? sql`and name = ${filter.queue}` : sql``}
      ${filter.key ? sql`and singleton_key = ${filter.key}` : sql``}
      ${filter.correlationId ? sql`and data->>'correlationId' = ${filter.correlationId}` : sql``}
      ${at && id ? sql`and (created_on, id) < (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by created_on desc, id desc limit ${filter.limit + 1}`;
  const data = rows.slice(0, filter.limit).map(({ failures, ...row }) => ({
    ...row,
    attempts: Object.values(JSON.parse(failures ?? '{}') as Record<string, number>).reduce((sum, n) => sum + n, 0),
    lastError: row.lastError === null ? null : (JSON.parse(row.lastError) as Job['lastError']),
    nextTryAt: row.nextTryAt && rfc3339(row.nextTryAt),
    createdAt: rfc3339(row.createdAt),
  }));
  const last = data.at(-1);
  return { data, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.createdAt, last.id]) : null };
}

export async function listQueues(ctx: Ctx): Promise<QueueStatus[]> {
  requirePermission(ctx, 'status:read');
  return ctx.sql<QueueStatus[]>`
    select q.name as queue,
      count(j.id) filter (where j.state in ('created', 'retry') and j.start_after <= now())::int as waiting,
      count(j.id) filter (where j.state in ('created', 'retry') and j.start_after > now())::int as later,
      count(j.id) filter (where j.state = 'active')::int as active,
      coalesce(extract(epoch from now() - min(j.created_on) filter (where j.state in ('created', 'retry'))), 0)::float8
        as "oldestWaitingSeconds",
      (select count(*)::int from dead_letters d where d.status = 'open' and d.kind = 'job' and d.queue = q.name)
        as "deadLetters"
    from pgboss.queue q left join pgboss.job j on j.name = q.name and j.state < 'completed'
    where q.name not like '\_\_pgboss%'
    group by q.name order by q.name`;
}
