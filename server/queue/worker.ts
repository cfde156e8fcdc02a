import type { PgBoss } from 'pg-boss';
import type { App } from '#server/context/app.ts';
import { createBell } from '#server/events/bell.ts';
import { closeCircuit } from '#server/integrations/breaker.ts';
import { type Attempt, attemptOf, crashes, giveBack, type Outcome, runAttempt } from './attempt.ts';
import type { Queue } from './define.ts';
import { jobsChannel } from './enqueue.ts';
import { pausedFlows, testPausedFlows } from './flows.ts';
import type { JobData } from './job-data.ts';
import { recoverJobs, slotOf, touchJobs } from './job-table.ts';
import { recoveredChannel, startRecovery } from './recovery.ts';

export interface WorkerTiming {
  /** Looks for jobs this often when nobody rings: for those whose time has come, and rings that were lost. */
  pollMs: number;
  touchMs: number;
  /** How often jobs of dead workers are looked for. */
  recoverMs: number;
  /** How often a paused flow's credentials are tried. */
  testFlowsMs: number;
}

export const usualTiming: WorkerTiming = { pollMs: 500, touchMs: 3_000, recoverMs: 2_000, testFlowsMs: 30_000 };

interface Running {
  attempt: Attempt;
  abort: AbortController;
  done: Promise<void>;
}

/** Works on the queues until stopped. */
export async function startQueueWorkers(
  app: App,
  boss: PgBoss,
  queues: readonly Queue[],
  timing: WorkerTiming = usualTiming,
): Promise<{ stop(graceMs: number): Promise<void> }> {
  const stopping = new AbortController();
  const running = new Map<string, Running>();
  const bells = new Map(queues.map((queue) => [queue.name, createBell()]));
  const ringAll = () => {
    for (const bell of bells.values()) bell.ring();
  };
  const unlisten = await Promise.all([
    app.listener.on(jobsChannel, (queue) => bells.get(queue)?.ring(), ringAll),
    app.listener.on(recoveredChannel, recovered),
  ]);
  const recovery = startRecovery(app, queues, timing.pollMs, stopping.signal);

  /** Another worker may have found out: with the circuit open here, this one would fail what was rung. */
  function recovered(flow: string): void {
    closeCircuit(flow);
    for (const queue of queues) if (queue.kind === 'partner' && queue.flow === flow) bells.get(queue.name)?.ring();
  }

  async function runQueue(queue: Queue): Promise<void> {
    const bell = bells.get(queue.name) ?? createBell();
    const waiter = bell.listener();
    let active = 0;
    while (!stopping.signal.aborted) {
      const free = queue.concurrency - active;
      const fetched = free > 0 ? await fetchJobs(queue, free) : [];
      for (const job of fetched) {
        active += 1;
        start(queue, job, () => {
          active -= 1;
          bell.ring();
        });
      }
      if (fetched.length < free || free === 0) await waiter.wait(timing.pollMs, stopping.signal);
    }
  }

  async function fetchJobs(queue: Queue, batchSize: number) {
    try {
      if (queue.kind === 'partner' && (await pausedFlows(app.database.sql)).has(queue.flow)) return [];
      return await boss.fetch<JobData>(queue.name, { batchSize, includeMetadata: true });
    } catch (error) {
      app.log.warn({ err: error, queue: queue.name }, 'jobs could not be fetched');
      return [];
    }
  }

  function start(queue: Queue, job: Awaited<ReturnType<typeof fetchJobs>>[number], onEnd: () => void): void {
    const abort = new AbortController();
    const attempt = attemptOf(app, queue, job, abort.signal);
    const expiry = setTimeout(() => abort.abort('expired'), queue.expireSeconds * 1_000);
    const end = app.metrics.jobDuration.startTimer({ queue: queue.name });
    const slot = slotOf(attempt.claim);
    const done = runOrWait(attempt)
      .then((outcome) => {
        app.metrics.jobs.inc({ queue: queue.name, outcome });
        if (queue.kind === 'partner' && outcome === 'completed') recovery.succeeded(queue.flow);
        if (queue.kind === 'partner' && outcome === 'retried') recovery.failed(queue.flow);
      })
      .finally(() => {
        clearTimeout(expiry);
        end();
        running.delete(slot);
        onEnd();
      });
    running.set(slot, { attempt, abort, done });
  }

  // A job that was under way when a worker died may be what it died of. Two such are not under way at once: the guilty one
  // would take the others with it time and again, until all of them count as guilty.
  let suspect: Attempt | null = null;

  async function runOrWait(attempt: Attempt): Promise<Outcome> {
    if (crashes(attempt) === 0) return runAttempt(attempt);
    if (suspect !== null) return giveBack(attempt, 'retry', attempt.data.lastError, timing.pollMs).catch(() => 'lost');
    suspect = attempt;
    try {
      return await runAttempt(attempt);
    } finally {
      suspect = null;
    }
  }

  async function touch(): Promise<void> {
    const jobs = [...running.values()];
    if (jobs.length === 0) return;
    const ours = await touchJobs(
      app.database.sql,
      jobs.map(({ attempt }) => attempt.claim),
    );
    for (const { attempt, abort } of jobs) if (!ours.has(slotOf(attempt.claim))) abort.abort('lost');
  }

  async function recover(): Promise<void> {
    const recovered = await recoverJobs(
      app.database.sql,
      queues.map((queue) => queue.name),
    );
    if (recovered === 0) return;
    app.log.warn({ jobs: recovered }, 'jobs of a silent worker are queued again');
    ringAll();
  }

  const every = (ms: number, what: string, work: () => Promise<void>) =>
    repeat(ms, stopping.signal, () =>
      work().catch((error) => {
        app.log.warn({ err: error }, `${what} failed`);
      }),
    );

  // Keeps touching while the jobs under way finish, after the loops have ended.
  const finished = new AbortController();
  const touching = repeat(timing.touchMs, finished.signal, () => touch().catch(() => {}));
  const loops = [
    ...queues.map(runQueue),
    every(timing.recoverMs, 'looking for jobs of silent workers', recover),
    every(timing.testFlowsMs, 'testing paused flows', () => testPausedFlows(app, queues)),
  ];

  return {
    async stop(graceMs) {
      stopping.abort();
      for (const end of unlisten) end();
      await Promise.all([...loops, recovery.done]);
      await endJobs(running, graceMs);
      finished.abort();
      await touching;
    },
  };
}

/** Waits for the jobs under way; those that take longer are told to stop and go back to their queue. */
async function endJobs(running: ReadonlyMap<string, Running>, graceMs: number): Promise<void> {
  const done = () => Promise.all([...running.values()].map((job) => job.done));
  if (await within(done(), graceMs)) return;
  for (const { abort } of running.values()) abort.abort('stopping');
  if (await within(done(), 1_000)) return;
  // Handlers that do not listen: their jobs go back now, and what they still do cannot be completed any more.
  for (const { attempt } of running.values()) await giveBack(attempt, 'retry').catch(() => {});
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timeout = Promise.withResolvers<false>();
  const timer = setTimeout(() => timeout.resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function repeat(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const waiter = createBell().listener();
  for (;;) {
    await waiter.wait(ms, signal);
    if (signal.aborted) return;
    await work();
  }
}
