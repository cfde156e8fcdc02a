import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { joined } from '#server/members/members.testing.ts';
import { testApp } from '#test/database.ts';

const app = testApp();
const sql = () => app.current.database.sql;

const nobody = uuidv7();

test.each([
  ['users', { id: uuidv7(), email: 'x@example.test', name: 'X', member_id: nobody }],
  ['sync_states', { member_id: nobody, system: 'crm' }],
  ['help_requests', { id: uuidv7(), member_id: nobody, topic: 'other', message_sealed: '', created_at: '2026-01-01' }],
  ['notifications', { id: uuidv7(), user_id: nobody, kind: 'x', title: 'x', body: 'x', created_at: '2026-01-01' }],
])('%s belong to somebody who is there', async (table, row) => {
  await expect(sql()`insert into ${sql()(table)} ${sql()(row)}`).rejects.toMatchObject({ code: '23503' });
});

test('sessions and sync states are of the kinds that the code knows', async () => {
  const { memberId, userId } = await joined(app.current);
  const insertions = [
    sql()`insert into sessions (id, user_id, kind, expires_at) values (${uuidv7()}, ${userId}, 'fax', now())`,
    sql()`insert into sync_states (member_id, system) values (${memberId}, 'fax')`,
  ];
  for (const insertion of insertions) await expect(insertion).rejects.toMatchObject({ code: '23514' });
});

test('every constraint is validated', async () => {
  const unchecked = await sql()`
    select conname from pg_constraint where not convalidated and connamespace = 'public'::regnamespace`;
  expect(unchecked).toEqual([]);
});

test.each([
  ['mails_queued', `select 1 from mails where status = 'queued'`],
  ['help_requests_open', `select 1 from help_requests where status = 'open' order by created_at, id`],
  ['users_search', `select 1 from users where lower(email) like '%okafor%' or lower(name) like '%okafor%'`],
  ['inbox_handled', `select 1 from inbox where handled_at < now() - interval '90 days'`],
])('%s serves the question that it is there for', async (index, question) => {
  const plan = await sql().begin(async (tx) => {
    // The tables of a test are so small that reading them whole is cheapest.
    await tx`set local enable_seqscan = off`;
    return tx.unsafe(`explain ${question}`);
  });
  expect(JSON.stringify(plan)).toContain(index);
});
