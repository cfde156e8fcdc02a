import { v7 as uuidv7 } from 'uuid';
import { type Actor, actorId } from '#server/context/actor.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { databaseErrorOf } from '#server/errors/database-errors.ts';
import { AppError, changedMeanwhile } from '#server/errors/errors.ts';
import { findEventType } from './define.ts';
import type { EventActor, JsonObject } from './stored-event.ts';

export interface NewEvent {
  type: string;
  data: JsonObject;
  /** uuid v7; made here unless the producer brings one. */
  id?: string;
  occurredAt?: Date;
}

interface Row {
  id: string;
  type: string;
  schemaVersion: number;
  data: JsonObject;
  occurredAt: string;
}

export type Expected = number | 'new' | 'any';

/**
 * Appends events to a stream, in one round trip (two for the first event of one at `any`), inside the caller's transaction. `expected` is the version that the
 * stream must have now: `new` for none yet, `any` to skip the check. Gives the stream's version after the events.
 * @throws AppError `conflict` when the stream has moved on, or an event id has been seen before (the transaction is lost
 * then). An unknown type and data that does not fit its schema are our own mistakes: Error, naming the field only.
 */
export async function append(
  ctx: TxCtx,
  stream: string,
  expected: Expected,
  events: NewEvent[],
): Promise<{ version: number; ids: string[] }> {
  const rows = rowsOf(ctx, events);
  const written = await write(ctx, stream, expected, rows);
  ctx.afterCommit(() => count(ctx, rows));
  return written;
}

/**
 * The same for events that stand for themselves, with no row and no audit entry beside them: the one statement is the whole
 * transaction.
 */
export async function appendAlone(
  ctx: Ctx,
  stream: string,
  expected: Expected,
  events: NewEvent[],
): Promise<{ version: number; ids: string[] }> {
  const rows = rowsOf(ctx, events);
  const written = await write(ctx, stream, expected, rows);
  count(ctx, rows);
  return written;
}

async function write(ctx: Ctx, stream: string, expected: Expected, rows: Row[]) {
  const version = await insert(ctx, stream, expected, rows);
  if (version === null) throw changedMeanwhile();
  return { version, ids: rows.map((row) => row.id) };
}

function count(ctx: Ctx, rows: Row[]): void {
  for (const row of rows) ctx.app.metrics.eventsAppended.inc({ type: row.type });
}

function rowsOf(ctx: Ctx, events: NewEvent[]): Row[] {
  if (events.length === 0) throw new Error('nothing to append');
  return events.map((event) => rowOf(ctx, event));
}

function rowOf(ctx: Ctx, event: NewEvent): Row {
  const definition = findEventType(event.type);
  if (!definition) throw new Error(`unknown event type: ${event.type}`);
  const parsed = definition.data.safeParse(event.data);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `data.${issue.path.join('.')} ${issue.message}`);
    throw new Error(`${event.type} does not fit its schema: ${problems.join('; ')}`);
  }
  return {
    id: event.id ?? uuidv7(),
    type: definition.type,
    schemaVersion: definition.version,
    data: parsed.data as JsonObject,
    occurredAt: (event.occurredAt ?? ctx.now()).toISOString(),
  };
}

/**
 * The stream's row is written first and stays locked until the commit: whoever appends to the same stream next gets its
 * pending ids after ours, so the sequencer, which goes by them, cannot turn a stream's order around.
 */
async function insert(ctx: Ctx, stream: string, expected: Expected, rows: Row[]): Promise<number | null> {
  const version = expected === 'new' ? 0 : expected === 'any' ? null : expected;
  const [first] = rows;
  try {
    if (rows.length === 1 && first) return await insertOne(ctx, stream, version, first);
    return await insertMany(ctx, stream, version, rows);
  } catch (error) {
    const found = databaseErrorOf(error);
    if (found?.code === '23505' && found.constraint_name === 'event_ids_pkey') {
      throw new AppError('conflict', 'An event with this id exists already.', { cause: error });
    }
    throw error;
  }
}

/** Text of its own, and not a template: the driver would put it together, and look it up by its letters, at every append. */
const appendToKnownStream = `
  with bumped as (
    update streams set version = version + 1, updated_at = statement_timestamp()
    where stream = $6 and ($7::bigint is null or version = $7)
    returning version
  ),
  known as (
    insert into event_ids (id, recorded_at) select $1::uuid, statement_timestamp() from bumped
  ),
  stored as (
    insert into events (id, recorded_at, stream, version, type, schema_version, data, correlation_id, causation_id, actor,
      source, occurred_at)
    select $1, statement_timestamp(), $6, version, $2, $3, $4::text::jsonb, $8::uuid, $9::uuid, $10::text::jsonb, $11,
      $5::timestamptz
    from bumped
  ),
  pending as (
    insert into pending_events (event_id, recorded_at, type) select $1, statement_timestamp(), $2 from bumped
  )
  select version from bumped`;

const appendByFunction = `
  select append_event($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10::text::jsonb, $11) as version`;

/**
 * A stream that is there takes one statement, the database's least work. The function is for a stream's first event, and,
 * at any version, for its next while somebody else is writing the first.
 */
async function insertOne(ctx: Ctx, stream: string, version: number | null, row: Row): Promise<number | null> {
  const values = [
    row.id,
    row.type,
    row.schemaVersion,
    JSON.stringify(row.data),
    row.occurredAt,
    stream,
    version,
    ctx.correlationId,
    ctx.causationId,
    JSON.stringify(eventActor(ctx.actor)),
    ctx.source,
  ];
  const run = async (statement: string) => {
    const [stored] = await ctx.sql.unsafe<{ version: number | null }[]>(statement, values, { prepare: true });
    return stored?.version ?? null;
  };
  if (version === 0) return run(appendByFunction);
  const reached = await run(appendToKnownStream);
  return reached === null && version === null ? run(appendByFunction) : reached;
}

async function insertMany(ctx: Ctx, stream: string, version: number | null, rows: Row[]): Promise<number | null> {
  const [stored] = await ctx.sql<{ version: number }[]>`
    with input as materialized (
      select e.*
      from rows from (json_to_recordset(${JSON.stringify(rows)}::text::json) as (
        id uuid, type text, "schemaVersion" integer, data jsonb, "occurredAt" timestamptz
      )) with ordinality as e
    ),
    bumped as (
      insert into streams as s (stream, version, updated_at)
      select ${stream}, ${rows.length}::int, statement_timestamp()
      where coalesce(${version}::bigint, 0) = 0 or exists (select from streams where stream = ${stream})
      on conflict (stream) do update set version = s.version + excluded.version, updated_at = excluded.updated_at
      where ${version}::bigint is null or s.version = ${version}::bigint
      returning version
    ),
    known as (
      insert into event_ids (id, recorded_at) select id, statement_timestamp() from input, bumped
    ),
    stored as (
      insert into events (id, recorded_at, stream, version, type, schema_version, data, correlation_id, causation_id,
        actor, source, occurred_at)
      select id, statement_timestamp(), ${stream}, bumped.version - ${rows.length}::int + ordinality, type,
        "schemaVersion", data, ${ctx.correlationId}::uuid, ${ctx.causationId}::uuid,
        ${JSON.stringify(eventActor(ctx.actor))}::text::jsonb, ${ctx.source}, "occurredAt"
      from input, bumped
    ),
    pending as (
      insert into pending_events (event_id, recorded_at, type)
      select id, statement_timestamp(), type from input, bumped order by ordinality
    )
    select version from bumped`;
  return stored?.version ?? null;
}

const eventActor = (actor: Actor): EventActor => ({ kind: actor.kind, id: actorId(actor) });
