import { PgBoss } from 'pg-boss';
import type { App } from '#server/context/app.ts';
import type { Queue } from './define.ts';

/** Silence after which a worker counts as dead and its jobs can be fetched by another. */
export const heartbeatSeconds = 10;
const year = 365 * 24 * 3600;

/** pg-boss on a small pool of its own. `supervise` and `schedule` are for workers. */
export function createBoss(app: App, role: { worker: boolean }): PgBoss {
  const boss = new PgBoss({
    connectionString: app.settings.DATABASE_URL,
    application_name: 'guildhall-queue',
    max: role.worker ? 3 : 1,
    supervise: role.worker,
    schedule: role.worker,
    migrate: true,
    // Job tables stay small, for what is done leaves after an hour; and REINDEX would surprise whoever runs the database.
    reindex: false,
  });
  boss.on('error', (error) => app.log.warn({ err: error }, 'the queue could not work'));
  boss.on('warning', (warning) => app.log.warn({ warning: warning.message }, 'the queue warns'));
  return boss;
}

/** Brings the queues' rows to what the table of queues says. The order of a queue cannot change once it exists. */
export async function ensureQueues(boss: PgBoss, queues: readonly Queue[]): Promise<void> {
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  for (const queue of queues) {
    const policy = queue.order === 'strict' ? 'key_strict_fifo' : 'standard';
    const options = {
      expireInSeconds: queue.expireSeconds,
      heartbeatSeconds,
      // Our own table decides when a job has been tried often enough; the library must never give one up by itself.
      retryLimit: 1_000_000,
      retryDelay: 0,
      // The library deletes what waits longer than this: nothing may be lost while a flow is paused.
      retentionSeconds: 10 * year,
      deleteAfterSeconds: 3_600,
    };
    const found = existing.get(queue.name);
    if (!found) await boss.createQueue(queue.name, { policy, ...options });
    else if (found.policy !== policy) throw new Error(`the queue ${queue.name} exists with another order`);
    else await boss.updateQueue(queue.name, options);
  }
}

/** Installs pg-boss where it is missing and makes the queues, without working on any. */
export async function prepareQueues(app: App, queues: readonly Queue[]): Promise<void> {
  const boss = createBoss(app, { worker: false });
  await boss.start();
  try {
    await ensureQueues(boss, queues);
  } finally {
    await boss.stop({ graceful: false });
  }
}
