import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

const oldestSupported = 180_000;

/**
 * Brings a database to the newest schema. Safe to run from several processes at once: one works, the others wait.
 * A statement that cannot get its lock within 5 s gives up rather than hold up a live system; run it again.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: 'guildhall-migrate' } });
  try {
    await requireVersion(sql);
    await sql`select pg_advisory_lock(hashtext('guildhall:migrate'))`;
    await sql`set lock_timeout = '5s'`;
    await migrate(drizzle(sql), { migrationsFolder: new URL('./migrations', import.meta.url).pathname });
  } finally {
    await sql.end();
  }
}

async function requireVersion(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ version: string }[]>`select current_setting('server_version_num') as version`;
  if (Number(row?.version) < oldestSupported) throw new Error('Guildhall needs Postgres 18 or later.');
}
