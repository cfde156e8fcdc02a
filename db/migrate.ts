import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';

const oldestSupported = 180_000;

/**
 * Brings a database to the newest schema: each migration that it lacks, in the journal's order, in a transaction of its own.
 * Safe to run from several processes at once: one works, the others wait. A statement that cannot get its lock within 5 s gives
 * up rather than hold up a live system: what came before it stays, run it again. See docs/decisions/0015.
 * @throws Error naming the migration that failed, or that was changed after it was applied; nothing is applied then.
 */
export async function migrateDatabase(url: string, folder = new URL('./migrations/', import.meta.url)): Promise<void> {
  const migrations = await readMigrations(folder);
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: 'guildhall-migrate' } });
  try {
    await requireVersion(sql);
    await takeTurn(sql);
    await sql`set lock_timeout = '5s'`;
    const applied = await appliedTags(sql, migrations);
    for (const migration of migrations) if (!applied.has(migration.tag)) await apply(sql, migration);
  } finally {
    await sql.end();
  }
}

interface Migration {
  tag: string;
  /** Milliseconds; what Drizzle keeps of a migration beside its hash. */
  when: number;
  hash: string;
  statements: string[];
  /** False with `-- no transaction` as the first line: for CREATE INDEX CONCURRENTLY, and VALIDATE apart from its ADD. */
  inTransaction: boolean;
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const journal = JSON.parse(await readFile(new URL('meta/_journal.json', folder), 'utf8')) as {
    entries: { tag: string; when: number }[];
  };
  return Promise.all(
    journal.entries.map(async ({ tag, when }) => {
      const text = await readFile(new URL(`${tag}.sql`, folder), 'utf8');
      const hash = createHash('sha256').update(text).digest('hex');
      const inTransaction = !/^-- no transaction\s*$/m.test(text.split('\n', 1)[0] ?? '');
      return { tag, when, hash, statements: text.split('--> statement-breakpoint'), inTransaction };
    }),
  );
}

/**
 * Asks for the lock again and again, for a statement that waits for it would be a transaction that is open, and a
 * CREATE INDEX CONCURRENTLY of the one at work waits for those: a deadlock.
 */
async function takeTurn(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const [row] = await sql<{ mine: boolean }[]>`select pg_try_advisory_lock(hashtext('guildhall:migrate')) as mine`;
    if (row?.mine) return;
    await delay(100);
  }
}

interface AppliedRow {
  id: number;
  hash: string;
  created_at: string | null;
  tag: string | null;
}

/** What has been applied. The table is Drizzle's own, with the files' names added, so that databases it made go on. */
async function appliedTags(sql: postgres.Sql, migrations: readonly Migration[]): Promise<Set<string>> {
  return sql.begin(async (tx) => {
    await tx`create schema if not exists drizzle`;
    await tx`create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;
    await tx`alter table drizzle.__drizzle_migrations add column if not exists tag text`;
    const rows = await tx<AppliedRow[]>`select id, hash, created_at, tag from drizzle.__drizzle_migrations`;
    const tags = new Set(migrations.map(({ tag }) => tag));
    const applied = new Set<string>();
    for (const { tag, hash, when } of migrations) {
      const unnamed = rows.filter((row) => row.tag === null || !tags.has(row.tag));
      const row =
        rows.find((one) => one.tag === tag) ??
        unnamed.find((one) => one.hash === hash) ??
        unnamed.find((one) => one.tag === null && Number(one.created_at) === when);
      if (!row) continue;
      if (row.hash !== hash) throw changed(tag);
      await tx`update drizzle.__drizzle_migrations set tag = ${tag} where id = ${row.id} and tag is distinct from ${tag}`;
      row.tag = tag;
      applied.add(tag);
    }
    return applied;
  });
}

const changed = (tag: string) =>
  new Error(
    `the migration ${tag} was changed after this database had applied it: put the file back as it was, and add a new one`,
  );

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  try {
    if (migration.inTransaction) await sql.begin((tx) => run(tx, migration));
    else await applyByStatement(sql, migration);
  } catch (error) {
    throw new Error(`the migration ${migration.tag} failed: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/** Such statements wait for transactions under way and hold up none, so they wait as long as those take. */
async function applyByStatement(sql: postgres.Sql, migration: Migration): Promise<void> {
  await sql`set lock_timeout = 0`;
  await run(sql, migration);
  await sql`set lock_timeout = '5s'`;
}

async function run(sql: postgres.ISql, { tag, when, hash, statements }: Migration): Promise<void> {
  for (const statement of statements) await sql.unsafe(statement);
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at, tag) values (${hash}, ${when}, ${tag})`;
}

async function requireVersion(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ version: string }[]>`select current_setting('server_version_num') as version`;
  if (Number(row?.version) < oldestSupported) throw new Error('Guildhall needs Postgres 18 or later.');
}
