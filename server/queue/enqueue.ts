import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import type { TxCtx } from '#server/context/context.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import type { JobData } from './job-data.ts';
import { insertJobs } from './job-table.ts';

export interface NewJob {
  queue: string;
  /** The same id twice makes one job. A new one unless said. */
  id?: string;
  /** Jobs of one key run one after the other, in the order in which they were enqueued. Queues that are strict need it. */
  key?: string;
  /** Ids and sealed values: a job carries no personal data in the clear. */
  payload: JsonObject;
  startAfter?: Date;
  /** The event that causes it, when that is not the context's own cause. */
  cause?: { eventId: string; correlationId: string; position: number };
}

const jobIds = '3f0c7ab2-3d0a-5c88-9a39-3a4f1b0d6a55';

/** The id of the job that an event causes through a reaction: dispatching twice makes one job. */
export const jobIdOf = (reaction: string, eventId: string) => uuidv5(`${reaction}:${eventId}`, jobIds);

/**
 * Enqueues in the caller's transaction: the job exists if and only if that commits.
 * @throws Error when the queue does not exist, or is strict and no key is given.
 */
export const enqueue = (ctx: TxCtx, job: NewJob): Promise<void> => enqueueAll(ctx, [job]);

/** Many at once, in this order, in one statement. */
export async function enqueueAll(ctx: TxCtx, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await insertJobs(
    ctx.sql,
    jobs.map((job) => ({
      id: job.id ?? uuidv7(),
      queue: job.queue,
      key: job.key ?? null,
      startAfter: job.startAfter?.toISOString() ?? null,
      data: dataOf(ctx, job),
    })),
  );
  ctx.afterCommit(() => wakeWorkers(ctx, new Set(jobs.map((job) => job.queue))));
}

function dataOf(ctx: TxCtx, job: NewJob): JobData {
  return {
    payload: job.payload,
    correlationId: job.cause?.correlationId ?? ctx.correlationId,
    causationId: job.cause?.eventId ?? ctx.causationId,
    position: job.cause?.position ?? null,
    failures: {},
    lastError: null,
  };
}

export const jobsChannel = 'guildhall_jobs';

/** After the commit, for a NOTIFY inside the transaction would queue commits behind each other; a lost one costs a poll's wait. */
export async function wakeWorkers(ctx: TxCtx, queues: Set<string>): Promise<void> {
  const { app } = ctx;
  try {
    await app.database
      .sql`select pg_notify(${jobsChannel}, q) from unnest(string_to_array(${[...queues].join(',')}, ',')) as q`;
  } catch (error) {
    app.log.debug({ err: error }, 'could not wake the workers');
  }
}
