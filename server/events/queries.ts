import { type Ctx, requirePermission } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { type EventRow, eventOf, readEvent } from './read.ts';
import type { StoredEvent } from './stored-event.ts';

export interface EventFilter {
  /** By when it was recorded: from this moment on, and before that one. RFC 3339. */
  from?: string | undefined;
  to?: string | undefined;
  type?: string | undefined;
  stream?: string | undefined;
  correlationId?: string | undefined;
  /** A position: only events after it. */
  after?: number | undefined;
  limit: number;
}

/** Events in the order of their positions. `next` is the position to go on from, or null at the end. */
export async function listEvents(ctx: Ctx, filter: EventFilter): Promise<{ data: StoredEvent[]; next: number | null }> {
  requirePermission(ctx, 'events:read');
  const rows = await (filter.stream || filter.correlationId ? byKey(ctx, filter) : byPosition(ctx, filter));
  const data = rows.slice(0, filter.limit).map(eventOf);
  return { data, next: rows.length > filter.limit ? (data.at(-1)?.position ?? null) : null };
}

/** @throws AppError `not_found`, also for an event that has no position yet. */
export async function getEvent(ctx: Ctx, id: string): Promise<StoredEvent> {
  requirePermission(ctx, 'events:read');
  const event = await readEvent(ctx.sql, id);
  if (!event) throw notFound('There is no such event.');
  return event;
}

/** A stream or a correlation is short: found by its own index, then put into order. */
function byKey({ sql }: Ctx, filter: EventFilter): Promise<EventRow[]> {
  return sql<EventRow[]>`
    select p.position, e.* from events e join event_positions p on p.event_id = e.id
    where true
      ${filter.stream ? sql`and e.stream = ${filter.stream}` : sql``}
      ${filter.correlationId ? sql`and e.correlation_id = ${filter.correlationId}` : sql``}
      ${filter.type ? sql`and e.type = ${filter.type}` : sql``}
      ${filter.from ? sql`and e.recorded_at >= ${filter.from}::timestamptz` : sql``}
      ${filter.to ? sql`and e.recorded_at < ${filter.to}::timestamptz` : sql``}
      and p.position > ${filter.after ?? 0}
    order by p.position limit ${filter.limit + 1}`;
}

/**
 * Positions follow recording times but for what was committed late. The range of times becomes a range of positions with
 * room for that on both sides; exact times then decide. Without it a search for yesterday would walk all the years before.
 */
async function byPosition(ctx: Ctx, filter: EventFilter): Promise<EventRow[]> {
  const { sql } = ctx;
  const start = filter.from ? await positionAt(ctx, filter.from, -lateMinutes) : 0;
  const end = filter.to ? await positionAt(ctx, filter.to, lateMinutes) : Number.MAX_SAFE_INTEGER;
  return sql<EventRow[]>`
    select p.position, e.* from (
      select position, event_id, recorded_at from event_positions
      where position > ${Math.max(filter.after ?? 0, start - 1)} and position <= ${end}
        ${filter.type ? sql`and type = ${filter.type}` : sql``}
        ${filter.from ? sql`and recorded_at >= ${filter.from}::timestamptz` : sql``}
        ${filter.to ? sql`and recorded_at < ${filter.to}::timestamptz` : sql``}
      order by position limit ${filter.limit + 1}
    ) p cross join lateral (
      select * from events e where e.id = p.event_id and e.recorded_at = p.recorded_at offset 0
    ) e order by p.position`;
}

/** The longest that a transaction is reckoned to stay open after it has appended. */
const lateMinutes = 60;

/** About the last position recorded before a moment: a search by halves, for positions have no gaps. */
async function positionAt({ sql }: Ctx, moment: string, minutes: number): Promise<number> {
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

export interface SubscriptionView {
  name: string;
  kind: 'projection' | 'reaction';
  /** Everything up to here has been handled, or is parked. */
  position: number;
  /** Events in order that it has still before it. */
  lag: number;
  /** Age of the oldest of them; 0 when there is none. */
  lagSeconds: number;
  /**
   * `idle`: nothing to do. `running`: catching up. `stuck`: has events before it and does not move, or nobody reads it.
   * `failing`: cannot get on and keeps trying. `paused`: by a person.
   */
  status: 'idle' | 'running' | 'stuck' | 'failing' | 'paused';
  error: string | null;
  /** Streams that wait behind a dead letter. */
  blockedStreams: number;
}

const stuckSeconds = 30;

/** Every reader of the event store; the lanes of one are summed up, the slowest counts. */
export async function listSubscriptions(ctx: Ctx): Promise<SubscriptionView[]> {
  requirePermission(ctx, 'status:read');
  const rows = await ctx.sql<Array<SubscriptionView & { paused: boolean; failing: boolean; still: boolean }>>`
    select s.name, min(s.kind) as kind, min(s.position) as position, q.last_position - min(s.position) as lag,
      coalesce((
        select greatest(0, extract(epoch from clock_timestamp() - p.recorded_at)) from event_positions p
        where p.position = min(s.position) + 1
      ), 0)::float8 as "lagSeconds",
      bool_or(s.status = 'paused') as paused, bool_or(s.status = 'failing') as failing,
      bool_or(s.position < q.last_position and (s.expires_at < clock_timestamp()
        or s.moved_at < clock_timestamp() - ${stuckSeconds} * interval '1 second')) as still,
      max(s.error) as error,
      (select count(*)::int from blocked_streams b where b.subscription = s.name) as "blockedStreams"
    from subscriptions s cross join sequencer q
    group by s.name, q.last_position order by s.name`;
  return rows.map(({ paused, failing, still, ...row }) => ({
    ...row,
    status: paused ? 'paused' : failing ? 'failing' : row.lag === 0 ? 'idle' : still ? 'stuck' : 'running',
  }));
}

export interface SequencerView {
  position: number;
  /** Appended, not in order yet. */
  pending: number;
  /** False when nobody gives positions: new events stay unseen. */
  alive: boolean;
}

export async function sequencerStatus(ctx: Ctx): Promise<SequencerView> {
  requirePermission(ctx, 'status:read');
  const [row] = await ctx.sql<SequencerView[]>`
    select last_position as position, (select count(*)::int from pending_events) as pending,
      expires_at > clock_timestamp() as alive
    from sequencer`;
  if (!row) throw new Error('the sequencer has no row');
  return row;
}
