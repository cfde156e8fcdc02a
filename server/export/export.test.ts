import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { contextOf } from '#server/access/access.testing.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { createContext } from '#server/context/context.ts';
import { aMember } from '#server/gateway/callers.testing.ts';
import { decideLoan } from '#server/loans/commands/decide.ts';
import { act } from '#server/members/commands/actions.ts';
import { closeHelpRequest, replyToHelpRequest, requestHelp } from '#server/members/commands/help.ts';
import { updateProfile } from '#server/members/commands/profile.ts';
import { joined, staffContext } from '#server/members/members.testing.ts';
import { getMember } from '#server/members/queries/member.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { exportMember } from './queries.ts';

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

test('one’s export holds the addresses that one signed in from, and one’s postal address', async () => {
  const { memberId, ctx, input } = await joined(app.current);
  const somewhere = createContext(app.current, { actor: { kind: 'anonymous' }, sourceAddress: '203.0.113.9' });
  await signIn(somewhere, { email: input.email, password: input.password });
  expect(await exportMember(ctx, memberId)).toMatchObject({
    member: { address: { line1: 'Lindenweg 3' } },
    sessions: [{ address: '203.0.113.9' }],
  });
});

test('it holds what one bought, paid, was lent and is owed; and nobody else’s', async () => {
  await prepareQueues(app.current, queues);
  const [ada, bob] = [await aMember(app.current, 'ada'), await aMember(app.current, 'bob')];
  await decideLoan(staffContext(app.current), { loanId: ada.loanId, decision: 'reject', reason: 'Too much debt' });
  const held = await exportMember(createContext(app.current, { actor: ada.caller.actor }), ada.memberId);
  expect(held).toMatchObject({
    memberships: [{ id: ada.membershipId }],
    orders: [{ id: ada.orderId, items: [{ quantity: 1 }] }],
    payments: [{ id: ada.paymentId, refunds: [] }],
    cards: [{ id: ada.cardId, last4: '4242' }],
    documents: [{ id: ada.documentId, lines: expect.any(Array) }],
    accounts: [{ id: ada.accountId, entries: expect.any(Array) }],
    loans: [{ id: ada.loanId }],
    transfers: [],
    cart: { items: [] },
  });
  const [loan] = held.loans as { answers: { id: string; value: unknown }[]; assessment: unknown; decisions: unknown }[];
  expect(loan?.assessment).toMatchObject({ advice: 'weak', parts: [] });
  expect(loan?.decisions).toEqual([{ kind: 'reject', reason: 'Too much debt', at: expect.any(String) }]);
  expect(loan?.answers).toContainEqual(expect.objectContaining({ id: 'income', value: 350_000 }));
  const text = JSON.stringify(held);
  for (const id of [bob.memberId, bob.orderId, bob.accountId, bob.loanId]) expect(text).not.toContain(id);
  const theirs = createContext(app.current, { actor: bob.caller.actor });
  await expect(exportMember(theirs, ada.memberId)).rejects.toMatchObject({ code: 'not_found' });
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
