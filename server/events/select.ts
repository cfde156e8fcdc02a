import type { Queryable } from '#db/client.ts';
import { memberEventsName } from './member-events.ts';
import { type EventRow, eventOf, readEvents } from './read.ts';
import type { StoredEvent } from './stored-event.ts';

/** Which events. All that is said must fit. */
export interface Selection {
  type?: string | undefined;
  stream?: string | undefined;
  correlationId?: string | undefined;
  /** Events about this member: those whose `data.memberId` it is. */
  memberId?: string | undefined;
}

export const fits = (selection: Selection, event: StoredEvent): boolean =>
  (selection.type === undefined || event.type === selection.type) &&
  (selection.stream === undefined || event.stream === selection.stream) &&
  (selection.correlationId === undefined || event.correlationId === selection.correlationId) &&
  (selection.memberId === undefined || event.data.memberId === selection.memberId);

/** Positions, both ends exclusive, and recording times (RFC 3339, from inclusive, to exclusive). */
export interface Range {
  after: number;
  before: number;
  from?: string | undefined;
  to?: string | undefined;
  order: 'asc' | 'desc';
  limit: number;
}

/**
 * The selected events of a range, in the order of their positions or against it. Events about a member are as fresh as the
 * reader `member-events`; everything else is what is stored.
 */
export async function selectEvents(sql: Queryable, selection: Selection, range: Range): Promise<StoredEvent[]> {
  const rows = await (selection.stream !== undefined || selection.correlationId !== undefined
    ? byKey(sql, selection, range)
    : selection.memberId !== undefined
      ? byMember(sql, selection.memberId, selection, range)
      : byPosition(sql, selection, range));
  return rows.map(eventOf);
}

/** A stream or a correlation is short: found by its own index, then put into order. */
function byKey(sql: Queryable, selection: Selection, range: Range): Promise<EventRow[]> {
  return sql<EventRow[]>`
    select p.position, e.* from events e join event_positions p on p.event_id = e.id
    where p.position > ${range.after} and p.position < ${range.before}
      ${selection.stream === undefined ? sql`` : sql`and e.stream = ${selection.stream}`}
      ${selection.correlationId === undefined ? sql`` : sql`and e.correlation_id = ${selection.correlationId}`}
      ${selection.memberId === undefined ? sql`` : sql`and e.data->>'memberId' = ${selection.memberId}`}
      ${selection.type === undefined ? sql`` : sql`and e.type = ${selection.type}`}
      ${range.from ? sql`and e.recorded_at >= ${range.from}::timestamptz` : sql``}
      ${range.to ? sql`and e.recorded_at < ${range.to}::timestamptz` : sql``}
    order by p.position ${direction(sql, range)} limit ${range.limit}`;
}

/** Where a member's events stand is known in either direction; each is then fetched by its key. */
function byMember(sql: Queryable, memberId: string, selection: Selection, range: Range): Promise<EventRow[]> {
  return sql<EventRow[]>`
    select p.position, e.* from (
      select p.position, p.event_id, p.recorded_at from member_events m cross join lateral (
        select * from event_positions p where p.position = m.position offset 0
      ) p
      where m.member_id = ${memberId} and m.position > ${range.after} and m.position < ${range.before}
        ${selection.type === undefined ? sql`` : sql`and p.type = ${selection.type}`}
        ${range.from ? sql`and p.recorded_at >= ${range.from}::timestamptz` : sql``}
        ${range.to ? sql`and p.recorded_at < ${range.to}::timestamptz` : sql``}
      order by m.position ${direction(sql, range)} limit ${range.limit}
    ) p cross join lateral (
      select * from events e where e.id = p.event_id and e.recorded_at = p.recorded_at offset 0
    ) e order by p.position ${direction(sql, range)}`;
}

/**
 * Positions follow recording times but for what was committed late. The range of times becomes a range of positions with
 * room for that on both sides; exact times then decide. Without it a search for yesterday would walk all the years before.
 */
async function byPosition(sql: Queryable, selection: Selection, range: Range): Promise<EventRow[]> {
  const start = range.from ? await positionAt(sql, range.from, -lateMinutes) : 0;
  const end = range.to ? await positionAt(sql, range.to, lateMinutes) : Number.MAX_SAFE_INTEGER;
  return sql<EventRow[]>`
    select p.position, e.* from (
      select position, event_id, recorded_at from event_positions
      where position > ${Math.max(range.after, start - 1)} and position < ${Math.min(range.before, end + 1)}
        ${selection.type === undefined ? sql`` : sql`and type = ${selection.type}`}
        ${range.from ? sql`and recorded_at >= ${range.from}::timestamptz` : sql``}
        ${range.to ? sql`and recorded_at < ${range.to}::timestamptz` : sql``}
      order by position ${direction(sql, range)} limit ${range.limit}
    ) p cross join lateral (
      select * from events e where e.id = p.event_id and e.recorded_at = p.recorded_at offset 0
    ) e order by p.position ${direction(sql, range)}`;
}

const direction = (sql: Queryable, { order }: Range) => (order === 'asc' ? sql`asc` : sql`desc`);

/** The longest that a transaction is reckoned to stay open after it has appended. */
const lateMinutes = 60;

/** About the last position recorded before a moment: a search by halves, for positions have no gaps. */
async function positionAt(sql: Queryable, moment: string, minutes: number): Promise<number> {
  const [row] = await sql<{ position: number }[]>`
    with recursive halves as (
      select 0::bigint as low, (select last_position from sequencer) + 1 as high
      union all
      select case when p.recorded_at < m.moment then p.position else h.low end,
        case when p.recorded_at < m.moment then h.high else p.position end
      from halves h
      cross join (select ${moment}::timestamptz + ${minutes}::int * interval '1 minute' as moment) m
      join event_positions p on p.position = (h.low + h.high) / 2
      where h.high - h.low > 1
    )
    select low as position from halves order by high - low limit 1`;
  return row?.position ?? 0;
}

/** Every selected event in (after, `through`]. */
export interface Stretch {
  events: StoredEvent[];
  through: number;
}

const stretchSize = 500;

/**
 * The next stretch after a position, at most up to another, with nothing left out: where the reader `member-events` has not
 * been yet, the events themselves are looked through. Never takes more than a few hundred events at a time.
 */
export async function nextStretch(sql: Queryable, selection: Selection, after: number, upTo: number): Promise<Stretch> {
  const { stream, correlationId, memberId, type } = selection;
  if (stream !== undefined || correlationId !== undefined) return selected(sql, selection, after, upTo);
  if (memberId === undefined) return walked(sql, selection, type === undefined ? {} : { types: [type] }, after, upTo);
  const known = await positionOfReader(sql);
  return after < known
    ? selected(sql, selection, after, Math.min(known, upTo))
    : walked(sql, selection, type === undefined ? {} : { types: [type] }, after, upTo);
}

async function selected(sql: Queryable, selection: Selection, after: number, upTo: number): Promise<Stretch> {
  const range = { after, before: upTo + 1, order: 'asc' as const, limit: stretchSize };
  const events = await selectEvents(sql, selection, range);
  return { events, through: lastOf(events, upTo) };
}

async function walked(
  sql: Queryable,
  selection: Selection,
  types: { types?: readonly string[] },
  after: number,
  upTo: number,
): Promise<Stretch> {
  const events = await readEvents(sql, { after, upTo, limit: stretchSize, ...types });
  return { events: events.filter((event) => fits(selection, event)), through: lastOf(events, upTo) };
}

const lastOf = (events: readonly StoredEvent[], upTo: number) =>
  events.length < stretchSize ? upTo : (events.at(-1)?.position ?? upTo);

/** Up to where `member_events` is complete; 0 where nobody keeps it. */
async function positionOfReader(sql: Queryable): Promise<number> {
  const [row] = await sql<{ position: number }[]>`
    select coalesce(min(position), 0) as position from subscriptions where name = ${memberEventsName}`;
  return row?.position ?? 0;
}
