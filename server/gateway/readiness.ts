import journal from '#db/migrations/meta/_journal.json' with { type: 'json' };
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

async function isMigrated(app: App): Promise<boolean> {
  const newest = Math.max(...journal.entries.map((entry) => entry.when));
  const rows = await within(
    app.database.sql<{ newest: number | null }[]>`select max(created_at) as newest from drizzle.__drizzle_migrations`,
  );
  return (rows?.[0]?.newest ?? 0) >= newest;
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
