import { expect, test } from 'vitest';
import { testApp } from '#test/database.ts';

const app = testApp();

test('a test file has a migrated database of its own, in UTC', async () => {
  const [row] = await app.current.database.sql<{ name: string; zone: string; plans: string }[]>`
    select current_database() as name, current_setting('TimeZone') as zone, to_regclass('plans')::text as plans`;
  expect(row).toEqual({ name: app.database.name, zone: 'UTC', plans: 'plans' });
});
