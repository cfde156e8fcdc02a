import type { Queryable, Sql, TransactionSql } from '#db/client.ts';
import type { Subscription } from './define.ts';

/** How long a reader may be silent before another process takes its lane. */
const leaseMs = 3_000;

export interface Lane {
  name: string;
  lane: number;
  lanes: number;
}

/**
 * Makes the rows of new subscriptions and gives the lanes as they stand. A projection starts at the first event. So does a
 * reaction of a house that has no readers yet; one that comes to a running house starts now, for what is past shall not send
 * mails or call partners because a reader was added. The number of lanes
 * changes only while nobody holds one and all stand at the same position: otherwise some streams' events would be read twice
 * or not at all. One process at a time, and all rows or none: a second worker, or one that starts after a crash, would take
 * the first rows for a running house, and its reactions would never see what happened before them.
 */
export async function ensureSubscriptions(sql: Sql, subscriptions: readonly Subscription[]): Promise<Lane[]> {
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('guildhall:subscriptions'))`;
    const now = await reactionsStartAt(tx);
    for (const subscription of subscriptions) {
      const rows = await tx<{ lanes: number }[]>`select lanes from subscriptions where name = ${subscription.name}`;
      const start = subscription.kind === 'reaction' ? now : 0;
      if (rows.length === 0) await insertLanes(tx, subscription, start, 'running');
      else if (rows.some((row) => row.lanes !== subscription.lanes)) await regroup(tx, subscription, rows.length);
      await noteTypes(tx, subscription);
    }
    const names = subscriptions.map((subscription) => subscription.name);
    return tx<Lane[]>`
      select name, lane, lanes from subscriptions where name = any(${names}::text[]) order by name, lane`;
  });
}

async function reactionsStartAt(sql: Queryable): Promise<number> {
  const [row] = await sql<{ position: number }[]>`
    select case when exists (select 1 from subscriptions) then last_position else 0 end as position from sequencer`;
  return row?.position ?? 0;
}

async function insertLanes(sql: Queryable, subscription: Subscription, position: number, status: string) {
  await sql`
    insert into subscriptions (name, lane, lanes, kind, position, status)
    select ${subscription.name}, lane, ${subscription.lanes}, ${subscription.kind}, ${position}, ${status}
    from generate_series(0, ${subscription.lanes - 1}::int) as lane
    on conflict do nothing`;
}

/** For those who look on. A row that is being worked with keeps what it says until the next start. */
async function noteTypes(sql: Queryable, { name, types }: Subscription) {
  await sql`
    with free as (
      select name, lane from subscriptions
      where name = ${name} and types is distinct from ${types as string[]}::text[] for update skip locked
    )
    update subscriptions s set types = ${types as string[]}::text[] from free f where s.name = f.name and s.lane = f.lane`;
}

async function regroup(tx: TransactionSql, subscription: Subscription, lanes: number): Promise<void> {
  // A row that is locked is being worked with; waiting for it would hold up this process's start.
  const rows = await tx<{ position: number; status: string }[]>`
    select position, status from subscriptions
    where name = ${subscription.name} and ${leaseIsOver(tx)} for update skip locked`;
  const [first] = rows;
  if (!first || rows.length !== lanes || rows.some((row) => row.position !== first.position)) return;
  await tx`delete from subscriptions where name = ${subscription.name}`;
  await insertLanes(tx, subscription, first.position, first.status);
}

/** An end further away than a lease is long was written by a clock that has been set back since: nobody would wait for it. */
const leaseIsOver = (sql: Queryable) => sql`
  (expires_at < clock_timestamp() or expires_at > clock_timestamp() + ${leaseMs} * interval '1 millisecond')`;

/** Takes a lane that nobody holds. Gives the fencing number that every write of a checkpoint must bring, or null. */
export async function takeLane(sql: Queryable, lane: Lane, holder: string): Promise<number | null> {
  // A row that is locked is being worked with, whatever its lease says: it is passed over, not waited for.
  const [row] = await sql<{ fencing: number }[]>`
    update subscriptions s set holder = ${holder}, fencing = s.fencing + 1,
      expires_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    from (
      select name, lane from subscriptions
      where name = ${lane.name} and lane = ${lane.lane} and ${leaseIsOver(sql)}
      for update skip locked
    ) free
    where s.name = free.name and s.lane = free.lane
    returning s.fencing`;
  return row?.fencing ?? null;
}

/** Keeps an idle lane. False when it is somebody else's now. */
export async function keepLane(sql: Queryable, lane: Lane, fencing: number): Promise<boolean> {
  const kept = await sql`
    update subscriptions set expires_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where name = ${lane.name} and lane = ${lane.lane} and fencing = ${fencing} returning 1`;
  return kept.length === 1;
}

export async function releaseLane(sql: Queryable, lane: Lane, fencing: number): Promise<void> {
  await sql`
    update subscriptions set expires_at = '-infinity', holder = null
    where name = ${lane.name} and lane = ${lane.lane} and fencing = ${fencing}`;
}

export interface Checkpoint {
  position: number;
  status: 'running' | 'paused' | 'failing';
  head: number;
}

/**
 * Locks the lane's row for this transaction and gives where it stands; null when it is somebody else's. Locked first, so
 * that two holders can never have the same events in hand, even if one of them was paused for an hour in between.
 */
export async function lockLane(sql: Queryable, lane: Lane, fencing: number): Promise<Checkpoint | null> {
  const [row] = await sql<Checkpoint[]>`
    select s.position, s.status, q.last_position as head from subscriptions s, sequencer q
    where s.name = ${lane.name} and s.lane = ${lane.lane} and s.fencing = ${fencing}
    for update of s`;
  return row ?? null;
}

export async function advanceLane(
  sql: Queryable,
  lane: Lane,
  position: number,
  lastEventAt: string | null,
): Promise<void> {
  await sql`
    update subscriptions set position = ${position}, status = 'running', error = null,
      moved_at = clock_timestamp(), last_event_at = coalesce(${lastEventAt}::timestamptz, last_event_at),
      expires_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where name = ${lane.name} and lane = ${lane.lane}`;
}

/** Says that a lane cannot get on for a reason that is not one event's fault. */
export async function markFailing(sql: Queryable, lane: Lane, fencing: number, error: string): Promise<void> {
  await sql`
    update subscriptions set status = 'failing', error = ${error}, error_at = clock_timestamp(),
      expires_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where name = ${lane.name} and lane = ${lane.lane} and fencing = ${fencing} and status <> 'paused'`;
}
