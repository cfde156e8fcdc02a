import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { open } from '#server/crypto/seals.ts';
import { replyToHelpRequest, requestHelp } from '#server/members/commands/help.ts';
import { joined, personContext, staffContext, systemContext } from '#server/members/members.testing.ts';
import { testApp } from '#test/database.ts';
import { markRead } from './commands.ts';
import { deliverMail } from './mail.ts';

const app = testApp();
const sql = () => app.current.database.sql;

test('that one’s profile was changed is not written to an address that nobody proved', async () => {
  const { memberId, userId } = await joined(app.current);
  const job = { template: 'profile-updated' as const, memberId, userId: null, facts: { fields: ['phone'] } };
  const isMade = async () => {
    const mailId = uuidv7();
    // No mail server listens here: what is made stays queued.
    await deliverMail(systemContext(app.current), { ...job, mailId }).catch(() => {});
    return (await sql()`select 1 from mails where id = ${mailId}`).length === 1;
  };
  expect(await isMade()).toBe(false);
  await sql()`update users set email_verified_at = now() where id = ${userId}`;
  expect(await isMade()).toBe(true);
});

test('that a notification was read leaves an entry', async () => {
  const { memberId, userId } = await joined(app.current);
  const id = uuidv7();
  await sql()`
    insert into notifications (id, user_id, member_id, kind, title, body, created_at)
    values (${id}, ${userId}, ${memberId}, 'test', 'T', 'B', now())`;
  await markRead(personContext(app.current, { userId, memberId }), id);
  const entries =
    await sql()`select actor_id from audit_entries where action = 'notification.read' and resource_id = ${id}`;
  expect(entries).toEqual([{ actor_id: userId }]);
});

test('what staff answered is mailed to the address that was proved, and to no other', async () => {
  const { memberId, userId, ctx, input } = await joined(app.current);
  const { id } = await requestHelp(ctx, memberId, { topic: 'payment', message: 'Twice charged?' });
  await replyToHelpRequest(staffContext(app.current), id, { text: 'Refunded.\n\nKind regards\nTom', close: true });
  const [reply] = await sql()<{ id: string }[]>`select id from help_replies where request_id = ${id}`;
  const job = {
    template: 'help-request-replied' as const,
    memberId,
    userId: null,
    facts: { replyId: reply?.id ?? '' },
  };
  const made = async () => {
    const mailId = uuidv7();
    // No mail server listens here: what is made stays queued.
    await deliverMail(systemContext(app.current), { ...job, mailId }).catch(() => {});
    const [mail] = await sql()<{ sealed: string }[]>`select input_sealed as sealed from mails where id = ${mailId}`;
    const key = await app.current.dataKeys.find(sql(), memberId);
    return mail && key ? JSON.parse(open(key, 'mailInput', mail.sealed)) : null;
  };
  expect(await made()).toBe(null);
  await sql()`update users set email_verified_at = now() where id = ${userId}`;
  expect(await made()).toMatchObject({
    to: input.email,
    input: {
      topic: 'Payments',
      reference: id.slice(-8).toUpperCase(),
      paragraphs: ['Refunded.', 'Kind regards', 'Tom'],
    },
  });
});
