import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { rawHttp, testWeb } from '#server/gateway/web.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { aProduct, card, place, untilOrder } from '#server/orders/orders.testing.ts';
import { testApp } from '#test/database.ts';
import { tellOfExpiringCards } from './commands/expiry.ts';
import { resolvePaymentMethod } from './queries/resolve.ts';
import { lastMonthToTell } from './rules.ts';
import type { CardView } from './shapes.ts';

vi.setConfig({ testTimeout: 60_000 });
let sandbox: Sandbox;
let worker: Worker;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '1500',
  DATABASE_POOL: '14',
}));
const server = testWeb(app);
beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});
afterEach(() => sandbox.faults.clear());

const sql = () => app.current.database.sql;
const system = () => createContext(app.current, { actor: { kind: 'system', name: 'test' } });
const gateway = () => partnersOf(app.current).gateway();

/** A member who keeps no card yet. */
async function somebody(name: string): Promise<Person> {
  const person = await aMember(app.current, name);
  await sql()`delete from cards where member_id = ${person.memberId}`;
  return person;
}

async function call(person: Person, method: string, path: string, body?: object, key?: string) {
  const answer = await rawHttp(server.url, {
    method,
    path: `/api/v1${path}`,
    headers: {
      ...person.caller.headers,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: answer.text === '' ? null : JSON.parse(answer.text) };
}
const add = (person: Person, paymentMethod: string, more: object = {}) =>
  call(person, 'POST', '/cards', { paymentMethod, ...more });
const cardsOf = async (person: Person): Promise<CardView[]> => (await call(person, 'GET', '/cards')).body.data;
const customerOf = async ({ memberId }: Person): Promise<string> => {
  const [row] = await sql()`select customer_id from gateway_customers where member_id = ${memberId}`;
  return row?.customer_id;
};
const typesOf = async (cardId: string) =>
  (await sql()`select type from events where stream = ${`card-${cardId}`} order by version`).map((row) => row.type);

describe('a card', () => {
  it('is kept with its brand, last digits and expiry; the first is the default', async () => {
    const ada = await somebody('ada');
    const first = await add(ada, 'pm_card_visa');
    expect(first).toMatchObject({
      status: 201,
      body: { status: 'active', brand: 'visa', last4: '4242', default: true, useForRenewals: false, nextAction: null },
    });
    const second = await add(ada, 'pm_card_mastercard', { useForRenewals: true });
    expect(second.body).toMatchObject({ default: false, useForRenewals: true });
    const third = await add(ada, 'pm_card_amex', { default: true, useForRenewals: true });
    expect(
      (await cardsOf(ada)).map(({ last4, default: proposed, useForRenewals }) => [last4, proposed, useForRenewals]),
    ).toEqual([
      ['0005', true, true],
      ['4444', false, false],
      ['4242', false, false],
    ]);
    expect(await typesOf(third.body.id)).toEqual(['card.added']);
    expect(await gateway().listPaymentMethods(await customerOf(ada))).toHaveLength(3);
  });

  it('that comes a second time is the one that was there', async () => {
    const ada = await somebody('ada');
    const first = await add(ada, 'pm_card_visa');
    const again = await add(ada, 'pm_card_visa', { useForRenewals: true });
    expect(again.body).toMatchObject({ id: first.body.id, useForRenewals: true });
    expect(await cardsOf(ada)).toHaveLength(1);
    await eventually(async () => expect(await gateway().listPaymentMethods(await customerOf(ada))).toHaveLength(1));
  });

  it('is one, however often the same request comes at once', async () => {
    const ada = await somebody('ada');
    const key = uuidv7();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call(ada, 'POST', '/cards', { paymentMethod: 'pm_card_visa' }, key)),
    );
    const done = answers.filter(({ status }) => status !== 409);
    expect(new Set(done.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const [row] = await sql()`select count(*)::int as n from cards where member_id = ${ada.memberId}`;
    expect(row?.n).toBe(1);
  });

  it('and many at once of one number are one', async () => {
    const ada = await somebody('ada');
    const answers = await Promise.all(Array.from({ length: 6 }, () => add(ada, 'pm_card_visa')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(await cardsOf(ada)).toHaveLength(1);
  });

  it.each([
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
    ['pm_there_is_no_such_card', 'resource_missing'],
  ])('%s is refused with words, and not kept', async (paymentMethod, code) => {
    const ada = await somebody('ada');
    const answer = await add(ada, paymentMethod);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'paymentMethod', message: code }] } });
    expect(answer.body.detail).not.toContain('charged');
    expect(await cardsOf(ada)).toEqual([]);
  });

  it('of which the bank wants to know is kept when its holder has confirmed', async () => {
    const ada = await somebody('ada');
    const asked = await add(ada, 'pm_card_authenticationRequiredOnSetup', { default: true });
    expect(asked).toMatchObject({ status: 202, body: { status: 'requires_action', nextAction: { type: 'redirect' } } });
    const { id, nextAction } = asked.body;
    expect((await call(ada, 'POST', `/cards/${id}/confirmations`)).body.status).toBe('requires_action');
    await fetch(nextAction.url, {
      method: 'POST',
      body: new URLSearchParams({ answer: 'approve' }),
      redirect: 'manual',
    });
    const confirmed = await call(ada, 'POST', `/cards/${id}/confirmations`);
    expect(confirmed.body).toMatchObject({ id, status: 'active', default: true, nextAction: null });
    expect(await typesOf(id)).toEqual(['card.added']);
  });

  it('and not when they have not', async () => {
    const ada = await somebody('ada');
    const { id, nextAction } = (await add(ada, 'pm_card_authenticationRequiredOnSetup')).body;
    await fetch(nextAction.url, { method: 'POST', body: new URLSearchParams({ answer: 'fail' }), redirect: 'manual' });
    const confirmed = await call(ada, 'POST', `/cards/${id}/confirmations`);
    expect(confirmed.body).toMatchObject({ status: 'failed', failure: { code: expect.any(String) } });
  });

  it('that the gateway cannot answer for now is kept later', async () => {
    const ada = await somebody('ada');
    sandbox.faults.set({ partner: 'gateway', fault: 'fail', rate: 1 });
    const asked = await add(ada, 'pm_card_visa');
    expect(asked).toMatchObject({ status: 202, body: { status: 'pending' } });
    sandbox.faults.clear();
    await sql()`update pgboss.job set start_after = now() where name = 'card-setups' and state in ('created', 'retry')`;
    await eventually(
      async () => expect(await cardsOf(ada)).toMatchObject([{ id: asked.body.id, last4: '4242' }]),
      15_000,
    );
  });

  it('is forgotten here and at the gateway; another becomes the default', async () => {
    const ada = await somebody('ada');
    const [visa, master] = [await add(ada, 'pm_card_visa'), await add(ada, 'pm_card_mastercard')];
    expect((await call(ada, 'DELETE', `/cards/${visa.body.id}`)).status).toBe(204);
    expect(await cardsOf(ada)).toMatchObject([{ id: master.body.id, default: true }]);
    expect(await typesOf(visa.body.id)).toEqual(['card.added', 'card.removed']);
    await eventually(async () => expect(await gateway().listPaymentMethods(await customerOf(ada))).toHaveLength(1));
    expect((await call(ada, 'DELETE', `/cards/${visa.body.id}`)).status).toBe(404);
  });

  it('is chosen by its holder, as the default and for renewals', async () => {
    const ada = await somebody('ada');
    await add(ada, 'pm_card_visa');
    const { id } = (await add(ada, 'pm_card_mastercard')).body;
    expect((await call(ada, 'POST', `/cards/${id}/default`)).body.default).toBe(true);
    expect((await call(ada, 'PUT', `/cards/${id}/renewals`, { use: true })).body.useForRenewals).toBe(true);
    expect((await call(ada, 'PUT', `/cards/${id}/renewals`, { use: false })).body.useForRenewals).toBe(false);
    expect((await cardsOf(ada)).filter((one) => one.default)).toHaveLength(1);
  });

  it('of somebody else is not there', async () => {
    const [ada, bob] = [await somebody('ada'), await somebody('bob')];
    const { id } = (await add(ada, 'pm_card_visa')).body;
    const tries = [
      call(bob, 'DELETE', `/cards/${id}`),
      call(bob, 'POST', `/cards/${id}/default`),
      call(bob, 'POST', `/cards/${id}/confirmations`),
      call(bob, 'PUT', `/cards/${id}/renewals`, { use: true }),
    ];
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(await cardsOf(ada)).toHaveLength(1);
  });
});

describe('what a payment is made with', () => {
  it('is one’s own card by its id, or the gateway’s name for one', async () => {
    const [ada, bob] = [await somebody('ada'), await somebody('bob')];
    const { id } = (await add(ada, 'pm_card_visa')).body;
    expect(await resolvePaymentMethod(system(), ada.memberId, id)).toMatchObject({ cardId: id, last4: '4242' });
    expect(await resolvePaymentMethod(system(), ada.memberId, 'pm_card_visa')).toMatchObject({
      cardId: null,
      paymentMethodId: 'pm_card_visa',
    });
    const wrong = [
      [bob.memberId, id],
      [ada.memberId, uuidv7()],
      [ada.memberId, '4242424242424242'],
      [ada.memberId, 'pm_'],
    ] as const;
    for (const [memberId, input] of wrong) {
      await expect(resolvePaymentMethod(system(), memberId, input)).rejects.toMatchObject({ code: 'rule_violated' });
    }
    await call(ada, 'DELETE', `/cards/${id}`);
    await expect(resolvePaymentMethod(system(), ada.memberId, id)).rejects.toMatchObject({ code: 'rule_violated' });
  });

  it('is kept when its payer wants that, and pays again by itself', async () => {
    const ada = await somebody('ada');
    const product = await aProduct(app.current, { digital: true });
    const order = await place(app.current, ada.memberId, [product.line()], card('pm_card_visa', { save: true }));
    await untilOrder(app.current, order.id, 'completed', 30_000);
    await eventually(async () => expect(await cardsOf(ada)).toMatchObject([{ last4: '4242', default: true }]));
    const [kept] = await cardsOf(ada);
    const choice = await resolvePaymentMethod(system(), ada.memberId, kept?.id ?? '');
    const again = await place(
      app.current,
      ada.memberId,
      [product.line()],
      card(choice.paymentMethodId, { offSession: true }),
    );
    await untilOrder(app.current, again.id, 'completed', 30_000);
  });
});

describe('a card that runs out', () => {
  it.each([
    ['2026-11-01T00:00:00Z', { year: 2026, month: 11 }],
    ['2026-11-21T00:00:00Z', { year: 2026, month: 11 }],
    ['2026-10-31T23:59:59Z', { year: 2026, month: 10 }],
    ['2026-12-05T00:00:00Z', { year: 2026, month: 12 }],
    ['2026-12-01T00:00:00Z', { year: 2026, month: 11 }],
  ])('is told of thirty days before: at %s', (now, expected) => {
    expect(lastMonthToTell(new Date(now))).toEqual(expected);
  });

  it('is told of once for each expiry', async () => {
    const ada = await somebody('ada');
    const { id } = (await add(ada, 'pm_card_visa')).body;
    const now = new Date();
    await sql()`update cards set exp_year = ${now.getUTCFullYear()}, exp_month = ${now.getUTCMonth() + 1} where id = ${id}`;
    const lastDay = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0));
    const ctx = { ...system(), now: () => lastDay };
    expect(await inTransaction(ctx, (tx) => tellOfExpiringCards(tx, 10))).toBe(1);
    expect(await inTransaction(ctx, (tx) => tellOfExpiringCards(tx, 10))).toBe(0);
    expect(await typesOf(id)).toEqual(['card.added', 'card.expiring']);
  });
});
