import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import type { StoredEvent } from '#server/events/stored-event.ts';
import type { Settings } from '#server/settings/settings.ts';
import type { Logger } from '#server/telemetry/log.ts';
import type { Metrics } from '#server/telemetry/metrics.ts';
import { staleBy } from './invalidation.ts';
import { connectRedis } from './redis.ts';

export interface ReadOptions {
  ttlMs: number;
  tags?: string[];
  /** Holds personal values in the clear: stays in this process's memory, and does not go to Redis. */
  personal?: true;
}

/** Two levels: memory, and Redis where there is one. Values are plain JSON data, and frozen: whoever reads shares them. */
export interface Cache {
  /** The cached value, or what `load` gives, which runs once however many ask at the same moment. */
  read<T>(key: string, options: ReadOptions, load: () => Promise<T>): Promise<T>;
  /** Drops keys here at once and in every other process shortly after. */
  drop(keys: string[]): Promise<void>;
  dropTags(tags: string[]): Promise<void>;
  /** Begins to keep values: from now on this process hears of what others change. Once per process; see `followEventStore`. */
  follow(changes: Changes): void;
  close(): Promise<void>;
}

/** How a process hears of changes: the tail of the event store. */
export interface Changes {
  readonly connected: boolean;
  follow(onEvents: (events: StoredEvent[]) => void, onMissed: () => void): () => void;
}

export interface CacheParts {
  settings: Settings;
  log: Logger;
  metrics: Metrics;
}

/** A load under way. Dropped: somebody changed what it may have read already, so its value must not be kept. */
interface Load {
  value: Promise<unknown>;
  tags: readonly string[];
  dropped: boolean;
}

/** Redis may get a value between one process's change and another's noticing it; what was dropped is dropped again then. */
const secondDropMs = 1_000;

/**
 * Nothing is taken from or put into the cache while this process does not hear of other processes' changes: before the tail
 * of the event store is followed, and while its connection is lost.
 */
export function createCache(parts: CacheParts): Cache {
  const { log, metrics, settings } = parts;
  const levels = openLevels(settings, log);
  const loads = new Map<string, Load>();
  let changes: Changes | null = null;

  levels.bento.on('cache:hit', ({ layer }) => metrics.cacheReads.inc({ level: layer === 'l2' ? 'redis' : 'memory' }));

  function forgetLoads(concerned: (key: string, load: Load) => boolean): void {
    for (const [key, load] of loads) {
      if (!concerned(key, load)) continue;
      load.dropped = true;
      loads.delete(key);
    }
  }

  async function drop(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    forgetLoads((key) => keys.includes(key));
    await levels.current().deleteMany({ keys: [...keys] });
  }

  async function dropTags(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    forgetLoads((_key, load) => load.tags.some((tag) => tags.includes(tag)));
    await levels.current().deleteByTag({ tags: [...tags] });
  }

  async function dropStale({ keys, tags }: { keys: string[]; tags: string[] }): Promise<void> {
    try {
      await drop(keys);
      await dropTags(tags);
    } catch (error) {
      log.warn({ err: error }, 'cannot drop from the cache');
    }
  }

  function follow(followed: Changes): void {
    if (changes) return;
    changes = followed;
    followed.follow(
      (events) => {
        const stale = staleBy(events);
        void dropStale(stale);
        if (settings.REDIS_URL) setTimeout(() => void dropStale(stale), secondDropMs).unref();
      },
      () => {
        forgetLoads(() => true);
        void levels
          .current()
          .clear()
          .catch((error: unknown) => log.warn({ err: error }, 'cannot clear the cache'));
      },
    );
  }

  async function keep(key: string, options: ReadOptions, load: Load): Promise<unknown> {
    const value = await load.value;
    if (!load.dropped && changes?.connected) {
      const { ttlMs: ttl, tags = [], personal: skipL2Write = false } = options;
      await levels.current().set({ key, value: { value }, ttl, tags, skipL2Write });
      // Dropped while it was being written: that drop may have come first.
      if (load.dropped) await levels.current().delete({ key });
    }
    return value;
  }

  function loadOnce(key: string, options: ReadOptions, run: () => Promise<unknown>): Promise<unknown> {
    metrics.cacheReads.inc({ level: 'source' });
    const load: Load = { value: run().then(frozen), tags: options.tags ?? [], dropped: false };
    const kept = keep(key, options, load).finally(() => {
      if (loads.get(key) === load) loads.delete(key);
    });
    // Whoever joins waits for the keeping too: after it, the next reader finds the value and does not load again.
    load.value = kept;
    loads.set(key, load);
    return kept;
  }

  return {
    async read<T>(key: string, options: ReadOptions, run: () => Promise<T>): Promise<T> {
      if (!changes?.connected) {
        metrics.cacheReads.inc({ level: 'bypassed' });
        return run();
      }
      const hit: { value: T } | undefined = await levels.current().get({ key });
      // What comes from Redis is fresh from the parser.
      if (hit !== undefined) return frozen(hit.value);
      return (loads.get(key)?.value ?? loadOnce(key, options, run)) as Promise<T>;
    },
    drop,
    dropTags,
    follow,
    close: levels.close,
  };
}

/** Limits of other parts live in the same Redis: clearing the cache must not reach them. */
const prefix = 'guildhall-cache';

/**
 * Memory, and Redis behind it while that can be relied on. What is dropped while it is away stays in it, so it is cleared
 * before it is used again; until then memory alone, which begins empty, is the cache.
 */
function openLevels(settings: Settings, log: Logger) {
  // Not serialised: a parse per read would cost more than all the rest of it. Freezing keeps shared values whole.
  const memory = () => bentostore().useL1Layer(memoryDriver({ maxItems: 50_000, serialize: false }));
  if (!settings.REDIS_URL) {
    const bento = new BentoCache({ default: 'alone', prefix, stores: { alone: memory() } });
    return { bento, current: () => bento.use('alone'), close: async () => {} };
  }
  const redis = connectRedis(settings.REDIS_URL, log);
  const both = memory().useL2Layer(redisDriver({ connection: redis }));
  const bento = new BentoCache({ default: 'alone', prefix, stores: { alone: memory(), both } });
  let connection = 0;
  let inUse: 'alone' | 'both' = 'alone';
  redis.on('close', () => {
    connection += 1;
    inUse = 'alone';
  });
  redis.on('ready', async () => {
    const mine = connection;
    try {
      await bento.use('both').clear({ suppressL2Errors: false });
      if (mine !== connection) return;
      inUse = 'both';
      await bento.use('alone').clear();
    } catch (error) {
      log.warn({ err: error }, 'cannot clear the cache in Redis');
      redis.disconnect(true);
    }
  });
  return { bento, current: () => bento.use(inUse), close: async () => redis.disconnect() };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
