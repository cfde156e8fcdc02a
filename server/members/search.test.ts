import { beforeAll, expect, test } from 'vitest';
import { listAudit } from '#server/audit/queries.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { type EventRow, eventOf } from '#server/events/read.ts';
import { testApp } from '#test/database.ts';
import { joined, personContext, staffContext } from './members.testing.ts';
import { directory } from './projections/directory.ts';
import { membersCsv } from './queries/csv.ts';
import { listMembers } from './queries/directory.ts';
import { getMember } from './queries/member.ts';
import { memberOverview } from './queries/overview.ts';
import { memberTimeline } from './queries/timeline.ts';
import { csvQuery } from './shapes.ts';

const app = testApp();
let memberId = '';

beforeAll(async () => {
  ({ memberId } = await joined(app.current, {
    givenName: 'Zoë',
    familyName: 'Łukaszewicz Quist',
    email: 'secretmailbox+zoe@hidden.example',
    phone: '+49 30 8765432',
    dateOfBirth: '1971-02-03',
  }));
  await joined(app.current, { familyName: 'Somebody' });
  await listThem();
});

let positions = 0;
/** Whoever has joined stands in the directory. */
async function listThem() {
  positions += 1_000;
  const rows = await app.current.database.sql<EventRow[]>`
    select ${positions} + row_number() over (order by id)::int as position, e.* from events e where type = 'member.registered'`;
  await inTransaction(createContext(app.current, { actor: { kind: 'system', name: 'test' } }), (tx) =>
    directory.apply(tx, rows.map(eventOf)),
  );
}

const reader = () => createContext(app.current, { actor: { kind: 'client', clientId: 'r', scopes: ['read:data'] } });
const everything = () => createContext(app.current, { actor: { kind: 'client', clientId: 'a', scopes: ['*'] } });
const auditor = () => staffContext(app.current, 'auditor');
const found = async (ctx: Ctx, q: string) => {
  const { data } = await listMembers(ctx, { q, limit: 50, sort: '-joined' });
  return data.some((row) => row.id === memberId);
};

const values = [
  'secretmailbox+zoe@hidden.example',
  'SecretMail',
  'hidden',
  'hidden.example m-',
  '@',
  '+49 30 8765432',
  '+49308765432',
  '1971-02-03',
  '0049 30 8765432',
  '(030) 8765432',
  '3.2.1971',
  '03/02/1971',
  '3 February 1971',
];

test.each(values)('%s finds nobody for those who see masks, and its owner for those who may reveal', async (q) => {
  expect(await found(reader(), q)).toBe(false);
  expect(await found(auditor(), q)).toBe(false);
  expect(await found(staffContext(app.current), q)).toBe(true);
});

test('names, with or without accents, and numbers are found by all of them', async () => {
  const [row] = await app.current.database.sql<{ number: string }[]>`select number from members where id = ${memberId}`;
  for (const ctx of [reader(), auditor(), staffContext(app.current)]) {
    for (const q of ['zoë', 'zoe quist', 'ŁUKASZ', 'quist zo', row?.number ?? '', 'quist m-0']) {
      expect(await found(ctx, q), q).toBe(true);
    }
    expect(await found(ctx, 'zoe nobody')).toBe(false);
  }
});

test('searching is in the trail, once a minute with its count, and never with what was searched for', async () => {
  const now = () => new Date('2030-03-04T05:06:07Z');
  const searcher = { ...staffContext(app.current), now };
  for (const q of ['quist', 'zoe', 'secretmailbox']) await found(searcher, q);
  await listMembers(searcher, { limit: 50, sort: 'name' });
  const userId = searcher.actor.kind === 'user' ? searcher.actor.userId : '';
  const { data } = await listAudit(auditor(), { actor: userId, limit: 10 });
  expect(data).toMatchObject([{ action: 'member.search', resource: 'member', outcome: 'ok', reason: null, count: 3 }]);
  expect(JSON.stringify(data)).not.toMatch(/quist|zoe|secret/);
});

test('the record, its overview and its timeline open for oneself, staff and *, for nobody else', async () => {
  const opening = [
    getMember,
    memberOverview,
    (ctx: Ctx, id: string) => memberTimeline(ctx, id, { limit: 10 }),
  ] as const;
  const self = personContext(app.current, { memberId });
  for (const open of opening) {
    for (const ctx of [reader(), auditor(), personContext(app.current)]) {
      await expect(open(ctx, memberId)).rejects.toMatchObject({ code: 'not_found' });
    }
    for (const ctx of [self, staffContext(app.current), staffContext(app.current, 'admin'), everything()]) {
      await expect(open(ctx, memberId)).resolves.toBeTruthy();
    }
  }
});

test('the timeline is in the order in which things happened, whenever they were told, and pages without gap or double', async () => {
  const { sql } = app.current.database;
  const { memberId: id, ctx } = await joined(app.current);
  const at = ['10:00', '09:00', '10:00', '08:00', '11:00', '09:00'].map((time) => `2026-05-01T${time}:00.123456Z`);
  await sql`
    insert into member_timeline (member_id, position, at, type, system, summary, event_id, correlation_id)
    select ${id}, position, at::timestamptz, 'course.started', 'portal', position::text, gen_random_uuid(), gen_random_uuid()
    from unnest(${at}::text[]) with ordinality as told (at, position)`;
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await memberTimeline(ctx, id, { limit: 2, cursor });
    seen.push(...page.data.map((entry) => entry.summary));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(['5', '3', '1', '6', '2', '4']);
});

test('umlauts are found both ways, and a member by id', async () => {
  const ids = new Map<string, string>();
  for (const familyName of ['Qüller', 'Queller', 'Quller', 'Großq', 'Düßqann'])
    ids.set(familyName, (await joined(app.current, { familyName })).memberId);
  await listThem();
  const namesOf = async (ctx: Ctx, q: string) => {
    const { data } = await listMembers(ctx, { q, limit: 50, sort: 'name' });
    return data.map((row) => row.familyName).sort();
  };
  for (const ctx of [auditor(), staffContext(app.current)]) {
    for (const q of ['qüller', 'queller', 'quller', 'QU\u0308LLER'])
      expect(await namesOf(ctx, q), q).toEqual(['Queller', 'Quller', 'Qüller']);
    for (const q of ['grossq', 'großq']) expect(await namesOf(ctx, q), q).toEqual(['Großq']);
    for (const q of ['duessqann', 'Düssqann', 'dußqann', 'dussqann', 'düßqann'])
      expect(await namesOf(ctx, q), q).toEqual(['Düßqann']);
    expect(await namesOf(ctx, ids.get('Quller')?.toUpperCase() ?? '')).toEqual(['Quller']);
  }
});

test('a phone number is found in whatever usual form it was stored', async () => {
  const stored = ['030 7654321', '+49 (0)30 7654322', '0049 30 7654323', '+49 30 7654324'];
  const ids = await Promise.all(stored.map(async (phone) => (await joined(app.current, { phone })).memberId));
  await listThem();
  for (const [i, id] of ids.entries()) {
    for (const area of ['+49 30 ', '030 / ', '0049 30 ', '+49 (0)30 ']) {
      const q = `${area}765432${i + 1}`;
      const { data } = await listMembers(staffContext(app.current), { q, limit: 50, sort: 'name' });
      expect(
        data.map((row) => row.id),
        `${stored[i]} by ${q}`,
      ).toEqual([id]);
    }
  }
});

test('a selection is exported alone, masked, and the trail says how many', async () => {
  const csv = async (query: Record<string, string>) => {
    const { chunks } = await membersCsv(staffContext(app.current), csvQuery.parse(query), new AbortController().signal);
    let text = '';
    for await (const chunk of chunks) text += chunk;
    return text.trim().split('\n').slice(1);
  };
  expect((await csv({})).length).toBeGreaterThan(1);
  const [row, ...others] = await csv({ ids: memberId });
  expect(others).toEqual([]);
  expect(row).toContain('Quist');
  expect(row).not.toContain('secretmailbox');
  expect(await csv({ ids: memberId, q: 'somebody' })).toEqual([]);
  const [entry] = await app.current.database.sql`
    select after from audit_entries where action = 'member.export-list' order by at desc, id desc limit 1`;
  expect(entry?.after).toMatchObject({ selected: 1 });
  expect(csvQuery.safeParse({ ids: 'nobody' }).success).toBe(false);
});
