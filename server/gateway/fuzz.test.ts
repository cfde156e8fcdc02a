import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { aUser } from '#server/access/access.testing.ts';
import { professional } from '#server/members/members.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { aMember, type Caller, type OwnedThings, otherCallers } from './callers.testing.ts';
import { type AnyRoute, fullPath } from './route.ts';
import { routes } from './routes.ts';
import { type Known, valuesFor } from './schema-values.testing.ts';
import { type HttpAnswer, rawHttp, testWeb } from './web.testing.ts';

const app = testApp();
const server = testWeb(app);
const runs = rounds(10, 120);
/** Routes for which something sent was good enough to be done. */
const reached = new Set<string>();
/** What was done by a request that is no GET: the route and the request's correlation id. */
const written: [name: string, correlationId: string][] = [];
const correlationOf = (answer: HttpAnswer) => String(answer.headers['x-correlation-id']);
let known: Known;
/** The records of a route’s `{id}`, by the noun before it. None that a caller needs in order to go on. */
let records: Record<string, readonly string[]>;
let callers: Caller[];

beforeAll(async () => {
  await prepareQueues(app.current, queues);
  const [ada, victim] = [await aMember(app.current, 'ada'), await aMember(app.current, 'victim')];
  const both = (thing: keyof OwnedThings) => [ada[thing], victim[thing]];
  const others = await otherCallers(app.current);
  callers = [ada.caller, ...others.filter(({ name }) => ['nobody', 'staff', 'admin', 'auditor'].includes(name))];
  const own = { ids: [victim.memberId, victim.sessionId, victim.notificationId, professional, uuidv7()] };
  const plain = await aUser(app.current, { roles: ['staff'] });
  records = {
    members: [victim.memberId],
    sessions: [victim.sessionId],
    users: [plain.id],
    notifications: both('notificationId'),
    accounts: both('accountId'),
    cards: both('cardId'),
    payments: both('paymentId'),
    documents: both('documentId'),
    orders: both('orderId'),
    loans: both('loanId'),
    memberships: both('membershipId'),
    plans: [professional],
    products: await idsIn('products'),
    'loan-products': await idsIn('loan_products'),
    entries: await idsIn('journal_entries'),
    events: await idsIn('events'),
    audit: await idsIn('audit_entries'),
    sagas: await idsIn('sagas'),
  };
  known = {
    ...own,
    byName: {
      memberId: [victim.memberId],
      planId: records.plans ?? [],
      productId: records.products ?? [],
      fromAccountId: [ada.accountId],
      toAccountId: [victim.accountId],
      paymentMethod: ['pm_card_visa', 'pm_card_chargeDeclined', ada.cardId],
      currency: ['EUR'],
      amount: [1, 500],
    },
  };
});

const idsIn = async (table: string) =>
  (
    await app.current.database.sql<{ id: string }[]>`select id::text from ${app.current.database.sql(table)} limit 5`
  ).map(({ id }) => id);

interface Shot {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

/** For `{id}`: records of the kind that the path is about. */
const of = (route: AnyRoute): Known => {
  const noun = /([a-z-]+)\/\{id\}/.exec(route.path)?.[1] ?? '';
  return { ...known, byName: { ...known.byName, id: records[noun] ?? [] } };
};

function shots(route: AnyRoute): fc.Arbitrary<Shot> {
  const object = (schema: AnyRoute['params']) =>
    schema
      ? valuesFor(schema, of(route)).map((value) => (typeof value === 'object' && value !== null ? { ...value } : {}))
      : fc.constant({});
  return fc.record({
    params: object(route.params),
    query: object(route.query),
    body: route.kind === 'json' && route.body ? valuesFor(route.body, known) : fc.constant(undefined),
  });
}

const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
/** Lone surrogates cannot be sent in an address. */
const encoded = (value: unknown) => encodeURIComponent(textOf(value).toWellFormed());

function fire(route: AnyRoute, caller: Caller, shot: Shot): Promise<HttpAnswer> {
  const path = fullPath(route).replace(/\{(\w+)\}/g, (_, name: string) => encoded(shot.params[name] ?? 'x') || 'x');
  const query = Object.entries(shot.query).map(
    ([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encoded(value)}`,
  );
  const form = route.kind === 'json' && route.bodyType === 'form';
  const sends = route.kind === 'json' && route.body !== undefined;
  return rawHttp(server.url, {
    method: route.method.toUpperCase(),
    path: query.length > 0 ? `${path}?${query.join('&')}`.slice(0, 8_000) : path.slice(0, 8_000),
    headers: {
      ...caller.headers,
      ...(sends ? { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' } : {}),
    },
    ...(sends ? { body: form ? formOf(shot.body) : JSON.stringify(shot.body) } : {}),
  });
}

const formOf = (body: unknown) =>
  typeof body === 'object' && body !== null
    ? Object.entries(body)
        .map(([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encoded(value)}`)
        .join('&')
    : 'x';

/** What comes back is a problem, or what the route declares: for what it declares the gateway has checked it. */
function check(route: AnyRoute, answer: HttpAnswer): void {
  const type = answer.headers['content-type'] ?? '';
  expect(answer.status, answer.text.slice(0, 500)).toBeLessThan(500);
  if (type === 'application/problem+json') {
    const problem = JSON.parse(answer.text);
    expect(problem).toMatchObject({
      status: answer.status,
      title: expect.any(String),
      correlationId: expect.any(String),
    });
    return;
  }
  if (answer.status === 204) expect(answer.text).toBe('');
  else if (route.kind === 'json')
    expect(route.response.schema.safeParse(JSON.parse(answer.text)).error?.issues ?? []).toEqual([]);
  else expect(answer.status).toBe(200);
}

/** What succeeds also where there is nothing to do, and then leaves no entry. */
const unaudited: Record<string, string> = {
  'POST /api/v1/cart/quote': 'a question: nothing is written',
  'DELETE /api/v1/sessions': 'no other device is signed in',
  'POST /api/v1/users/{id}/disable': 'disabled already',
  'POST /api/v1/users/{id}/enable': 'enabled already',
  'PUT /api/v1/users/{id}/roles': 'they have these already',
  'POST /api/v1/cards/{id}/confirmations': 'the bank has not been asked',
  'POST /api/v1/payments/{id}/confirmations': 'the gateway has no news',
  'DELETE /api/v1/members/{id}/pending-email': 'no address waits',
  'PUT /api/v1/memberships/{id}/auto-renewal': 'it is so already',
  'POST /api/v1/dead-letters/redrive': 'no letter fits',
};

describe('every route, whatever it is sent', () => {
  it.each(routes.map((route) => [`${route.method.toUpperCase()} ${fullPath(route)}`, route] as const))(
    '%s',
    async (name, route) => {
      for (const caller of callers) {
        await fc.assert(
          fc.asyncProperty(shots(route), async (shot) => {
            const answer = await fire(route, caller, shot);
            check(route, answer);
            if (answer.status < 300) reached.add(name);
            if (answer.status < 300 && route.method !== 'get') written.push([name, correlationOf(answer)]);
          }),
          { numRuns: runs, endOnFailure: true },
        );
      }
    },
    rounds(60_000, 900_000),
  );

  it('leaves an audit entry of everything that was done', async () => {
    const ids = written.map(([, id]) => id);
    const audited = await app.current.database.sql`
      select distinct correlation_id as id from audit_entries where correlation_id = any(${ids})`;
    const found = new Set(audited.map(({ id }) => id));
    const silent = new Set(written.filter(([, id]) => !found.has(id)).map(([name]) => name));
    expect([...silent].filter((name) => !(name in unaudited))).toEqual([]);
    expect(found.size).toBeGreaterThan(0);
  });

  it('gets past the parsing of most', () => {
    const missed = routes
      .map((one) => `${one.method.toUpperCase()} ${fullPath(one)}`)
      .filter((one) => !reached.has(one));
    expect(missed.length, missed.join(', ')).toBeLessThan(routes.length * 0.5);
  });
});
