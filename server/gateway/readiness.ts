import { pendingMigrations } from '#db/pending-migrations.ts';
import type { App } from '#server/context/app.ts';

export interface Check {
  name: 'database' | 'migrations' | 'listener';
  ok: boolean;
}

const patienceMs = 2_000;

/** What a process needs before it is sent requests. Never throws. */
export async function readinessOf(app: App): Promise<Check[]> {
  const database = await within(app.database.sql`select 1`);
  const migrations = database !== null && (await isMigrated(app));
  return [
    { name: 'database', ok: database !== null },
    { name: 'migrations', ok: migrations },
    { name: 'listener', ok: app.listener.connected },
  ];
}

/** Says which migrations the database lacks, if any: nothing that needs them works until they are applied. Never throws. */
export async function reportPendingMigrations(app: App): Promise<void> {
  const missing = await within(pendingMigrations(app.database.sql));
  if (missing === null || missing.length === 0) return;
  app.log.error({ missing }, 'the database lacks migrations of this version: run npm run migrate');
}

async function isMigrated(app: App): Promise<boolean> {
  const missing = await within(pendingMigrations(app.database.sql));
  return missing !== null && missing.length === 0;
}

/** null for an error and for no answer in time. */
function within<T>(query: PromiseLike<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), patienceMs);
    const settle = (value: T | null) => {
      clearTimeout(timer);
      resolve(value);
    };
    query.then(
      (value) => settle(value),
      () => settle(null),
    );
  });
}
