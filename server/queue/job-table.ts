import type { Queryable } from '#db/client.ts';
import type { JobData } from './enqueue.ts';

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

/** @throws Error naming a queue that does not exist, or a strict one that was given no key. */
export async function insertJobs(sql: Queryable, jobs: readonly JobRow[]): Promise<void> {
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
        clock_timestamp() + ordinality * interval '1 microsecond',
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
