import { type Ctx, isOwn } from '#server/context/context.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { auditRead, readableMember } from './member.ts';

export interface TimelineEntry {
  at: string;
  type: string;
  system: string;
  summary: string;
  eventId: string | null;
  correlationId: string;
  actor: string | null;
}

/**
 * Everything that happened to a member over all systems, newest first by when it happened: what a producer reports late stands
 * where it belongs. Summaries hold no personal values.
 */
export async function memberTimeline(
  ctx: Ctx,
  id: string,
  page: { limit: number; cursor?: string | undefined; system?: string | undefined },
): Promise<{ data: TimelineEntry[]; nextCursor: string | null }> {
  await readableMember(ctx, id);
  const { sql } = ctx;
  const before = page.cursor ? decodeCursor(page.cursor, ['timestamp', 'whole']) : null;
  const rows = await sql<Array<TimelineEntry & { position: number }>>`
    select position, at, type, system, summary, event_id as "eventId", correlation_id as "correlationId", actor
    from member_timeline
    where member_id = ${id}
      ${before ? sql`and (at, position) < (${before[0]}::timestamptz, ${before[1]}::bigint)` : sql``}
      ${page.system ? sql`and system = ${page.system}` : sql``}
    order by at desc, position desc
    limit ${page.limit + 1}`;
  if (!isOwn(ctx, id)) await auditRead(ctx, id, 'member.read-timeline');
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    data: shown.map(({ position: _, ...entry }) => ({ ...entry, at: new Date(entry.at).toISOString() })),
    nextCursor: rows.length > page.limit && last ? encodeCursor([last.at, last.position]) : null,
  };
}
