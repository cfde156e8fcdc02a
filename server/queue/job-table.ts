import type { Queryable } from '#db/client.ts';
import type { JobData } from './job-data.ts';

/**
 * The statements that write to pg-boss's own table. They are here, and not left to the library, where the library cannot do
 * what is needed: an order within one key that holds for jobs of one transaction (its own falls back to the job's id), a
 * settlement inside our transaction, a delay chosen for each attempt. A test holds them against the library's own rows.
 */

export interface JobRow {
  id: string;
  queue: string;
  key: string | null;
  startAfter: string | null;
  data: JobData;
}

/**
 * Inserts jobs in this order: behind everything that is queued or, with `before` (a database timestamp), in front of what was
 * created then.
 * @throws Error naming a queue that does not exist, or a strict one that was given no key.
 */
export async function insertJobs(sql: Queryable, jobs: readonly JobRow[], before: string | null = null): Promise<void> {
  const [refused] = await sql<{ missing: string | null; keyless: string | null }[]>`
    with input as materialized (
      select j.*
      from rows from (json_to_recordset(${JSON.stringify(jobs)}::text::json) as (
        id uuid, queue text, key text, "startAfter" timestamptz, data jsonb
      )) with ordinality as j
    ),
    inserted as (
      insert into pgboss.job (id, name, data, start_after, created_on, singleton_key, expire_seconds, deletion_seconds,
        keep_until, retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
      select i.id, q.name, i.data, coalesce(i."startAfter", now()),
        coalesce(${before}::timestamptz - ${jobs.length + 1} * interval '1 microsecond', clock_timestamp())
          + ordinality * interval '1 microsecond',
        i.key, q.expire_seconds, q.deletion_seconds,
        coalesce(i."startAfter", now()) + q.retention_seconds * interval '1 second',
        q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds
      from input i join pgboss.queue q on q.name = i.queue
      where q.policy <> 'key_strict_fifo' or i.key is not null
      order by ordinality
      on conflict do nothing
    )
    select min(i.queue) filter (where q.name is null) as missing,
      min(i.queue) filter (where q.policy = 'key_strict_fifo' and i.key is null) as keyless
    from input i left join pgboss.queue q on q.name = i.queue`;
  if (refused?.missing) throw new Error(`there is no queue ${refused.missing}`);
  if (refused?.keyless) throw new Error(`the queue ${refused.keyless} needs a key on every job`);
}

/** A fetched job, by the attempt that was fetched: a claim that has lapsed settles nothing. */
export interface Claim {
  id: string;
  queue: string;
  retryCount: number;
}

/** Names an attempt: a job that was taken from a worker may come back to it while its first handler is still running. */
export const slotOf = ({ id, retryCount }: Pick<Claim, 'id' | 'retryCount'>) => `${id}:${retryCount}`;

/** This worker has not got the job any more: its time was up, or it was taken for dead. Whatever it did is rolled back. */
export class ClaimLostError extends Error {
  constructor() {
    super('the job is somebody else’s now');
    this.name = 'ClaimLostError';
  }
}

/** @throws ClaimLostError when the attempt is not the current one. */
export async function completeJob(sql: Queryable, claim: Claim): Promise<void> {
  const settled = await sql`
    update pgboss.job set state = 'completed', completed_on = clock_timestamp()
    where name = ${claim.queue} and id = ${claim.id} and state = 'active' and retry_count = ${claim.retryCount}
    returning 1`;
  if (settled.length === 0) throw new ClaimLostError();
}

/**
 * Puts a job back, to be fetched after `delayMs` at the earliest. As `retry` it keeps its place at the head of its key and
 * nothing of that key overtakes it; as `created` it lines up by age again.
 * @throws ClaimLostError when the attempt is not the current one.
 */
export async function putBack(
  sql: Queryable,
  claim: Claim,
  state: 'retry' | 'created',
  delayMs: number,
  data: JobData,
): Promise<void> {
  const settled = await sql`
    update pgboss.job set state = ${state}::pgboss.job_state, heartbeat_on = null,
      start_after = clock_timestamp() + ${delayMs} * interval '1 millisecond',
      data = ${JSON.stringify(data)}::text::jsonb
    where name = ${claim.queue} and id = ${claim.id} and state = 'active' and retry_count = ${claim.retryCount}
    returning 1`;
  if (settled.length === 0) throw new ClaimLostError();
}

/**
 * Lets the oldest retries run now that wait because their partner was out of reach; gives how many. One that fails again is
 * passed over once: for a record that always fails so, successes of others must not turn a try a minute into a storm.
 */
export async function ringRetries(sql: Queryable, queues: readonly string[], limit: number): Promise<number> {
  const rows = await sql`
    with waiting as materialized (
      select name, id from pgboss.job
      where name = any(${queues as string[]}::text[]) and state = 'retry' and start_after > now()
        and data->'lastError'->>'class' = 'unavailable'
        and coalesce((data->>'rung')::int + 2, 0) <= (data->'failures'->>'unavailable')::int
      order by created_on limit ${limit} for update skip locked
    )
    update pgboss.job j
    set start_after = now(), data = jsonb_set(j.data, '{rung}', j.data->'failures'->'unavailable')
    from waiting w where j.name = w.name and j.id = w.id
    returning 1`;
  return rows.length;
}

/**
 * Says that these jobs are still being worked on. Gives the slots of those that are still ours. A locked row is being settled
 * and is passed over: waiting for one would let the signs of life of all the others lapse.
 */
export async function touchJobs(sql: Queryable, claims: readonly Claim[]): Promise<Set<string>> {
  const rows = await sql<{ id: string; retryCount: number }[]>`
    with claimed as materialized (
      select * from json_to_recordset(${JSON.stringify(claims)}::text::json) as c (id uuid, queue text, "retryCount" integer)
    ),
    free as materialized (
      select j.name, j.id from pgboss.job j join claimed c on j.name = c.queue and j.id = c.id
      where j.state = 'active' and j.retry_count = c."retryCount" for update of j skip locked
    ),
    touched as (
      update pgboss.job j set heartbeat_on = clock_timestamp() from free f where j.name = f.name and j.id = f.id
    )
    select j.id, j.retry_count as "retryCount" from pgboss.job j join claimed c on j.name = c.queue and j.id = c.id
    where j.state = 'active' and j.retry_count = c."retryCount"`;
  return new Set(rows.map(slotOf));
}

/**
 * Jobs whose worker has gone silent, or has taken longer than it may, can be fetched again. pg-boss does the same once a
 * minute; a record whose jobs keep their order should not wait that long. A locked row is being settled, or its worker was
 * stopped while it settled: it is passed over, so that it does not hold up the jobs of the others.
 */
export async function recoverJobs(sql: Queryable, queues: readonly string[]): Promise<number> {
  const rows = await sql`
    with silent as materialized (
      select name, id from pgboss.job
      where name = any(${queues as string[]}::text[]) and state = 'active'
        and (heartbeat_on + heartbeat_seconds * interval '1 second' < clock_timestamp()
          or started_on + expire_seconds * interval '1 second' < clock_timestamp())
      for update skip locked
    )
    update pgboss.job j set state = 'retry', start_after = clock_timestamp(), heartbeat_on = null
    from silent s where j.name = s.name and j.id = s.id
    returning 1`;
  return rows.length;
}
