import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import type { StoredEvent } from '#server/events/stored-event.ts';
import type { Settings } from '#server/settings/settings.ts';
import type { Logger } from '#server/telemetry/log.ts';
import type { Metrics } from '#server/telemetry/metrics.ts';
import { staleBy } from './invalidation.ts';

export interface ReadOptions {
  ttlMs: number;
  tags?: string[];
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
  const bento = openBento(settings);
  const loads = new Map<string, Load>();
  let changes: Changes | null = null;

  bento.on('cache:hit', ({ layer }) => metrics.cacheReads.inc({ level: layer === 'l2' ? 'redis' : 'memory' }));

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
    await bento.deleteMany({ keys: [...keys] });
  }

  async function dropTags(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    forgetLoads((_key, load) => load.tags.some((tag) => tags.includes(tag)));
    await bento.deleteByTag({ tags: [...tags] });
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
        void bento.clear().catch((error: unknown) => log.warn({ err: error }, 'cannot clear the cache'));
      },
    );
  }

  async function keep(key: string, options: ReadOptions, load: Load): Promise<unknown> {
    const value = await load.value;
    if (!load.dropped && changes?.connected) {
      await bento.set({ key, value: { value }, ttl: options.ttlMs, tags: options.tags ?? [] });
      // Dropped while it was being written: that drop may have come first.
      if (load.dropped) await bento.delete({ key });
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
      const hit: { value: T } | undefined = await bento.get({ key });
      if (hit !== undefined) return hit.value;
      return (loads.get(key)?.value ?? loadOnce(key, options, run)) as Promise<T>;
    },
    drop,
    dropTags,
    follow,
    async close() {
      await bento.disconnectAll();
    },
  };
}

function openBento(settings: Settings) {
  // Not serialised: a parse per read would cost more than all the rest of it. Freezing keeps shared values whole.
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 50_000, serialize: false }));
  // biome-ignore lint/correctness/useHookAtTopLevel: bentocache's builder, no React hook.
  const withRedis = (url: string) => memory.useL2Layer(redisDriver({ connection: redisOptions(url) }));
  const store = settings.REDIS_URL ? withRedis(settings.REDIS_URL) : memory;
  return new BentoCache({ default: 'store', prefix: 'guildhall', stores: { store } });
}

function redisOptions(url: string) {
  const { hostname, port, username, password, protocol, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6379),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
