import { type Ctx, requirePermission } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { type EventRow, eventOf, readEvent } from './read.ts';
import { type Selection, selectEvents } from './select.ts';
import type { SubscriptionView } from './shapes.ts';
import type { StoredEvent } from './stored-event.ts';

export interface EventFilter extends Selection {
  /** By when it was recorded: from this moment on, and before that one. RFC 3339. */
  from?: string | undefined;
  to?: string | undefined;
  /** A position: only events after it. */
  after?: number | undefined;
  /** `asc` unless said: in the order of their positions. `desc`: the newest first. */
  order?: 'asc' | 'desc' | undefined;
  /** The last position of the page before, in the same order. */
  cursor?: number | undefined;
  limit: number;
}

/**
 * Events in the order of their positions, or against it. `next` is the position to go on from, or null at the end. Events
 * about a member are as fresh as the reader `member-events`.
 */
export async function listEvents(ctx: Ctx, filter: EventFilter): Promise<{ data: StoredEvent[]; next: number | null }> {
  requirePermission(ctx, 'events:read');
  const { after = 0, cursor, order = 'asc', from, to, limit, ...selection } = filter;
  const rows = await selectEvents(ctx.sql, selection, {
    after: order === 'asc' ? Math.max(after, cursor ?? 0) : after,
    before: order === 'desc' && cursor !== undefined ? cursor : Number.MAX_SAFE_INTEGER,
    from,
    to,
    order,
    limit: limit + 1,
  });
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.position ?? null) : null };
}

/** @throws AppError `not_found`, also for an event that has no position yet. */
export async function getEvent(ctx: Ctx, id: string): Promise<StoredEvent> {
  requirePermission(ctx, 'events:read');
  const event = await readEvent(ctx.sql, id);
  if (!event) throw notFound('There is no such event.');
  return event;
}

/** These events, by id. For other domains' queries, which have checked who asks. */
export async function eventsById(ctx: Ctx, ids: readonly string[]): Promise<Map<string, StoredEvent>> {
  const rows = await ctx.sql<EventRow[]>`
    select p.position, e.* from event_positions p join events e on e.id = p.event_id and e.recorded_at = p.recorded_at
    where p.event_id = any(${ids as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, eventOf(row)]));
}

const stuckSeconds = 30;
/** Up to here what waits is counted; who is further behind is behind everything, of whatever type. */
const countedLag = 10_000;

/**
 * Every reader of the event store; the lanes of one are summed up, the slowest counts. `lag` is how many events wait for it
 * that it reads: over those of other types it moves only about once a second.
 */
export async function listSubscriptions(ctx: Ctx): Promise<SubscriptionView[]> {
  requirePermission(ctx, 'status:read');
  const rows = await ctx.sql<Array<SubscriptionView & { paused: boolean; failing: boolean; still: boolean }>>`
    with readers as (
      select s.name, min(s.kind) as kind, min(s.position) as position, min(s.types) as types, q.last_position as head,
        bool_or(s.status = 'paused') as paused, bool_or(s.status = 'failing') as failing,
        bool_or(s.position < q.last_position and (s.expires_at < clock_timestamp()
          or s.moved_at < clock_timestamp() - ${stuckSeconds} * interval '1 second')) as still,
        max(s.error) as error
      from subscriptions s cross join sequencer q group by s.name, q.last_position
    )
    select r.name, r.kind, r.position, case when r.head - r.position > ${countedLag} then r.head - r.position else w.n end as lag,
      coalesce(greatest(0, extract(epoch from clock_timestamp() - w.oldest)), 0)::float8 as "lagSeconds",
      r.paused, r.failing, r.still, r.error,
      (select count(*)::int from blocked_streams b where b.subscription = r.name) as "blockedStreams"
    from readers r cross join lateral (
      select count(*) filter (where r.types is null or p.type = any(r.types)) as n,
        min(p.recorded_at) filter (where r.types is null or p.type = any(r.types) or r.head - r.position > ${countedLag}) as oldest
      from event_positions p
      where p.position > r.position and p.position <= least(r.head, r.position + ${countedLag})
    ) w
    order by r.name`;
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
