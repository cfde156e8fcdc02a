import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { generateMembers } from '#scripts/demo/generate/generate.ts';
import { updateProfile } from '#server/members/commands/profile.ts';
import { joined, staffContext } from '#server/members/members.testing.ts';
import { membersCsv } from '#server/members/queries/csv.ts';
import { listMembers } from '#server/members/queries/directory.ts';
import { memberSorts } from '#server/members/shapes.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { testApp } from '#test/database.ts';
import { projections } from './subscriptions.ts';
import { startWorker, type Worker } from './worker.ts';

const app = testApp();
const members = 250;
let worker: Worker;

beforeAll(async () => {
  await installPlans(app.current.database.sql);
  await generateMembers(app.current, { members, seed: 3, now: Date.UTC(2026, 5, 1) });
  worker = await startWorker(app.current, { projections, reactions: [], queues: [] });
  await vi.waitFor(async () => expect(await count()).toBe(members), { timeout: 15_000 });
});
afterAll(() => worker?.stop());

const count = async () => {
  const [row] = await app.current.database.sql<{ n: number }[]>`select count(*)::int as n from member_directory`;
  return row?.n;
};
const staff = () => staffContext(app.current);
const search = async (q: string) => (await listMembers(staff(), { q, limit: 200, sort: '-joined' })).data;

test('paging walks through everyone once, in every order', async () => {
  for (const sort of memberSorts) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listMembers(staff(), { limit: 40, sort, ...(cursor ? { cursor } : {}) });
      seen.push(...page.data.map((row) => row.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen, sort).toHaveLength(members);
    expect(new Set(seen).size, sort).toBe(members);
  }
});

test('the read model says of everyone what the rows say', async () => {
  const differing = await app.current.database.sql`
    select m.id from members m left join member_directory d on d.member_id = m.id
    where (d.status, d.given_name, d.family_name, d.email, d.version) is distinct from (m.status, m.given_name, m.family_name, m.email, m.version)`;
  expect(differing).toEqual([]);
});

test('a name is found with and without its accents, by part, with another word, and after it changed', async () => {
  const { memberId, ctx, input } = await joined(app.current, { givenName: 'Zoë', familyName: 'Österlund-Łuk' });
  const found = async (q: string) => (await search(q)).some((row) => row.id === memberId);
  await vi.waitFor(async () => expect(await found('österl')).toBe(true), { timeout: 5_000 });
  expect(await found('OSTERLUND')).toBe(true);
  expect(await found('zoe oster')).toBe(true);
  expect(await found('zoe nobody')).toBe(false);
  expect(await found(input.email.slice(0, 20))).toBe(true);
  expect(await found('+49 (30) 123-4567')).toBe(true);
  expect(await found('1987-04-12')).toBe(true);
  expect(await found('1987-04-13')).toBe(false);
  await updateProfile(ctx, memberId, { familyName: 'Renamed' }, null);
  await vi.waitFor(async () => expect(await found('renamed')).toBe(true), { timeout: 5_000 });
  expect(await found('osterlund')).toBe(false);
});

test('signs that mean something to the database are only letters in a search', async () => {
  for (const q of ['%', '_', '\\', "'; drop table members; --", '%%%']) {
    await expect(search(q)).resolves.toBeInstanceOf(Array);
  }
  expect(await search('%')).toEqual([]);
});

test('a cursor of another list is refused', async () => {
  const attempt = listMembers(staff(), { limit: 10, sort: 'name', cursor: 'bm90IGEgY3Vyc29y' });
  await expect(attempt).rejects.toMatchObject({ code: 'invalid_request' });
});

test('the CSV honours the filter, masks, and disarms formulas', async () => {
  await joined(app.current, { givenName: '=HYPERLINK("x")', familyName: 'Formula' });
  await vi.waitFor(async () => expect(await search('formula')).toHaveLength(1), { timeout: 5_000 });
  const { chunks } = await membersCsv(staff(), { q: 'formula', sort: 'name' }, new AbortController().signal);
  const text = (await Array.fromAsync(chunks)).join('');
  expect(text.split('\n').filter(Boolean)).toHaveLength(2);
  expect(text).toContain("'=HYPERLINK");
  expect(text).toContain('a***@example.org');
});
