import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster, startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { type App, createApp } from '#server/context/app.ts';
import { readSettings } from '#server/settings/settings.ts';

/** A durable Postgres of its own in a temporary folder (fsync on, as in production), with an empty Guildhall in it. */
export async function startBenchCluster(): Promise<{
  app: App;
  url: string;
  urlOf(database: string): string;
  ensureDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'guildhall-bench-'));
  const cluster = await startEmbedded({ directory: join(directory, 'postgres'), durable: true });
  await cluster.ensureDatabase('bench');
  const url = cluster.urlOf('bench');
  await migrateDatabase(url);
  const app = createApp(benchSettings(url), 'script');
  return {
    app,
    url,
    urlOf: cluster.urlOf,
    ensureDatabase: cluster.ensureDatabase,
    async stop() {
      await app.close();
      await cluster.stop();
      await removeCluster(directory);
    },
  };
}

/** For this process and for those it starts. Partners that nothing listens to. */
export const benchEnvironment = (url: string) => ({
  NODE_ENV: 'production' as const,
  GUILDHALL_MODE: 'demo',
  KEY_RING: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
  INDEX_KEY: Buffer.alloc(32, 9).toString('base64'),
  AUTH_SECRET: 'a-secret-for-measurements-long-enough',
  LEGACY_DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/legacy',
  CRM_URL: 'http://127.0.0.1:9',
  CRM_ACCESS_TOKEN: 'none',
  SMTP_URL: 'smtp://127.0.0.1:9',
  LOG_LEVEL: 'silent',
  DATABASE_POOL: '16',
  DATABASE_URL: url,
});

const benchSettings = (url: string) => readSettings(benchEnvironment(url));
