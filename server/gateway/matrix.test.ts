import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { may } from '#server/context/actor.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { aMember, type Caller, type OwnedThings, otherCallers, type Person } from './callers.testing.ts';
import { type AnyRoute, fullPath } from './route.ts';
import { routes } from './routes.ts';
import { rawHttp, testWeb } from './web.testing.ts';

const app = testApp(() => ({ LEGACY_DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/legacy' }));
const server = testWeb(app);
let ada: Person;
let bob: Person;
let callers: Caller[];

beforeAll(async () => {
  await prepareQueues(app.current, queues);
  [ada, bob] = [await aMember(app.current, 'ada'), await aMember(app.current, 'bob')];
  callers = [ada.caller, bob.caller, ...(await otherCallers(app.current))];
});

const name = (route: AnyRoute) => `${route.method.toUpperCase()} ${fullPath(route)}`;
const writes = (route: AnyRoute) => route.kind === 'json' && route.method !== 'get';

function call(route: AnyRoute, caller: Caller, id: string, extra: Record<string, string> = {}) {
  const form = route.kind === 'json' && route.bodyType === 'form';
  const body = writes(route) ? (form ? '' : '{}') : undefined;
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return rawHttp(server.url, {
    method: route.method.toUpperCase(),
    path: fullPath(route).replace(/\{\w+\}/g, id),
    headers: { ...caller.headers, ...(body === undefined ? {} : { 'content-type': type }), ...extra },
    ...(body === undefined ? {} : { body }),
  });
}

/** What a request is told before its record is looked at; null when it gets through to that. */
function refusalOf(route: AnyRoute, caller: Caller): 401 | 403 | null {
  if (route.permission === 'public' || route.permission.some((one) => may(caller.actor, one))) return null;
  return caller.actor.kind === 'anonymous' ? 401 : 403;
}

/** What people try in order to be taken for somebody else, or to get past a guard. */
const forged = {
  'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy',
  host: 'localhost:3000',
  'x-forwarded-host': 'localhost:3000',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-proto': 'https',
  'x-real-ip': '127.0.0.1',
  'x-original-url': '/api/health',
  'x-rewrite-url': '/api/health',
  'x-http-method-override': 'GET',
  forwarded: 'for=127.0.0.1;host=localhost',
};

/** Who is meant by the contract's words. An auditor reads what staff and `read:data` read in lists; `*` counts as admin. */
const staff = ['staff', 'admin', 'client *'];
const admin = ['admin', 'client *'];
const people = ['ada', 'bob', 'staff', 'admin', 'auditor', 'admin by mobile app'];
const readData = [...staff, 'auditor', 'client read:data'];
const readStatus = [...staff, 'auditor', 'client read:status'];
const contract: Record<string, { who: readonly string[] | 'anyone'; owned?: keyof OwnedThings }> = {
  'POST /api/v1/members': { who: 'anyone' },
  'GET /api/v1/members': { who: readData },
  'GET /api/v1/members/{id}': { who: ['ada', ...staff], owned: 'memberId' },
  'PATCH /api/v1/members/{id}': { who: ['ada', ...staff], owned: 'memberId' },
  'GET /api/v1/members/{id}/overview': { who: ['ada', ...staff], owned: 'memberId' },
  'GET /api/v1/members/{id}/timeline': { who: ['ada', ...staff], owned: 'memberId' },
  'GET /api/v1/members/{id}/money': { who: staff, owned: 'memberId' },
  'POST /api/v1/members/{id}/actions': { who: staff, owned: 'memberId' },
  'POST /api/v1/members/{id}/reveals': { who: staff, owned: 'memberId' },
  'GET /api/v1/members/{id}/export': { who: ['ada'], owned: 'memberId' },
  'GET /api/v1/members/{id}/help-requests': { who: ['ada'], owned: 'memberId' },
  'POST /api/v1/help-requests/{id}/replies': { who: staff },
  'GET /api/v1/notifications': { who: people },
  'POST /api/v1/notifications/{id}/read': { who: ['ada'], owned: 'notificationId' },
  'GET /api/v1/notifications/stream': { who: people },
  'GET /api/v1/sessions': { who: people },
  'GET /api/v1/plans': { who: 'anyone' },
  'GET /api/v1/accounts': { who: [...people, 'client *'] },
  'GET /api/v1/accounts/{id}': { who: ['ada', ...staff, 'auditor'], owned: 'accountId' },
  'GET /api/v1/accounts/{id}/entries': { who: ['ada', ...staff, 'auditor'], owned: 'accountId' },
  'POST /api/v1/webhooks/stripe': { who: 'anyone' },
  'GET /api/v1/payment-settings': { who: [...people, 'client self', 'client *'] },
  'GET /api/v1/payments': { who: [...people, 'client *'] },
  'GET /api/v1/payments/{id}': { who: ['ada', ...staff, 'auditor'], owned: 'paymentId' },
  'GET /api/v1/payments/{id}/refunds': { who: ['ada', ...staff, 'auditor'], owned: 'paymentId' },
  'POST /api/v1/payments/{id}/refunds': { who: staff },
  'POST /api/v1/refunds/{id}/sent': { who: staff },
  'GET /api/v1/disputes': { who: [...staff, 'auditor'] },
  'GET /api/v1/documents': { who: [...people, 'client *'] },
  'GET /api/v1/documents/{id}': { who: ['ada', ...staff, 'auditor'], owned: 'documentId' },
  'GET /api/v1/documents/{id}/pdf': { who: ['ada', ...staff, 'auditor'], owned: 'documentId' },
  'POST /api/v1/invoices': { who: staff },
  'POST /api/v1/invoices/{id}/payments': { who: staff },
  'GET /api/v1/cards': { who: people },
  'POST /api/v1/cards/{id}/default': { who: ['ada'], owned: 'cardId' },
  'POST /api/v1/cards/{id}/confirmations': { who: ['ada'], owned: 'cardId' },
  'GET /api/v1/products': { who: 'anyone' },
  'GET /api/v1/cart': { who: people },
  'GET /api/v1/orders': { who: [...people, 'client *'] },
  'GET /api/v1/orders/{id}': { who: ['ada', ...staff, 'auditor'], owned: 'orderId' },
  'POST /api/v1/orders/{id}/cancel': { who: ['ada'], owned: 'orderId' },
  'POST /api/v1/orders/{id}/shipments/handed-over': { who: staff, owned: 'orderId' },
  'POST /api/v1/orders/{id}/reveals': { who: staff, owned: 'orderId' },
  'GET /api/v1/loan-products': { who: 'anyone' },
  'GET /api/v1/loans': { who: [...people, 'client *'] },
  'GET /api/v1/loans/{id}': { who: ['ada', ...staff, 'auditor'], owned: 'loanId' },
  'GET /api/v1/loans/{id}/settlement': { who: ['ada', ...staff, 'auditor'], owned: 'loanId' },
  'POST /api/v1/loans/{id}/decisions': { who: staff, owned: 'loanId' },
  'POST /api/v1/loans/{id}/write-offs': { who: staff, owned: 'loanId' },
  'POST /api/v1/loans/{id}/reveals': { who: staff, owned: 'loanId' },
  'GET /api/v1/memberships': { who: people },
  'GET /api/v1/memberships/{id}': { who: ['ada', ...staff, 'auditor'], owned: 'membershipId' },
  'POST /api/v1/memberships/{id}/undo-cancel': { who: ['ada', ...staff], owned: 'membershipId' },
  'GET /api/v1/ledger/trial-balance': { who: [...staff, 'auditor'] },
  'GET /api/v1/ledger/entries': { who: [...staff, 'auditor'] },
  'GET /api/v1/ledger/entries/{id}': { who: [...staff, 'auditor'] },
  'GET /api/v1/ledger/checks': { who: [...staff, 'auditor'] },
  'POST /api/v1/ledger/checks': { who: staff },
  'POST /api/v1/ledger/entries/{id}/reverse': { who: staff },
  'POST /api/v1/ledger/adjustments': { who: staff },
  'GET /api/v1/events': { who: readData },
  'GET /api/v1/events/{id}': { who: readData },
  'GET /api/v1/events/stream': { who: readData },
  'GET /api/v1/schemas': { who: readData },
  'GET /api/v1/schemas/{type}': { who: readData },
  'GET /api/v1/subscriptions': { who: readStatus },
  'POST /api/v1/subscriptions/{name}/pause': { who: admin },
  'POST /api/v1/subscriptions/{name}/resume': { who: admin },
  'GET /api/v1/dead-letters': { who: [...staff, 'auditor'] },
  'POST /api/v1/dead-letters/{id}/redrive': { who: staff },
  'POST /api/v1/dead-letters/{id}/dismiss': { who: staff },
  'POST /api/v1/dead-letters/redrive': { who: staff },
  'GET /api/v1/audit': { who: ['auditor', ...admin] },
  'GET /api/v1/audit/{id}': { who: ['auditor', ...admin] },
  'GET /api/health': { who: 'anyone' },
  'GET /api/ready': { who: 'anyone' },
  'GET /api/metrics': { who: readStatus },
};

/** What the owner is told where their thing is there, and not in a state for this. */
const refusedByState: Record<string, number> = {
  // The loan is only applied for: there is nothing to settle, and nothing is owed.
  'GET /api/v1/loans/{id}/settlement': 422,
  // Only one that waits for its payer can be called off, and this one has not asked for anything yet.
  'POST /api/v1/orders/{id}/cancel': 422,
  // It was not cancelled.
  'POST /api/v1/memberships/{id}/undo-cancel': 422,
  // Nobody resigned.
  'DELETE /api/v1/members/{id}/resignation': 422,
};

describe('authorisation', () => {
  it.each(Object.entries(contract))('is what the contract says of %s', async (said, { who, owned }) => {
    const route = routes.find((one) => name(one) === said);
    if (!route) throw new Error(`${said} is not declared`);
    const wrong: string[] = [];
    for (const caller of callers) {
      const id = owned ? ada[owned] : uuidv7();
      const allowed = who === 'anyone' || who.includes(caller.name);
      for (const written of [id, id.toUpperCase()]) {
        const { status } = await call(route, caller, written);
        // What is not theirs is not there; where nothing is owned, a 404 is about the made-up id.
        const refused = status === 401 || status === 403 || (owned !== undefined && status === 404);
        if (refused === allowed || status === 500) wrong.push(`${caller.name}: ${status} for ${written}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each(routes.map((route) => [name(route), route] as const))('%s', async (_name, route) => {
    const id = uuidv7();
    for (const caller of callers) {
      const refused = refusalOf(route, caller);
      const answers = [
        await call(route, caller, id),
        await call(route, caller, id, forged),
        await call(route, caller, id.toUpperCase()),
      ];
      for (const answer of answers) {
        const who = `${name(route)} by ${caller.name}: ${answer.text.slice(0, 300)}`;
        if (refused !== null) expect(answer.status, who).toBe(refused);
        else {
          // The token endpoint says 401 to a client that does not prove itself.
          if (route.path !== '/oauth/token') expect(answer.status, who).not.toBe(401);
          // Machines hold `self` and have no self: that is said by the command.
          if (caller.actor.kind !== 'client') expect(answer.status, who).not.toBe(403);
          expect(answer.status, who).not.toBe(500);
        }
      }
    }
  });

  it('without a word of difference between what is not theirs and what is not there', async () => {
    const owned: [string, keyof OwnedThings][] = [
      ['/members/{id}', 'memberId'],
      ['/sessions/{id}', 'sessionId'],
      ['/notifications/{id}', 'notificationId'],
      ['/accounts/{id}', 'accountId'],
      ['/loans/{id}', 'loanId'],
      ['/orders/{id}', 'orderId'],
      ['/payments/{id}', 'paymentId'],
      ['/documents/{id}', 'documentId'],
      ['/memberships/{id}', 'membershipId'],
    ];
    const checked: string[] = [];
    for (const route of routes) {
      const thing = owned.find(([prefix]) => route.path === prefix || route.path.startsWith(`${prefix}/`));
      if (!thing || route.permission === 'public' || !route.permission.includes('self')) continue;
      if (route.kind !== 'json' || (route.body && route.method !== 'patch')) continue;
      const told = async (id: string) => {
        const { status, text } = await call(route, bob.caller, id);
        return { status, text: text.replace(/"correlationId":"[^"]+"/, '') };
      };
      const notTheirs = await told(ada[thing[1]]);
      expect([name(route), notTheirs.status]).toEqual([name(route), 404]);
      expect(notTheirs).toEqual(await told(uuidv7()));
      expect(notTheirs).toEqual(await told(ada[thing[1]].toUpperCase()));
      checked.push(name(route));
    }
    // The control: for the owner it is there. Ending the session goes last, for nothing works after it.
    const last = (one: string) => Number(one.startsWith('DELETE')) + Number(one.startsWith('DELETE /api/v1/sessions'));
    for (const one of checked.sort((a, b) => last(a) - last(b))) {
      const route = routes.find((declared) => name(declared) === one);
      const thing = owned.find(([prefix]) => route?.path.startsWith(prefix));
      if (route && thing)
        expect([one, (await call(route, ada.caller, ada[thing[1]])).status]).toEqual([
          one,
          refusedByState[one] ?? expect.toSatisfy((status) => status >= 200 && status < 300),
        ]);
    }
    expect(checked.length).toBeGreaterThan(5);
  });
});
