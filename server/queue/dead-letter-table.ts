import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from '#db/client.ts';
import { actorId } from '#server/context/actor.ts';
import type { TxCtx } from '#server/context/context.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { wakeWorkers } from './enqueue.ts';
import { insertJobs } from './job-table.ts';

export interface Letter {
  id: string;
  kind: 'job' | 'event';
  queue: string;
  key: string | null;
  tail: boolean;
  eventId: string | null;
  position: number | null;
  payload: JsonObject;
  correlationId: string;
  memberId: string | null;
  status: 'open' | 'redriven' | 'dismissed';
  redrives: number;
}

type Row = Omit<Letter, 'payload'> & { payload: string };

/** Locks a letter and, for a job with a key, everything that is decided about that record. */
export async function lockLetter(sql: Queryable, id: string): Promise<Letter | null> {
  await sql`select lock_job_key(queue, key) from dead_letters where id = ${id} and kind = 'job' and key is not null`;
  const [row] = await sql<Row[]>`
    select id, kind, queue, key, tail, event_id as "eventId", event_position as position, payload::text,
      correlation_id as "correlationId", member_id as "memberId", status, redrives
    from dead_letters where id = ${id} for update`;
  return row ? letterOf(row) : null;
}

/** A letter and everything that waits with it, in order. Without a key nothing does. */
export async function openLetters(sql: Queryable, letter: Letter): Promise<Letter[]> {
  if (letter.key === null) return [letter];
  const rows = await sql<Row[]>`
    select id, kind, queue, key, tail, event_id as "eventId", event_position as position, payload::text,
      correlation_id as "correlationId", member_id as "memberId", status, redrives
    from dead_letters
    where status = 'open' and kind = ${letter.kind} and queue = ${letter.queue} and key = ${letter.key}
    order by created_at, id for update`;
  return rows.map(letterOf);
}

const letterOf = (row: Row): Letter => ({ ...row, payload: JSON.parse(row.payload) as JsonObject });

/**
 * Puts letters of one record back on their queue: in their order, and in front of whatever of the record was queued since.
 * The caller holds the record's lock.
 */
export async function enqueueLetters(tx: TxCtx, letters: readonly Letter[]): Promise<void> {
  const [first] = letters;
  if (!first) return;
  const [waiting] = await tx.sql<{ before: string | null }[]>`
    select min(created_on)::text as before from pgboss.job
    where name = ${first.queue} and singleton_key = ${first.key} and state in ('created', 'retry', 'active')`;
  const rows = letters.map((letter) => ({
    id: uuidv7(),
    queue: letter.queue,
    key: letter.key,
    startAfter: null,
    data: {
      payload: letter.payload,
      correlationId: letter.correlationId,
      causationId: letter.eventId,
      position: letter.position,
      failures: {},
      lastError: null,
      redrives: letter.redrives + 1,
    },
  }));
  await insertJobs(tx.sql, rows, waiting?.before ?? null);
  await tx.sql`
    update dead_letters set status = 'redriven', status_at = clock_timestamp(), redrives = redrives + 1,
      status_by = ${actorId(tx.actor)}
    where id = any(${letters.map((letter) => letter.id)}::uuid[])`;
  tx.afterCommit(() => wakeWorkers(tx, new Set([first.queue])));
}
