import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import { createContext } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { createBoss } from './boss.ts';
import { listJobs } from './queries.ts';

const app = testApp();
const asked = uuidv7();
const ctx = () => createContext(app.current, { actor: { kind: 'client', clientId: 'c', scopes: ['read:status'] } });

beforeAll(async () => {
  const boss = createBoss(app.current, { worker: false });
  await boss.start();
  await boss.createQueue('listed');
  await boss.stop({ graceful: false });
  // Several of one moment: the id decides.
  await app.current.database.sql`
    insert into pgboss.job (id, name, data, created_on)
    select gen_random_uuid(), 'listed',
      jsonb_build_object('correlationId', case when n % 7 < 5 then ${asked}::text else ${uuidv7()}::text end),
      timestamptz '2026-01-01 00:00:00.5' + (n / 4) * interval '1 microsecond'
    from generate_series(0, 69) as n`;
});

it('gives the jobs of a correlation page by page, newest first, each once', async () => {
  const ids: string[] = [];
  const times: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listJobs(ctx(), { correlationId: asked, limit: 8, cursor });
    expect(page.data.length).toBeLessThanOrEqual(8);
    ids.push(...page.data.map(({ id }) => id));
    times.push(...page.data.map(({ createdAt }) => createdAt.replace('Z', '').padEnd(26, '0')));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(new Set(ids).size).toBe(50);
  expect(ids).toHaveLength(50);
  expect(times).toEqual(times.toSorted().reverse());
});

it('ends with the last page', async () => {
  expect(await listJobs(ctx(), { correlationId: asked, limit: 50 })).toMatchObject({ nextCursor: null });
  expect(await listJobs(ctx(), { correlationId: uuidv7(), limit: 50 })).toEqual({ data: [], nextCursor: null });
  await expect(listJobs(ctx(), { limit: 1, cursor: 'made-up' })).rejects.toMatchObject({ code: 'invalid_request' });
});
