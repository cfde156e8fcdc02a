import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { contextOf } from '#server/access/access.testing.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { testApp } from '#test/database.ts';
import { act } from './commands/actions.ts';
import { closeHelpRequest, replyToHelpRequest, requestHelp } from './commands/help.ts';
import { updateProfile } from './commands/profile.ts';
import { joined, staffContext } from './members.testing.ts';
import { exportMember } from './queries/export.ts';
import { getMember } from './queries/member.ts';

const app = testApp();

test('the export holds events in the clear, the trail, apps, calls to partners and answered questions; and nobody else’s', async () => {
  const { sql } = app.current.database;
  const other = await joined(app.current, { familyName: 'Somebody-Else' });
  const { memberId, userId, ctx, input } = await joined(app.current);
  await updateProfile(ctx, memberId, { phone: '+49 30 5550123' }, null);
  const { id } = await requestHelp(ctx, memberId, { topic: 'data', message: 'What do you hold?' });
  const staff = staffContext(app.current);
  await replyToHelpRequest(staff, id, { text: 'All of this.', close: false });
  await closeHelpRequest(staff, id, 'sent by mail');
  await getMember(staff, memberId);
  const sessionId = await aMobileSession(userId);
  await act(staff, memberId, 'note', 'asked for their data');
  const now = '2026-05-04 10:20:30.123456+02';
  await sql`
    insert into mails (id, member_id, user_id, template, input_sealed, subject_id, message_id, correlation_id, status, sent_at, created_at)
    values (${uuidv7()}, ${memberId}, ${userId}, 'welcome', '', ${memberId}, ${uuidv7()}, ${uuidv7()}, 'sent', ${now}, ${now})`;
  await sql`
    insert into member_timeline (member_id, position, at, type, system, summary, event_id, correlation_id, actor)
    values (${memberId}, 1, ${now}, 'x', 'guildhall', 'X', ${uuidv7()}, ${uuidv7()}, 'user')`;
  await sql`
    insert into notifications (id, user_id, member_id, kind, title, body, created_at, read_at)
    values (${uuidv7()}, ${userId}, ${memberId}, 'x', 'X', 'X', ${now}, ${now})`;
  await sql`
    insert into sync_states (member_id, system, record_id, ack_version, ack_at) values (${memberId}, 'crm', '1', 1, ${now})`;
  for (const about of [memberId, other.memberId]) {
    await sql`
      insert into partner_calls (id, at, system, operation, member_id, outcome, duration_ms, correlation_id)
      values (${uuidv7()}, now(), 'crm', 'upsert', ${about}, 'ok', 12, ${uuidv7()})`;
  }
  await signIn(contextOf(app.current), { email: input.email, password: 'correct horse battery' });

  const held = await exportMember(ctx, memberId);

  expect(held.events).toMatchObject([
    { type: 'member.registered', data: { givenName: input.givenName, email: input.email } },
    { type: 'member.profile.updated', data: { changes: { phone: '+49 30 5550123' } } },
    { type: 'support.requested', data: { topic: 'data' } },
    { type: 'support.replied' },
    { type: 'support.answered' },
  ]);
  const utc = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  for (const [action, actorKind] of [
    ['member.update', 'user'],
    ['member.read', 'user'],
    ['help.close', 'user'],
    ['member.join', 'anonymous'],
  ]) {
    expect(held.audit).toContainEqual({ action, at: utc, actorKind });
  }
  expect(held.helpRequests).toMatchObject([
    { message: 'What do you hold?', closedAt: utc, replies: [{ text: 'All of this.' }] },
  ]);
  expect(held.apps).toEqual([
    { client: 'Guildhall mobile', scopes: ['self'], sessionId, grantedAt: utc, lastUsedAt: null, endsAt: utc },
  ]);
  expect(held.callsToPartners).toEqual([{ at: utc, system: 'crm', operation: 'upsert', outcome: 'ok' }]);
  expect(held.sessions).toMatchObject([{ kind: 'mobile' }, { kind: 'browser' }]);
  expect(JSON.stringify(held)).not.toMatch(/sealed:|Somebody-Else/);
  const times = timesIn(held);
  expect(times.length).toBeGreaterThan(25);
  for (const [name, time] of times) expect(time, name).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
});

async function aMobileSession(userId: string): Promise<string> {
  const { sql } = app.current.database;
  const sessionId = uuidv7();
  await sql`
    insert into oauth_clients (id, name, scopes, grants) values ('mobile', 'Guildhall mobile', '{self}', '{authorization_code}')`;
  await sql`
    insert into sessions (id, user_id, kind, expires_at) values (${sessionId}, ${userId}, 'mobile', now() + interval '30 days')`;
  await sql`
    insert into oauth_refresh_tokens (token_hash, client_id, session_id, scopes, expires_at)
    values ('hash', 'mobile', ${sessionId}, '{self}', now() + interval '30 days')`;
  return sessionId;
}

/** Everything that reads like a time with a clock, and everything that is called one, by the name it stands under. */
function timesIn(value: unknown, name = ''): [name: string, time: string][] {
  if (typeof value === 'string')
    return /^at$|At$/.test(name) || /^\d{4}-\d\d-\d\d[ T]/.test(value) ? [[name, value]] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([inner, item]) => timesIn(item, Array.isArray(value) ? name : inner));
}
