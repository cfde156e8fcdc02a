import { type GivenReason, reasonsAbout } from '#server/audit/queries.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { eventsById } from '#server/events/queries.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { noNews } from '../projections/timeline.ts';
import { auditRead, readableMember } from './member.ts';

export interface TimelineEntry {
  at: string;
  type: string;
  system: string;
  summary: string;
  eventId: string | null;
  correlationId: string;
  actor: string | null;
  actorId: string | null;
  version: number | null;
  reason: string | null;
}

type Line = Omit<TimelineEntry, 'actorId' | 'version' | 'reason'>;

/**
 * Everything that happened to a member over all systems, newest first by when it happened: what a producer reports late stands
 * where it belongs. Summaries hold no personal values.
 */
export async function memberTimeline(
  ctx: Ctx,
  id: string,
  page: { limit: number; cursor?: string | undefined; system?: string | undefined; only?: 'news' | undefined },
): Promise<{ data: TimelineEntry[]; nextCursor: string | null }> {
  await readableMember(ctx, id);
  const { sql } = ctx;
  const before = page.cursor ? decodeCursor(page.cursor, ['timestamp', 'whole']) : null;
  const rows = await sql<Array<Line & { position: number }>>`
    select position, at, type, system, summary, event_id as "eventId", correlation_id as "correlationId", actor
    from member_timeline
    where member_id = ${id}
      ${before ? sql`and (at, position) < (${before[0]}::timestamptz, ${before[1]}::bigint)` : sql``}
      ${page.system ? sql`and system = ${page.system}` : sql``}
      ${page.only ? sql`and type <> all(${[...noNews]}::text[])` : sql``}
    order by at desc, position desc
    limit ${page.limit + 1}`;
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const lines = shown.map(({ position: _, ...line }) => ({ ...line, at: new Date(line.at).toISOString() }));
  return {
    data: isOwn(ctx, id) ? lines.map(plain) : await forStaff(ctx, id, lines),
    nextCursor: rows.length > page.limit && last ? encodeCursor([last.at, last.position]) : null,
  };
}

/** The one given for what the event is about; else the first that was given. */
const reasonFor = ({ stream }: StoredEvent, given: readonly GivenReason[]): string | null =>
  (given.find(({ resource }) => resource === stream) ?? given[0])?.reason ?? null;

const plain = (line: Line): TimelineEntry => ({ ...line, actorId: null, version: null, reason: null });

async function forStaff(ctx: Ctx, id: string, lines: Line[]): Promise<TimelineEntry[]> {
  const ids = lines.map(({ eventId }) => eventId).filter((eventId) => eventId !== null);
  const correlationIds = lines.map(({ correlationId }) => correlationId);
  const [events, reasons] = await Promise.all([
    eventsById(ctx, ids),
    can(ctx, 'members:act') ? reasonsAbout(ctx, id, correlationIds) : new Map<string, GivenReason[]>(),
    auditRead(ctx, id, 'timeline'),
  ]);
  return lines.map((line) => {
    const event = events.get(line.eventId ?? '');
    const version = event?.data.version;
    // What somebody did themselves, not what followed from it.
    const done = event?.causationId === null && event.actor.kind !== 'system';
    return {
      ...line,
      actorId: event?.actor.id ?? null,
      version: typeof version === 'number' ? version : null,
      reason: done ? reasonFor(event, reasons.get(line.correlationId) ?? []) : null,
    };
  });
}
