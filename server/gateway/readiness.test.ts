import { afterEach, expect, it, vi } from 'vitest';
import { pendingMigrations } from '#db/pending-migrations.ts';
import { testApp } from '#test/database.ts';
import { readinessOf, reportPendingMigrations } from './readiness.ts';

const app = testApp();
const sql = () => app.current.database.sql;
const migrated = async () => (await readinessOf(app.current)).find(({ name }) => name === 'migrations')?.ok;

afterEach(() => sql()`update drizzle.__drizzle_migrations set tag = replace(tag, 'gone:', '')`);

it('a database with every migration is ready', async () => {
  expect([await pendingMigrations(sql()), await migrated()]).toEqual([[], true]);
});

it('a gap is named, though newer ones are there', async () => {
  await sql()`update drizzle.__drizzle_migrations set tag = 'gone:' || tag where tag = '0004_rate_limits'`;
  expect([await pendingMigrations(sql()), await migrated()]).toEqual([['0004_rate_limits'], false]);
});

it('a database that only an older version has migrated, or nobody, is not ready', async () => {
  await sql()`alter table drizzle.__drizzle_migrations rename column tag to old`;
  expect((await pendingMigrations(sql())).length).toBeGreaterThan(10);
  expect(await migrated()).toBe(false);
  await sql()`alter table drizzle.__drizzle_migrations rename column old to tag`;
  await sql()`alter schema drizzle rename to elsewhere`;
  expect([(await pendingMigrations(sql())).length > 10, await migrated()]).toEqual([true, false]);
  await sql()`alter schema elsewhere rename to drizzle`;
});

it('a start says which are missing', async () => {
  const logged = vi.spyOn(app.current.log, 'error');
  await reportPendingMigrations(app.current);
  expect(logged).not.toHaveBeenCalled();
  await sql()`update drizzle.__drizzle_migrations set tag = 'gone:' || tag where tag = '0004_rate_limits'`;
  await reportPendingMigrations(app.current);
  expect(logged).toHaveBeenCalledWith({ missing: ['0004_rate_limits'] }, expect.stringMatching(/npm run migrate/));
});
