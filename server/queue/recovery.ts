import type { App } from '#server/context/app.ts';
import { createBell } from '#server/events/bell.ts';
import type { Queue } from './define.ts';
import { ringRetries } from './job-table.ts';

/** Says in every worker that a flow's partner answers again. */
export const recoveredChannel = 'guildhall_recovered';

/** As many retries are rung at first; each batch that is followed by a success is followed by one of twice the size. */
const firstBatch = 4;
const largestBatch = 512;
const betweenBatchesMs = 100;

export interface Recovery {
  /** The partner of a flow took a call. */
  succeeded(flow: string): void;
  /** The partner of a flow failed one: the next batch is small again. */
  failed(flow: string): void;
  done: Promise<unknown>;
}

/**
 * Retries that wait because a partner was out of reach run as soon as it answers, and not when their delay is over. While it
 * works this costs each flow one small query per `idleMs`, and none while it has no jobs.
 */
export function startRecovery(app: App, queues: readonly Queue[], idleMs: number, signal: AbortSignal): Recovery {
  const flows = new Map<string, ReturnType<typeof flowOf>>();
  for (const queue of queues) {
    if (queue.kind !== 'partner') continue;
    const flow = flows.get(queue.flow) ?? flowOf();
    flow.queues.push(queue.name);
    flows.set(queue.flow, flow);
  }

  async function follow(name: string, flow: ReturnType<typeof flowOf>): Promise<void> {
    const { sql } = app.database;
    while (!signal.aborted) {
      await flow.heard.wait(60_000, signal);
      if (!flow.answers) continue;
      flow.answers = false;
      const rung = await ringRetries(sql, flow.queues, flow.batch).catch((error: unknown) => {
        app.log.warn({ err: error, flow: name }, 'retries could not be rung');
        return 0;
      });
      flow.batch = rung > 0 ? Math.min(flow.batch * 2, largestBatch) : firstBatch;
      if (rung > 0) await sql`select pg_notify(${recoveredChannel}, ${name})`.catch(() => {});
      await flow.pause.wait(rung > 0 ? betweenBatchesMs : idleMs, signal);
    }
  }

  return {
    succeeded(name) {
      const flow = flows.get(name);
      if (!flow) return;
      flow.answers = true;
      flow.bell.ring();
    },
    failed(name) {
      const flow = flows.get(name);
      if (flow) flow.batch = firstBatch;
    },
    done: Promise.all([...flows].map(([name, flow]) => follow(name, flow))),
  };
}

function flowOf() {
  const bell = createBell();
  return {
    queues: [] as string[],
    batch: firstBatch,
    answers: false,
    bell,
    heard: bell.listener(),
    pause: createBell().listener(),
  };
}
