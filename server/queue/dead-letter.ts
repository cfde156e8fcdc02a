import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from '#db/client.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import { type Failure, fingerprintOf } from './failure.ts';
import type { JobData } from './job-data.ts';

interface Letter {
  kind: 'job' | 'event';
  queue: string;
  key: string | null;
  /** Waits behind the record's dead letter, without a failure of its own. */
  tail: boolean;
  jobId: string | null;
  eventId: string | null;
  position: number | null;
  payload: JsonObject;
  failure: Failure;
  attempts: number;
  correlationId: string;
  redrives: number;
}

const behind: Failure = { class: 'blocked', reason: 'waits behind an earlier one of the same record' };

/** A job that will not be tried again, or (without a failure) one that must wait behind such a job of its record. */
export const writeJobLetter = (
  sql: Queryable,
  job: { id: string; queue: string; key: string | null; data: JobData; attempts: number },
  failure: Failure | null,
) =>
  write(sql, {
    kind: 'job',
    queue: job.queue,
    key: job.key,
    tail: failure === null,
    jobId: job.id,
    eventId: job.data.causationId,
    position: job.data.position,
    payload: job.data.payload,
    failure: failure ?? behind,
    attempts: job.attempts,
    correlationId: job.data.correlationId,
    redrives: job.data.redrives ?? 0,
  });

/** An event that a subscription cannot get past, or (without a failure) a later one of the same stream. */
export const writeEventLetter = (sql: Queryable, subscription: string, event: StoredEvent, failure: Failure | null) =>
  write(sql, {
    kind: 'event',
    queue: subscription,
    key: event.stream,
    tail: failure === null,
    jobId: null,
    eventId: event.id,
    position: event.position,
    payload: { type: event.type, stream: event.stream, version: event.version, data: event.data },
    failure: failure ?? behind,
    attempts: failure === null ? 0 : 1,
    correlationId: event.correlationId,
    redrives: 0,
  });

async function write(sql: Queryable, letter: Letter): Promise<void> {
  await sql`
    insert into dead_letters (id, kind, queue, key, tail, job_id, event_id, event_position, payload, error, error_class,
      fingerprint, attempts, correlation_id, member_id, redrives, created_at)
    values (${uuidv7()}, ${letter.kind}, ${letter.queue}, ${letter.key}, ${letter.tail}, ${letter.jobId},
      ${letter.eventId}, ${letter.position}, ${JSON.stringify(letter.payload)}::text::jsonb, ${letter.failure.reason},
      ${letter.failure.class}, ${fingerprintOf(letter.queue, letter.failure)}, ${letter.attempts},
      ${letter.correlationId}, ${memberIdIn(letter.payload)}, ${letter.redrives}, clock_timestamp())`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** So that a member's page can show what is stuck for them. */
function memberIdIn(payload: JsonObject): string | null {
  const data = payload.data;
  const inner = typeof data === 'object' && data !== null && 'memberId' in data ? data.memberId : undefined;
  const found = payload.memberId ?? inner;
  return typeof found === 'string' && uuid.test(found) ? found : null;
}
