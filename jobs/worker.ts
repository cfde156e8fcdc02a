import { startAccess } from '#server/access/start.ts';
import { type App, createApp, installApp } from '#server/context/app.ts';
import { createContext } from '#server/context/context.ts';
import { obeyCrashes } from '#server/demo/worker-crash.ts';
import type { EventType, Projection, Reaction } from '#server/events/define.ts';
import { syncRegistry } from '#server/events/registry.ts';
import { startSequencer } from '#server/events/sequencer.ts';
import { startSubscriptions } from '#server/events/subscriptions.ts';
import { reportPendingMigrations } from '#server/gateway/readiness.ts';
import { createBoss, ensureQueues } from '#server/queue/boss.ts';
import type { Queue } from '#server/queue/define.ts';
import { startQueueWorkers, usualTiming, type WorkerTiming } from '#server/queue/worker.ts';
import type { SagaDefinition } from '#server/sagas/define.ts';
import { readSettings, SettingsError } from '#server/settings/settings.ts';
import { startTraces } from '#server/telemetry/traces.ts';
import { maintenance, makeEventPartitions } from './maintenance.ts';
import { queues } from './queues.ts';
import { sagas } from './sagas.ts';
import { ensureSchedules } from './schedules.ts';
import { events, projections, reactions } from './subscriptions.ts';
import { startProbes } from './worker-probes.ts';

export interface WorkerParts {
  events?: readonly EventType[];
  projections: readonly Projection[];
  reactions: readonly Reaction[];
  queues: readonly Queue[];
  /** Named so that they are loaded: a job only says which saga it belongs to. */
  sagas?: readonly SagaDefinition[];
  timing?: WorkerTiming;
}

export interface Worker {
  /** Jobs and batches under way finish, or go back after the settings' grace; then everything is closed but the App. */
  stop(): Promise<void>;
}

/**
 * Starts everything that follows events: registry, sequencer, subscriptions, queues, schedules.
 * @throws AppError when an event type is not compatible with what is stored; Error when a reaction names no queue.
 */
export async function startWorker(app: App, parts: WorkerParts): Promise<Worker> {
  const names = new Set(parts.queues.map((queue) => queue.name));
  for (const reaction of parts.reactions) {
    if (!names.has(reaction.queue))
      throw new Error(`${reaction.name} names the queue ${reaction.queue}, which is none`);
  }
  const ctx = createContext(app, { actor: { kind: 'system', name: 'worker' } });
  await syncRegistry(ctx, parts.events ?? []);
  await makeEventPartitions(ctx);
  const boss = createBoss(app, { worker: true });
  await boss.start();
  await ensureQueues(boss, parts.queues);
  if (names.has(maintenance.name)) await ensureSchedules(boss);
  const sequencer = startSequencer(app);
  const subscriptions = await startSubscriptions(app, [...parts.projections, ...parts.reactions]);
  const workers = await startQueueWorkers(app, boss, parts.queues, parts.timing ?? usualTiming);
  return {
    async stop() {
      await Promise.all([subscriptions.stop(), workers.stop(app.settings.SHUTDOWN_GRACE_MS)]);
      await sequencer.stop();
      await boss.stop({ graceful: false });
    },
  };
}

/** Runs a worker until the process is told to end: then gracefully, and at once when told again. */
export async function runWorker(app: App, parts: WorkerParts): Promise<void> {
  const traces = await startTraces(app.settings, 'worker');
  await reportPendingMigrations(app);
  await startAccess(app);
  await obeyCrashes(app);
  const worker = await startWorker(app, parts);
  const { WORKER_METRICS_PORT: port, WORKER_METRICS_HOST: host } = app.settings;
  const probes = port === undefined ? null : await startProbes(app, { port, host });
  if (probes) app.log.info({ url: probes.url }, 'health, readiness and metrics are served');
  const subscriptions = parts.projections.length + parts.reactions.length;
  app.log.info({ queues: parts.queues.length, subscriptions }, 'worker is running');
  let stopping = false;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    // The second time somebody means it.
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    app.log.info({ signal }, 'stopping: jobs under way finish or go back');
    await worker.stop();
    await probes?.close();
    await app.close();
    await traces?.close();
    process.exit(0);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
}

async function main(): Promise<void> {
  const app = installApp(createApp(readSettings(), 'worker'));
  await runWorker(app, { events, projections, reactions, queues, sagas });
}

if (import.meta.main) {
  await main().catch((error) => {
    const line = error instanceof SettingsError ? error.message : `The worker cannot start: ${String(error)}`;
    process.stderr.write(`${line}\n`);
    process.exit(1);
  });
}
