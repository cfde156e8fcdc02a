import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext } from '#server/context/context.ts';
import { failureOf } from '#server/queue/failure.ts';
import { nextBatch } from './batch.ts';
import { type Bell, createBell, type Waiter } from './bell.ts';
import type { Subscription } from './define.ts';
import { redriveRequested } from './redrive.ts';
import type { StoredEvent } from './stored-event.ts';
import { ensureSubscriptions, keepLane, type Lane, markFailing, releaseLane, takeLane } from './subscription-table.ts';

/** A notice is the types of new events (`member.joined,order.placed`), or nothing: then everyone looks. */
export const eventTypesChannel = 'guildhall_event_types';

/** Looks for events, redrives and resumes this often when nobody rings. Also renews the lease, so well below it. */
const pollMs = 1_000;
const standbyMs = 500;
const longestRetryMs = 10_000;

/**
 * Runs the subscriptions whose lanes this process can get; the rest stands by for the day when their holders are gone.
 * Stops after the batches under way.
 */
export async function startSubscriptions(
  app: App,
  subscriptions: readonly Subscription[],
): Promise<{ stop(): Promise<void> }> {
  const lanes = subscriptions.length === 0 ? [] : await ensureSubscriptions(app.database.sql, subscriptions);
  const stopping = new AbortController();
  const bells = new Map(subscriptions.map((subscription) => [subscription.name, createBell()]));
  const ring = (types: ReadonlySet<string> | null) => {
    for (const { name, types: read } of subscriptions) {
      if (types === null || read.some((type) => types.has(type))) bells.get(name)?.ring();
    }
  };
  // After a lost connection notices may have been missed: everyone looks for themselves.
  const unlisten = await app.listener.on(
    eventTypesChannel,
    (notice) => ring(typesIn(notice)),
    () => ring(null),
  );
  const byName = new Map(subscriptions.map((subscription) => [subscription.name, subscription]));
  const running = lanes.map((lane) =>
    runLane(
      app,
      byName.get(lane.name) as Subscription,
      lane,
      (bells.get(lane.name) as Bell).listener(),
      stopping.signal,
    ),
  );
  return {
    async stop() {
      stopping.abort();
      unlisten();
      await Promise.all(running);
    },
  };
}

/** Who reads none of these types stays where it is until its next look, a poll away at most; null: everyone looks. */
const typesIn = (notice: string): ReadonlySet<string> | null => (notice === '' ? null : new Set(notice.split(',')));

async function runLane(
  app: App,
  subscription: Subscription,
  lane: Lane,
  bell: Waiter,
  stopping: AbortSignal,
): Promise<void> {
  const holder = randomUUID();
  let fencing: number | null = null;
  let failures = 0;

  async function step(ctx: Ctx): Promise<number> {
    fencing ??= await takeLane(ctx.sql, lane, holder);
    if (fencing === null) return standbyMs;
    const outcome = await nextBatch(ctx, subscription, lane, fencing);
    failures = 0;
    switch (outcome.kind) {
      case 'lost':
        fencing = null;
        return standbyMs;
      case 'moved':
        app.metrics.subscriptionLag.set({ subscription: lane.name, lane: lane.lane }, outcome.lag);
        measure(app, subscription, outcome.events);
        return outcome.more ? 0 : await attend(ctx, fencing);
      case 'idle':
      case 'paused':
        return attend(ctx, fencing);
    }
  }

  /** What is due about once a poll, however busy the lane is with small batches. */
  let attendedAt = 0;
  async function attend(ctx: Ctx, held: number): Promise<number> {
    if (Date.now() - attendedAt < pollMs / 2) return pollMs;
    attendedAt = Date.now();
    if (!(await keepLane(ctx.sql, lane, held))) fencing = null;
    else await redriveRequested(ctx, subscription, lane, held);
    return pollMs;
  }

  while (!stopping.aborted) {
    const ctx = createContext(app, { actor: { kind: 'system', name: `subscription:${lane.name}` } });
    try {
      const ms = await step(ctx);
      if (ms > 0) await bell.wait(ms, stopping);
    } catch (error) {
      failures += 1;
      const { reason } = failureOf(error);
      ctx.log.warn({ err: error, subscription: lane.name, lane: lane.lane, failures }, 'a batch failed, trying again');
      if (fencing !== null && failures > 2) await markFailing(ctx.sql, lane, fencing, reason).catch(() => {});
      await delay(Math.min(longestRetryMs, 50 * 2 ** failures), undefined, { signal: stopping }).catch(() => {});
    }
  }
  if (fencing !== null) await releaseLane(app.database.sql, lane, fencing).catch(() => {});
}

function measure(app: App, subscription: Subscription, events: StoredEvent[]): void {
  app.metrics.subscriptionEvents.inc({ subscription: subscription.name }, events.length);
  const last = events.at(-1);
  if (!last || subscription.kind !== 'projection') return;
  const seconds = (Date.now() - Date.parse(last.recordedAt)) / 1000;
  app.metrics.visibleDelay.observe({ subscription: subscription.name }, Math.max(0, seconds));
}
