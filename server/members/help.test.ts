import { expect, test } from 'vitest';
import { testApp } from '#test/database.ts';
import { act } from './commands/actions.ts';
import { closeHelpRequest, replyToHelpRequest, requestHelp } from './commands/help.ts';
import { joined, personContext, staffContext } from './members.testing.ts';
import { listHelpRequests, ownHelpRequests } from './queries/help.ts';
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

test('an answer is sealed for who asked, who reads it beside the question; it closes the request, or leaves it open', async () => {
  const { sql } = app.current.database;
  const { memberId, ctx } = await joined(app.current);
  const { id } = await requestHelp(ctx, memberId, { topic: 'payment', message: 'Twice charged?' });
  const staff = staffContext(app.current);
  await replyToHelpRequest(staff, id, { text: 'We look into it.', close: false });
  await replyToHelpRequest(staff, id, { text: 'Refunded.\n\nTom', close: true });
  const replies = [{ text: 'We look into it.' }, { text: 'Refunded.\n\nTom' }];
  const own = await ownHelpRequests(ctx, memberId);
  expect(own).toMatchObject([{ message: 'Twice charged?', status: 'closed', closedAt: expect.any(String), replies }]);
  expect(Object.keys(own[0]?.replies[0] ?? {})).toEqual(['id', 'text', 'createdAt']);
  const { data } = await listHelpRequests(staff, { status: 'closed', memberId, limit: 5 });
  expect(data).toMatchObject([{ reference: own[0]?.reference, mailTo: null, replies }]);

  expect(
    await sql`select data->>'closed' as closed from events where type = 'support.replied' order by version`,
  ).toEqual([{ closed: 'false' }, { closed: 'true' }]);
  expect(await answers(memberId)).toHaveLength(0);
  const trail =
    await sql`select after, subject_id from audit_entries where action = 'help.reply' and resource_id = ${id}`;
  expect(trail).toHaveLength(2);
  expect(trail[0]).toMatchObject({ subject_id: memberId, after: { helpReply: expect.stringMatching(/^sealed:1:/) } });
  const kept = await sql`select text_sealed from help_replies where request_id = ${id}`;
  expect(JSON.stringify(kept)).not.toContain('Refunded');
});

test('nobody answers their own question, one that is closed, or somebody who was erased; others read nothing of it', async () => {
  const { memberId, ctx } = await joined(app.current);
  const { id } = await requestHelp(ctx, memberId, { topic: 'data', message: 'What do you hold?' });
  const answer = { text: 'Everything', close: true };
  const self = personContext(app.current, { memberId, roles: ['staff', 'member'] });
  await expect(replyToHelpRequest(self, id, answer)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(replyToHelpRequest(ctx, id, answer)).rejects.toMatchObject({ code: 'forbidden' });
  const staff = staffContext(app.current);
  await expect(ownHelpRequests(staff, memberId)).rejects.toMatchObject({ code: 'not_found' });
  await closeHelpRequest(staff, id, 'by telephone');
  await expect(replyToHelpRequest(staff, id, answer)).rejects.toMatchObject({ code: 'rule_violated' });
  const erased = await joined(app.current);
  const theirs = await requestHelp(erased.ctx, erased.memberId, { topic: 'other', message: 'Erase me' });
  await act(staffContext(app.current, 'admin'), erased.memberId, 'erase', 'asked');
  await expect(replyToHelpRequest(staff, theirs.id, answer)).rejects.toMatchObject({ code: 'rule_violated' });
  expect(await app.current.database.sql`select 1 from help_replies where request_id in (${id}, ${theirs.id})`).toEqual(
    [],
  );
});

test('staff see where an answer goes: masked, and only when its owner proved the address', async () => {
  const { memberId, userId, ctx, input } = await joined(app.current);
  await requestHelp(ctx, memberId, { topic: 'data', message: 'What do you hold?' });
  await app.current.database.sql`update users set email_verified_at = now() where id = ${userId}`;
  const { data } = await listHelpRequests(staffContext(app.current), { status: 'open', memberId, limit: 5 });
  expect(data[0]?.mailTo).toMatch(/^a\*\*\*@example\.org$/);
  expect(JSON.stringify(data)).not.toContain(input.email);
});
