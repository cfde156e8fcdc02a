import { expect, test } from 'vitest';
import type { TransactionSql } from '#db/client.ts';
import { inTransaction } from '#server/context/context.ts';
import { openMissingAccounts } from '#server/ledger/commands/accounts.ts';
import { systemContext } from '#server/members/members.testing.ts';
import { importMemberships } from '#server/memberships/commands/sweeps.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { testApp } from '#test/database.ts';
import { copy } from './copy.ts';
import { generateMembers } from './generate.ts';
import { divergenceKinds, type Label, plant } from './partners.ts';
import { makePerson } from './people.ts';
import { createRandom } from './random.ts';

const app = testApp();
const now = Date.UTC(2026, 5, 1);

test('the same seed makes the same people', () => {
  const people = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 50 }, (_, index) => makePerson(random, index, now));
  };
  expect(people(7)).toEqual(people(7));
  expect(people(7)).not.toEqual(people(8));
});

test('members, histories and positions are whole', async () => {
  const { sql } = app.current.database;
  await installPlans(sql);
  const labels: Label[] = [];
  const random = createRandom(1);
  const made = await generateMembers(app.current, {
    members: 1_500,
    seed: 42,
    now,
    onChunk: async (members) => {
      labels.push(...members.flatMap((member) => plant(random, member).label ?? []));
    },
  });
  const [counts] = await sql<{ members: number; users: number; events: number; last: number; gaps: number }[]>`
    select (select count(*)::int from members) as members, (select count(*)::int from users) as users,
      (select count(*)::int from events) as events, (select max(position)::int from event_positions) as last,
      (select count(*)::int from events where tableoid = 'events_default'::regclass) as gaps`;
  expect(counts).toEqual({ members: 1_500, users: 1_500, events: made.events, last: made.events, gaps: 0 });
  const wrong = await sql`
    select m.id from members m join streams s on s.stream = 'member-' || m.id where s.version <> m.version`;
  expect(wrong).toEqual([]);
  const disordered = await sql`
    select 1 from (
      select e.version, lag(e.version) over (partition by e.stream order by p.position) as before
      from event_positions p join events e on e.id = p.event_id and e.recorded_at = p.recorded_at) as t
    where before is not null and version <> before + 1`;
  expect(disordered).toEqual([]);
  const [paid] = await sql<{ missing: number; apart: number }[]>`
    select (select count(*)::int from members m where paid_until is not null and status <> 'pending'
        and not exists (select from memberships ms where ms.member_id = m.id and ms.ends_on = m.paid_until + 1)) as missing,
      (select count(*)::int from (select upper(period) <> lead(lower(period)) over (partition by membership_id order by period) as gap
        from membership_periods) as t where gap) as apart`;
  expect(paid).toEqual({ missing: 0, apart: 0 });
  // Nothing is left for the first hour of the house to make up.
  expect(await inTransaction(systemContext(app.current), (tx) => openMissingAccounts(tx, 10))).toBe(0);
  expect(await inTransaction(systemContext(app.current), (tx) => importMemberships(tx, 10))).toBe(0);
  const accounts =
    await sql`select 1 from accounts a join account_balances b on b.account_id = a.id where member_id is not null`;
  expect(accounts.length).toBeGreaterThan(1_300);
  expect(new Set(labels.map((label) => label.kind))).toEqual(new Set(divergenceKinds));
});

test('what is copied reads back as it was, whatever letters it has', async () => {
  const rows = [
    {
      text: 'tab\tline\nreturn\rback\\slash \\N \\. "quoted" Ünï☎',
      number: 7,
      words: ['a"b', 'c\\d', ''],
      data: { a: 'x\ty\\"' },
    },
    { text: '', number: 0, words: [], data: {} },
    { text: null, number: null, words: null, data: null },
  ];
  const read = await app.current.database.sql.begin(async (tx) => {
    await tx`create temporary table copied (text text, number integer, words text[], data jsonb) on commit drop`;
    await copy(tx as TransactionSql, 'copied', rows);
    return tx`select * from copied order by number desc nulls last`;
  });
  expect([...read]).toEqual(rows);
});
