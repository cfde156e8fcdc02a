import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster, startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { type App, createApp } from '#server/context/app.ts';
import { testSettings } from '#test/database.ts';

/** A migrated database on a cluster of its own that waits for the disk as a real one does. */
export async function withApp<T>(
  work: (app: App, url: string) => Promise<T>,
  settings: Record<string, string> = {},
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'guildhall-bench-'));
  const cluster = await startEmbedded({ directory: join(directory, 'postgres'), durable: true });
  try {
    await cluster.ensureDatabase('bench');
    const url = cluster.urlOf('bench');
    await migrateDatabase(url);
    const app = createApp(testSettings({ DATABASE_URL: url, DATABASE_POOL: '20', ...settings }), 'script');
    try {
      return await work(app, url);
    } finally {
      await app.close();
    }
  } finally {
    await cluster.stop();
    await removeCluster(directory);
  }
}
