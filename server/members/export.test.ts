import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { contextOf } from '#server/access/access.testing.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { testApp } from '#test/database.ts';
import { closeHelpRequest, requestHelp } from './commands/help.ts';
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
  await closeHelpRequest(staff, id, 'sent by mail');
  await getMember(staff, memberId);
  const sessionId = await aMobileSession(userId);
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
  expect(held.helpRequests).toMatchObject([{ message: 'What do you hold?', closedAt: expect.any(String) }]);
  expect(held.apps).toEqual([
    { client: 'Guildhall mobile', scopes: ['self'], sessionId, grantedAt: utc, lastUsedAt: null, endsAt: utc },
  ]);
  expect(held.callsToPartners).toEqual([{ at: utc, system: 'crm', operation: 'upsert', outcome: 'ok' }]);
  expect(held.sessions).toMatchObject([{ kind: 'mobile' }, { kind: 'browser' }]);
  expect(JSON.stringify(held)).not.toMatch(/sealed:|Somebody-Else/);
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
