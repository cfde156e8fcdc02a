import type { Queryable } from './client.ts';
import journal from './migrations/meta/_journal.json' with { type: 'json' };

/** The migrations of this version that the database lacks, by file name, in order. */
export async function pendingMigrations(sql: Queryable): Promise<string[]> {
  const applied = new Set(await appliedTags(sql));
  return journal.entries.map(({ tag }) => tag).filter((tag) => !applied.has(tag));
}

async function appliedTags(sql: Queryable): Promise<(string | null)[]> {
  const [table] = await sql<{ exists: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
  if (!table?.exists) return [];
  // Through JSON, for a database that only an older version has migrated lacks the column.
  const rows = await sql<{ tag: string | null }[]>`
    select to_jsonb(m) ->> 'tag' as tag from drizzle.__drizzle_migrations m`;
  return rows.map(({ tag }) => tag);
}
