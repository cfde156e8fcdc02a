import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrateDatabase } from '#db/migrate.ts';

const migrations = new URL('../db/migrations/', import.meta.url).pathname;

/** Makes the migrated template that every test file's database is cloned from. Its name carries the migrations' hash. */
export async function makeTemplate(clusterUrl: string): Promise<string> {
  const name = `template_${await migrationsHash()}`;
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  try {
    const existing = await admin`select 1 from pg_database where datname = ${name} and datistemplate`;
    if (existing.length > 0) return name;
    await admin.unsafe(`drop database if exists ${name}`);
    await admin.unsafe(`create database ${name}`);
    await migrateDatabase(withDatabase(clusterUrl, name));
    await admin.unsafe(`alter database ${name} with is_template true`);
    return name;
  } finally {
    await admin.end();
  }
}

export async function cloneDatabase(clusterUrl: string, template: string, name: string): Promise<string> {
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(`create database ${name} template ${template}`);
  } finally {
    await admin.end();
  }
  return withDatabase(clusterUrl, name);
}

export async function dropDatabase(clusterUrl: string, name: string): Promise<void> {
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(`drop database if exists ${name} with (force)`);
  } finally {
    await admin.end();
  }
}

export function withDatabase(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(migrations)).sort()) {
    if (file.endsWith('.sql')) hash.update(file).update(await readFile(join(migrations, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
