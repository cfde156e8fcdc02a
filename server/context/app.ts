import { type Database, longestTransactionMs, openDatabase } from '#db/client.ts';
import { type Cache, createCache } from '#server/cache/cache.ts';
import { DataKeys } from '#server/crypto/data-keys.ts';
import { KeyRing } from '#server/crypto/key-ring.ts';
import { readSettings, type Settings } from '#server/settings/settings.ts';
import { createLogger, type Logger } from '#server/telemetry/log.ts';
import { createMetrics, type Metrics } from '#server/telemetry/metrics.ts';
import { createListener, type Listener } from './listener.ts';

/** What exists once in a process. */
export interface App {
  settings: Settings;
  log: Logger;
  database: Database;
  keyRing: KeyRing;
  dataKeys: DataKeys;
  metrics: Metrics;
  cache: Cache;
  listener: Listener;
  /** Runs when the App closes, before its database does. */
  onClose(work: () => Promise<void>): void;
  close(): Promise<void>;
}

export function createApp(settings: Settings, process: 'web' | 'worker' | 'script' | 'test'): App {
  const log = createLogger({ level: settings.LOG_LEVEL, name: process });
  const database = openDatabase(settings.DATABASE_URL, {
    max: settings.DATABASE_POOL,
    name: `guildhall-${process}`,
    // Scripts fill and migrate: theirs take as long as they take.
    longestTransactionMs: process === 'script' ? 0 : longestTransactionMs,
  });
  const keyRing = new KeyRing(settings.KEY_RING, Buffer.from(settings.INDEX_KEY, 'base64'));
  const dataKeys = new DataKeys(keyRing);
  const metrics = createMetrics(process);
  const listener = createListener(settings.DATABASE_URL, log);
  const cache = createCache({ settings, log, metrics });
  const closing: Array<() => Promise<void>> = [];
  return {
    settings,
    log,
    database,
    keyRing,
    dataKeys,
    metrics,
    cache,
    listener,
    onClose: (work) => void closing.push(work),
    async close() {
      for (const work of closing) await work();
      await cache.close();
      await listener.close();
      await database.close();
    },
  };
}

const slot = Symbol.for('guildhall.app');
const store = globalThis as typeof globalThis & { [slot]?: App };

/** Hands the process its one App: called once by whatever starts the process. */
export function installApp(app: App): App {
  store[slot] = app;
  return app;
}

/**
 * The process's App. Next bundles modules more than once per process, so a module's own variable would exist more than
 * once; `globalThis` does not. Under a host that starts Next without `server/web.ts`, the first use makes it.
 */
export function currentApp(): App {
  store[slot] ??= createApp(readSettings(), 'web');
  return store[slot];
}
