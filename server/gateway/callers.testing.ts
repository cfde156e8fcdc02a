import { v7 as uuidv7 } from 'uuid';
import { aSignedInUser, aUser, contextOf, type SignedInUser, signedIn } from '#server/access/access.testing.ts';
import { signAccessToken } from '#server/access/access-token.ts';
import { createClient } from '#server/access/commands/clients.ts';
import { startSession } from '#server/access/commands/sessions.ts';
import { type Role, type Scope, scopes } from '#server/access/permissions.ts';
import { type Actor, anonymous } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { inTransaction } from '#server/context/context.ts';
import { aReceiptOf } from '#server/documents/documents.testing.ts';
import { fundedAccountOf } from '#server/ledger/ledger.testing.ts';
import { anApplicationOf } from '#server/loans/loans.testing.ts';
import { joined } from '#server/members/members.testing.ts';
import { aMembershipOf } from '#server/memberships/memberships.testing.ts';
import { aProduct, place } from '#server/orders/orders.testing.ts';

export interface Caller {
  name: string;
  actor: Actor;
  headers: Record<string, string>;
}

export interface OwnedThings {
  memberId: string;
  sessionId: string;
  notificationId: string;
  accountId: string;
  cardId: string;
  paymentId: string;
  documentId: string;
  orderId: string;
  loanId: string;
  membershipId: string;
}

export interface Person extends OwnedThings {
  caller: Caller;
}

/** A member with a record, a session, a notification, an account, a card, a payment, a receipt, an order and a loan that they applied for. */
export async function aMember(app: App, name: string): Promise<Person> {
  const { memberId, userId } = await joined(app);
  const email = `${name}@example.test`;
  const user = await signedIn(app, { id: userId, email, roles: ['member'], memberId });
  const notificationId = uuidv7();
  await app.database.sql`
    insert into notifications (id, user_id, member_id, kind, title, body, created_at)
    values (${notificationId}, ${userId}, ${memberId}, 'test', 'Test', '', now())`;
  const { id: accountId } = await fundedAccountOf(app, memberId, 0);
  const paymentId = uuidv7();
  await app.database.sql`
    insert into payments (id, number, member_id, purpose, method, amount, currency, status, payment_method_id, correlation_id,
      version, created_at, updated_at, settled_at)
    values (${paymentId}, 'P-' || lpad(nextval('payment_numbers')::text, 6, '0'), ${memberId}, 'donation', 'card', 1000, 'EUR',
      'failed', 'pm_x', ${uuidv7()}, 1, now(), now(), now())`;
  const cardId = uuidv7();
  await app.database.sql`
    insert into cards (id, member_id, status, token, payment_method_id, brand, last4, exp_month, exp_year, created_at, updated_at)
    values (${cardId}, ${memberId}, 'active', ${`pm_${cardId.slice(-12)}`}, ${`pm_${cardId.slice(-12)}`}, 'visa', '4242', 12, 2199, now(), now())`;
  const { id: orderId } = await place(app, memberId, [(await aProduct(app)).line()]);
  return {
    memberId,
    sessionId: user.sessionId,
    notificationId,
    accountId,
    cardId,
    paymentId,
    documentId: await aReceiptOf(app, memberId),
    orderId,
    loanId: await anApplicationOf(app, memberId),
    membershipId: await aMembershipOf(app, memberId),
    caller: callerOf(name, user),
  };
}

const callerOf = (name: string, user: SignedInUser): Caller => ({
  name,
  actor: user.actor,
  headers: { cookie: user.cookie },
});

/** Everyone who can knock, but for members: those come with a record. */
export async function otherCallers(app: App): Promise<Caller[]> {
  const roles: Role[] = ['staff', 'admin', 'auditor'];
  const people = await Promise.all(
    roles.map(async (role) => callerOf(role, await aSignedInUser(app, { roles: [role] }))),
  );
  const clients = await Promise.all(scopes.map((scope) => aClient(app, scope)));
  return [{ name: 'nobody', actor: anonymous, headers: {} }, ...people, ...clients, await aMobileUser(app)];
}

async function aClient(app: App, scope: Scope): Promise<Caller> {
  const clientId = `client-${uuidv7()}`;
  await register(app, clientId, [scope]);
  const claims = { clientId, userId: null, sessionId: null, scopes: [scope] };
  const token = await signAccessToken(app, claims, new Date());
  return {
    name: `client ${scope}`,
    actor: { kind: 'client', clientId, scopes: [scope] },
    headers: { authorization: `Bearer ${token}` },
  };
}

/** An admin through the mobile app is held to the app's scope. */
async function aMobileUser(app: App): Promise<Caller> {
  const clientId = `mobile-${uuidv7()}`;
  await register(app, clientId, ['self']);
  const user = await aUser(app, { roles: ['admin'] });
  const sessionId = await inTransaction(contextOf(app), (tx) => startSession(tx, user, 'mobile'));
  const claims = { clientId, userId: user.id, sessionId, scopes: ['self' as const] };
  const token = await signAccessToken(app, claims, new Date());
  const { id: userId, memberId, roles } = user;
  return {
    name: 'admin by mobile app',
    actor: { kind: 'user', userId, memberId, roles, sessionId, scopes: ['self'] },
    headers: { authorization: `Bearer ${token}` },
  };
}

function register(app: App, id: string, allowed: Scope[]) {
  const forPeople = allowed.includes('self');
  return createClient(contextOf(app, { kind: 'system', name: 'test' }), {
    id,
    name: id,
    scopes: allowed,
    grants: [forPeople ? 'authorization_code' : 'client_credentials'],
    redirectUris: forPeople ? [`https://${id}.example/signed-in`] : [],
    public: forPeople,
  });
}
