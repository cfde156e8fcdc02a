import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { cloneDatabase, dropDatabase } from '#test/cluster.ts';
import { migrateDatabase } from './migrate.ts';
import journal from './migrations/meta/_journal.json' with { type: 'json' };

type File = [tag: string, when: number, sql: string];
const breakpoint = '\n--> statement-breakpoint\n';

async function anEmptyDatabase(): Promise<{ url: string; sql: postgres.Sql }> {
  const name = `test_migrate_${process.pid}_${randomBytes(4).toString('hex')}`;
  const url = await cloneDatabase(inject('clusterUrl'), 'template0', name);
  const sql = postgres(url, { max: 3, onnotice: () => {} });
  onTestFinished(async () => {
    await sql.end();
    await dropDatabase(inject('clusterUrl'), name);
  });
  return { url, sql };
}

async function aFolder(files: File[]): Promise<URL> {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-migrations-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await mkdir(join(folder, 'meta'));
  const entries = files.map(([tag, when], idx) => ({ idx, version: '7', when, tag, breakpoints: true }));
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }));
  for (const [tag, , sql] of files) writeFileSync(join(folder, `${tag}.sql`), sql);
  return pathToFileURL(`${folder}/`);
}

const tables = async (sql: postgres.Sql) =>
  (await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public' order by 1`).map(
    ({ name }) => name,
  );
const applied = async (sql: postgres.Sql) =>
  (await sql<{ tag: string }[]>`select tag from drizzle.__drizzle_migrations order by id`).map(({ tag }) => tag);

const one: File = ['0000_one', 100, 'create table one (n int)'];
const two: File = ['0001_two', 200, 'create table two (n int)'];
const three: File = ['0002_three', 300, 'create table three (n int)'];

test('the journal has every file once, in the order of numbers and times', () => {
  const { entries } = journal;
  const files = readdirSync(new URL('./migrations/', import.meta.url)).filter((name) => name.endsWith('.sql'));
  expect(entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.sort());
  for (const [i, entry] of entries.slice(1).entries()) {
    expect(entry.idx).toBeGreaterThan(entries[i]?.idx ?? 0);
    expect([entry.tag, entry.when]).toEqual([entry.tag, expect.toSatisfy((when) => when > (entries[i]?.when ?? 0))]);
  }
});

test('a migration that comes later with an earlier number and time is applied', async () => {
  const { url, sql } = await anEmptyDatabase();
  await migrateDatabase(url, await aFolder([one, three]));
  await migrateDatabase(url, await aFolder([one, two, three]));
  expect(await applied(sql)).toEqual(['0000_one', '0002_three', '0001_two']);
  await migrateDatabase(url, await aFolder([one, two, three]));
  expect(await applied(sql)).toHaveLength(3);
});

test('a database that Drizzle has migrated goes on, and a file that is named otherwise since is not applied twice', async () => {
  const { url, sql } = await anEmptyDatabase();
  await migrate(drizzle(sql), { migrationsFolder: (await aFolder([one, two])).pathname });
  const renamed: File = ['0005_two', 350, two[2]];
  await migrateDatabase(url, await aFolder([one, three, renamed]));
  expect(await applied(sql)).toEqual(['0000_one', '0005_two', '0002_three']);
  expect(await tables(sql)).toEqual(['one', 'three', 'two']);
});

test('several processes at once apply everything once, an index made beside the traffic included', async () => {
  const { url, sql } = await anEmptyDatabase();
  const index: File = ['0001_index', 200, '-- no transaction\ncreate index concurrently one_n on one (n)'];
  const folder = await aFolder([one, index, three]);
  await Promise.all([1, 2, 3].map(() => migrateDatabase(url, folder)));
  expect(await applied(sql)).toEqual(['0000_one', '0001_index', '0002_three']);
  expect(await sql`select indisvalid from pg_index where indexrelid = 'one_n'::regclass`).toEqual([
    { indisvalid: true },
  ]);
});

test('what fails leaves nothing of its file behind, says which, and what came before it stays', async () => {
  const { url, sql } = await anEmptyDatabase();
  const bad: File = ['0001_two', 200, `create table two (n int)${breakpoint}select 1 / 0`];
  await expect(migrateDatabase(url, await aFolder([one, bad, three]))).rejects.toThrow(
    /the migration 0001_two failed: division by zero/,
  );
  expect([await applied(sql), await tables(sql)]).toEqual([['0000_one'], ['one']]);
  await migrateDatabase(url, await aFolder([one, two, three]));
  expect(await applied(sql)).toEqual(['0000_one', '0001_two', '0002_three']);
});

test('a file that was changed after it was applied stops everything', async () => {
  const { url, sql } = await anEmptyDatabase();
  await migrateDatabase(url, await aFolder([one]));
  const other: File = [one[0], one[1], 'create table one (n bigint)'];
  await expect(migrateDatabase(url, await aFolder([other, two]))).rejects.toThrow(/0000_one was changed after/);
  await sql`alter table drizzle.__drizzle_migrations drop column tag`;
  await expect(migrateDatabase(url, await aFolder([other, two]))).rejects.toThrow(/0000_one was changed after/);
  expect(await tables(sql)).toEqual(['one']);
});

test('a table is locked for as long as its own file takes', async () => {
  const { url, sql } = await anEmptyDatabase();
  await sql`create table live (n int)`;
  await sql`create table gate (n int)`;
  const opened = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const gate = sql.begin(async (tx) => {
    await tx`lock table gate`;
    held.resolve();
    await opened.promise;
  });
  await held.promise;
  const folder = await aFolder([
    ['0000_live', 100, 'alter table live add column m int'],
    ['0001_gate', 200, `create table two (n int)${breakpoint}alter table gate add column m int`],
  ]);
  const migrated = migrateDatabase(url, folder);
  await vi.waitFor(async () =>
    expect(await sql`select 1 from pg_locks where relation = 'gate'::regclass and not granted`).toHaveLength(1),
  );
  expect(await sql`select mode from pg_locks where relation = 'live'::regclass and database is not null`).toEqual([]);
  await sql`insert into live (n, m) values (1, 2)`;
  opened.resolve();
  await Promise.all([gate, migrated]);
  expect(await applied(sql)).toEqual(['0000_live', '0001_gate']);
});

test('a lock that does not come is given up', async () => {
  const { url, sql } = await anEmptyDatabase();
  await sql`create table live (n int)`;
  await sql.begin(async (tx) => {
    await tx`lock table live in share mode`;
    const folder = await aFolder([['0000_live', 100, 'alter table live add column m int']]);
    await expect(migrateDatabase(url, folder)).rejects.toThrow(/0000_live failed: .*lock timeout/);
  });
});
