import type { Sql } from '#db/client.ts';
import type { App } from '#server/context/app.ts';
import type { Listener } from '#server/context/listener.ts';
import { headPosition, NewerEventError, readEvents } from '#server/events/read.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import type { Logger } from '#server/telemetry/log.ts';

type OnEvents = (events: StoredEvent[]) => void;

/** The end of the event store as it grows: read once per process, however many follow it. */
export interface Tail {
  /** Everything up to here has been handed out. */
  readonly position: number;
  /** True while every event reaches this process soon. */
  readonly connected: boolean;
  /** Resolves when the first follower can rely on it; begins at the first call. Rejects while the database is away: ask again. */
  start(): Promise<void>;
  /** `onMissed` is called when events may have passed unseen, or cannot be read by this release. */
  follow(onEvents: OnEvents, onMissed?: () => void): () => void;
  close(): void;
}

const channel = 'guildhall_events';
const batchSize = 1_000;
/** After a long silence followers are told that they missed something rather than shown all of it. */
const furthestBehind = 20_000;
/** Notices can be lost in ways that a connection does not show. */
const pollMs = 2_000;

export function createTail(parts: { listener: Listener; sql: Sql; log: Logger }): Tail {
  const { listener, sql, log } = parts;
  const followers = new Set<{ onEvents: OnEvents; onMissed: (() => void) | undefined }>();
  let position = 0;
  let target = 0;
  let reading: Promise<void> | null = null;
  let starting: Promise<void> | null = null;
  let started = false;
  let closed = false;
  let poll: NodeJS.Timeout | undefined;

  const missed = () => {
    for (const follower of followers) follower.onMissed?.();
  };

  function reach(newTarget: number): void {
    target = Math.max(target, newTarget);
    if (!started || closed || reading) return;
    reading = readOn()
      .catch((error: unknown) => {
        if (!closed) log.warn({ err: error }, 'cannot read the newest events; trying again');
      })
      .finally(() => {
        reading = null;
      });
  }

  async function readOn(): Promise<void> {
    while (position < target && !closed) {
      if (target - position > furthestBehind) {
        position = target;
        missed();
        return;
      }
      const events = await readBatch();
      const last = events.at(-1);
      if (!last) return;
      position = last.position;
      for (const follower of followers) follower.onEvents(events);
    }
  }

  async function readBatch(): Promise<StoredEvent[]> {
    try {
      return await readEvents(sql, { after: position, upTo: target, limit: batchSize });
    } catch (error) {
      if (!(error instanceof NewerEventError)) throw error;
      return readAround();
    }
  }

  /** In a rolling release newer processes write what this one cannot read: it goes on past it. */
  async function readAround(): Promise<StoredEvent[]> {
    const upTo = Math.min(target, position + batchSize);
    const events: StoredEvent[] = [];
    for (let next = position + 1; next <= upTo; next += 1) {
      try {
        events.push(...(await readEvents(sql, { after: next - 1, upTo: next, limit: 1 })));
      } catch (error) {
        if (!(error instanceof NewerEventError)) throw error;
      }
    }
    missed();
    if (events.length === 0) position = upTo;
    return events;
  }

  async function begin(): Promise<void> {
    await listener.on(
      channel,
      (payload) => reach(Number(payload)),
      () => {
        missed();
        void catchUp();
      },
    );
    position = await headPosition(sql);
    target = Math.max(target, position);
    started = true;
    poll = setInterval(() => void catchUp(), pollMs);
    poll.unref();
    reach(target);
  }

  async function catchUp(): Promise<void> {
    try {
      if (listener.connected) reach(await headPosition(sql));
    } catch {
      // The next poll asks again; whoever needs the database now hears of its absence by themselves.
    }
  }

  return {
    get position() {
      return position;
    },
    get connected() {
      return started && listener.connected;
    },
    start() {
      starting ??= begin().catch((error: unknown) => {
        starting = null;
        throw error;
      });
      return starting;
    },
    follow(onEvents, onMissed) {
      const follower = { onEvents, onMissed };
      followers.add(follower);
      return () => {
        followers.delete(follower);
      };
    },
    close() {
      closed = true;
      clearInterval(poll);
    },
  };
}

// Next bundles modules more than once per process: all copies find the one tail of an App here.
const slot = Symbol.for('guildhall.tail');
const store = globalThis as typeof globalThis & { [slot]?: WeakMap<App, Tail> };

/** The process's tail. */
export function tailOf(app: App): Tail {
  store[slot] ??= new WeakMap();
  const found = store[slot].get(app);
  if (found) return found;
  const tail = createTail({ listener: app.listener, sql: app.database.sql, log: app.log });
  store[slot].set(app, tail);
  app.onClose(async () => tail.close());
  return tail;
}

/**
 * Begins to follow the event store, for the caches and the streams of this process. Not waited for: without a database a
 * server starts all the same, caches nothing, and `/api/ready` says what is missing; the first stream asks again.
 */
export function followEventStore(app: App): void {
  const tail = tailOf(app);
  app.cache.follow(tail);
  tail.start().catch((error: unknown) => app.log.warn({ err: error }, 'the database is out of reach'));
}
