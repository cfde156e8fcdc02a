import type { Queryable } from '#db/client.ts';
import { findEventType, type Upcaster } from './define.ts';
import type { EventActor, JsonObject, StoredEvent } from './stored-event.ts';

export interface EventRow {
  position: number;
  id: string;
  stream: string;
  version: number;
  type: string;
  schema_version: number;
  data: unknown;
  correlation_id: string;
  causation_id: string | null;
  actor: unknown;
  source: string;
  occurred_at: string;
  recorded_at: string;
}

/** The event was written by a newer release than this process. It is not broken: whoever knows its version can read it. */
export class NewerEventError extends Error {
  constructor(type: string, version: number) {
    super(`${type} version ${version} is newer than what this process knows`);
    this.name = 'NewerEventError';
  }
}

/** The newest position that readers can see; 0 before the first event. */
export async function headPosition(sql: Queryable): Promise<number> {
  const [row] = await sql<{ head: number }[]>`select last_position as head from sequencer`;
  return row?.head ?? 0;
}

/**
 * Events after a position, in order, at most `limit`; of these types only, if given. The order of the positions is walked
 * first and each event fetched by key, so the cost depends on the limit and not on how many events are stored.
 */
export async function readEvents(
  sql: Queryable,
  range: { after: number; upTo?: number; types?: readonly string[]; limit: number },
): Promise<StoredEvent[]> {
  const upTo = range.upTo ?? Number.MAX_SAFE_INTEGER;
  const rows = range.types
    ? await sql<EventRow[]>`
        select p.position, e.* from (
          select position, event_id, recorded_at from event_positions
          where position > ${range.after} and position <= ${upTo} and type = any(${range.types as string[]}::text[])
          order by position limit ${range.limit}
        ) p cross join lateral (
          select * from events e where e.id = p.event_id and e.recorded_at = p.recorded_at offset 0
        ) e order by p.position`
    : await sql<EventRow[]>`
        select p.position, e.* from (
          select position, event_id, recorded_at from event_positions
          where position > ${range.after} and position <= ${upTo} order by position limit ${range.limit}
        ) p cross join lateral (
          select * from events e where e.id = p.event_id and e.recorded_at = p.recorded_at offset 0
        ) e order by p.position`;
  return rows.map(eventOf);
}

/** The events of a stream that readers can see, oldest first, from `afterVersion` on. */
export async function readStream(
  sql: Queryable,
  stream: string,
  options: { afterVersion?: number; limit?: number } = {},
): Promise<StoredEvent[]> {
  const rows = await sql<EventRow[]>`
    select p.position, e.* from events e join event_positions p on p.event_id = e.id
    where e.stream = ${stream} and e.version > ${options.afterVersion ?? 0}
    order by e.version limit ${options.limit ?? 10_000}`;
  return rows.map(eventOf);
}

/** Where the first event of each stream stands in the order of all; not there: streams that readers cannot see yet. */
export async function startsOf(sql: Queryable, streams: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ stream: string; position: number }[]>`
    select e.stream, p.position from events e join event_positions p on p.event_id = e.id
    where e.stream = any(${[...streams]}) and e.version = 1`;
  return new Map(rows.map(({ stream, position }) => [stream, position]));
}

/** One event by its id; null when there is none, or it has no position yet. */
export async function readEvent(sql: Queryable, id: string): Promise<StoredEvent | null> {
  const [row] = await sql<EventRow[]>`
    select p.position, e.* from event_positions p join events e on e.id = p.event_id and e.recorded_at = p.recorded_at
    where p.event_id = ${id}`;
  return row ? eventOf(row) : null;
}

/** Everything that one request, and whatever followed from it, has caused; in order. */
export async function readCorrelation(sql: Queryable, correlationId: string, limit = 1_000): Promise<StoredEvent[]> {
  const rows = await sql<EventRow[]>`
    select p.position, e.* from events e join event_positions p on p.event_id = e.id
    where e.correlation_id = ${correlationId} order by p.position limit ${limit}`;
  return rows.map(eventOf);
}

export function eventOf(row: EventRow): StoredEvent {
  return {
    position: row.position,
    id: row.id,
    stream: row.stream,
    version: row.version,
    type: row.type,
    schemaVersion: row.schema_version,
    data: upcast(row.type, row.schema_version, parse(row.data) as JsonObject),
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    actor: parse(row.actor) as EventActor,
    source: row.source,
    occurredAt: rfc3339(row.occurred_at),
    recordedAt: rfc3339(row.recorded_at),
  };
}

/** Data of an older version in the newest one's shape. Types that this process does not know stay as they are. */
export function upcast(type: string, version: number, data: JsonObject): JsonObject {
  const definition = findEventType(type);
  if (!definition || version === definition.version) return data;
  if (version > definition.version) throw new NewerEventError(type, version);
  let current = data;
  for (let from = version; from < definition.version; from += 1) {
    // Declared for every older version: defineEvent refuses a type that lacks one.
    current = (definition.upcasters[from] as Upcaster)(current);
  }
  return current;
}

/** jsonb comes as text: the client leaves it unparsed. */
const parse = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

/** What Postgres writes in a session that runs in UTC: `2026-02-03 04:05:06.789012+00`. */
export const rfc3339 = (timestamp: string) => timestamp.replace(' ', 'T').replace(/\+00$/, 'Z');
