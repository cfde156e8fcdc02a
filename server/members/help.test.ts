import { expect, test } from 'vitest';
import { testApp } from '#test/database.ts';
import { closeHelpRequest, requestHelp } from './commands/help.ts';
import { joined, personContext, staffContext } from './members.testing.ts';
import { listHelpRequests } from './queries/help.ts';
import { helpTopicLabel } from './rules.ts';

const app = testApp();
const answers = (memberId: string) => app.current.database.sql`
  select 1 from events where type = 'support.answered' and data->>'memberId' = ${memberId}`;

test('a question that was answered is not answered again, not by two at once either', async () => {
  const { memberId, ctx } = await joined(app.current);
  const { id } = await requestHelp(ctx, memberId, { topic: 'payment', message: 'Twice charged' });
  const staff = staffContext(app.current);
  await Promise.all(['refunded', 'refunded as well'].map((reason) => closeHelpRequest(staff, id, reason)));
  const [first] = await app.current.database.sql`select status, closed_at from help_requests where id = ${id}`;
  expect(first).toMatchObject({ status: 'closed', closed_at: expect.any(String) });
  await closeHelpRequest(staff, id, 'once more');
  expect(await answers(memberId)).toHaveLength(1);
  expect(await app.current.database.sql`select status, closed_at from help_requests where id = ${id}`).toEqual([first]);
  const entries = await app.current.database.sql`select reason from audit_entries where action = 'help.close'`;
  expect(entries).toEqual([{ reason: expect.stringMatching(/^sealed:1:/) }]);
});

test('nobody closes their own question, and one that is not there is not found', async () => {
  const { memberId, ctx } = await joined(app.current);
  const { id } = await requestHelp(ctx, memberId, { topic: 'data', message: 'What do you hold?' });
  const self = personContext(app.current, { memberId, roles: ['staff', 'member'] });
  await expect(closeHelpRequest(self, id, 'me')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(closeHelpRequest(staffContext(app.current), memberId, 'x')).rejects.toMatchObject({ code: 'not_found' });
  expect(await answers(memberId)).toHaveLength(0);
});

test('a topic reads as its words; what is no topic of ours is something else', () => {
  expect(helpTopicLabel('payment')).toBe('Payments');
  expect(helpTopicLabel('My parrot')).toBe('Something else');
  expect(helpTopicLabel('constructor')).toBe('Something else');
});

test('that questions were read says whose', async () => {
  const { memberId, ctx } = await joined(app.current);
  await requestHelp(ctx, memberId, { topic: 'data', message: 'What do you hold?' });
  await listHelpRequests(staffContext(app.current), { status: 'open', memberId, limit: 5 });
  const [entry] = await app.current.database.sql`
    select after from audit_entries where action = 'help.read' and after->'memberIds' ? ${memberId}`;
  expect(entry?.after).toEqual({ count: 1, memberIds: [memberId] });
});
