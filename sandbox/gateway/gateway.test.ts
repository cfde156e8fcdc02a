import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FaultName } from '../faults.ts';
import { type Sandbox, startSandbox } from '../start.ts';
import { testCards } from './cards.ts';
import { decodeForm } from './form.ts';

let sandbox: Sandbox;
let stripe: Stripe;

beforeEach(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
  stripe = client(sandbox.credentials.gateway.secretKey);
});
afterEach(() => sandbox.close());

describe('forms', () => {
  it.each([
    ['a=1&b=x%20y', { a: '1', b: 'x y' }],
    ['a[b][c]=1&a[d]=2', { a: { b: { c: '1' }, d: '2' } }],
    ['expand[0]=x&expand[1]=y', { expand: ['x', 'y'] }],
    ['types[]=x&types[]=y', { types: ['x', 'y'] }],
    ['list[0][id]=1&list[1][id]=2', { list: [{ id: '1' }, { id: '2' }] }],
    ['', {}],
  ])('%s', (text, form) => {
    expect(decodeForm(text)).toEqual(form);
  });
});

describe('the API', () => {
  it('answers as Stripe: version, request id, idempotency key, JSON', async () => {
    const answer = await raw('POST', '/v1/customers', { email: 'ada@example.com' }, { 'idempotency-key': 'k-1' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('request-id')).toMatch(/^req_\w{14}$/);
    expect(answer.headers.get('stripe-version')).toBe(Stripe.API_VERSION);
    expect(answer.headers.get('idempotency-key')).toBe('k-1');
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    expect(await answer.json()).toMatchObject({ id: expect.stringMatching(/^cus_\w{14}$/), object: 'customer' });
  });

  it.each([
    ['GET', '/v1/moons', {}, 404, { type: 'invalid_request_error' }],
    ['GET', '/v1/customers/cus_none', {}, 404, { code: 'resource_missing', param: 'id' }],
    ['POST', '/v1/customers', { moon: '1' }, 400, { code: 'parameter_unknown', param: 'moon' }],
    ['POST', '/v1/payment_intents', { currency: 'eur' }, 400, { code: 'parameter_missing', param: 'amount' }],
    ['POST', '/v1/payment_intents', { amount: '9.5', currency: 'eur' }, 400, { code: 'parameter_invalid_integer' }],
    ['POST', '/v1/payment_intents', { amount: '950', currency: 'euro' }, 400, { param: 'currency' }],
    [
      'POST',
      '/v1/payment_intents',
      { amount: '950', currency: 'eur', 'payment_method_types[0]': 'card' },
      400,
      { code: 'parameter_unknown' },
    ],
    [
      'POST',
      '/v1/payment_intents',
      { amount: '950', currency: 'eur', off_session: 'true' },
      400,
      { param: 'off_session' },
    ],
    [
      'POST',
      '/v1/payment_intents',
      { amount: '950', currency: 'eur', confirm: 'true' },
      400,
      { code: 'payment_intent_unexpected_state' },
    ],
    [
      'POST',
      '/v1/payment_intents',
      { amount: '950', currency: 'eur', confirm: 'true', payment_method: 'pm_card_visa' },
      400,
      { message: expect.stringContaining('return_url') },
    ],
    ['POST', '/v1/payment_methods', { type: 'card', 'card[token]': 'tok_moon' }, 400, { param: 'card[token]' }],
    ['GET', '/v1/payment_intents?limit=101', {}, 400, { param: 'limit' }],
    ['GET', '/v1/payment_intents?expand[0]=data.moon', {}, 200, undefined],
    ['GET', '/v1/balance?expand[0]=moon', {}, 400, { param: 'expand' }],
  ])('%s %s %j is %i', async (method, path, form, status, error) => {
    const answer = await raw(method, path, form);
    expect(answer.status).toBe(status);
    if (error) expect(await answer.json()).toMatchObject({ error });
  });

  it('takes its own keys only, and from a browser little', async () => {
    expect((await raw('GET', '/v1/balance', {}, { authorization: '' })).status).toBe(401);
    const basic = Buffer.from(`${sandbox.credentials.gateway.secretKey}:`).toString('base64');
    expect((await raw('GET', '/v1/balance', {}, { authorization: `Basic ${basic}` })).status).toBe(200);
    const refused = await caught(client('sk_test_moon_1234').balance.retrieve());
    expect(refused).toMatchObject({ statusCode: 401, message: expect.not.stringContaining('moon') });
    const browser = client(sandbox.credentials.gateway.publishableKey);
    expect(await caught(browser.balance.retrieve())).toMatchObject({ statusCode: 403, code: 'secret_key_required' });
    const intent = await pay({ payment_method: 'pm_card_visa' });
    expect(await caught(browser.paymentIntents.retrieve(intent.id))).toMatchObject({ statusCode: 403 });
    const shown = await browser.paymentIntents.retrieve(intent.id, { client_secret: intent.client_secret ?? '' });
    expect(shown.status).toBe('succeeded');
    const wrong = browser.paymentIntents.retrieve(intent.id, { client_secret: `${intent.id}_secret_x` });
    expect(await caught(wrong)).toMatchObject({ statusCode: 400 });
  });

  it('lists newest first, forwards and backwards', async () => {
    for (let count = 0; count < 5; count += 1) await stripe.customers.create({ name: `c-${count}` });
    const names = async (params: Stripe.CustomerListParams) => {
      const page = await stripe.customers.list(params);
      return [page.data.map(({ name }) => name).join(' '), page.has_more];
    };
    expect(await names({ limit: 2 })).toEqual(['c-4 c-3', true]);
    const all = (await stripe.customers.list()).data;
    expect(await names({ limit: 2, starting_after: all[1]?.id ?? '' })).toEqual(['c-2 c-1', true]);
    expect(await names({ limit: 2, starting_after: all[3]?.id ?? '' })).toEqual(['c-0', false]);
    expect(await names({ limit: 2, ending_before: all[3]?.id ?? '' })).toEqual(['c-3 c-2', true]);
    expect(await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 })).toHaveLength(5);
    expect((await stripe.customers.list({ created: { gt: all[0]?.created ?? 0 } })).data).toEqual([]);
  });

  it('expands what is asked, four levels deep', async () => {
    const { id } = await stripe.customers.create();
    await pay({ payment_method: 'pm_card_visa', customer: id });
    const expand = ['data.latest_charge.balance_transaction', 'data.customer', 'data.payment_method'];
    const [intent] = (await stripe.paymentIntents.list({ expand })).data;
    expect(intent).toMatchObject({
      customer: { id, object: 'customer' },
      payment_method: { card: { last4: '4242' } },
      latest_charge: { object: 'charge', balance_transaction: { fee: 40, net: 960, type: 'charge' } },
    });
  });

  it('keeps metadata, clears by an empty value', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
    const changed = await stripe.customers.update(id, { metadata: { a: '', c: '3' } });
    expect(changed.metadata).toEqual({ b: '2', c: '3' });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });

  it('forgets a customer and its cards', async () => {
    const { id } = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    expect(await stripe.customers.del(id)).toMatchObject({ id, deleted: true });
    expect(await caught(stripe.customers.retrieve(id))).toMatchObject({ statusCode: 404 });
    expect(await caught(pay({ payment_method: method.id }))).toMatchObject({ code: 'payment_method_unexpected_state' });
  });

  it('outlives a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'));
    const first = await startSandbox({ dataDir });
    const intent = await pay(
      { payment_method: 'pm_card_visa' },
      'kept',
      client(first.credentials.gateway.secretKey, first),
    );
    await first.close();
    const second = await startSandbox({ dataDir });
    const again = await pay(
      { payment_method: 'pm_card_visa' },
      'kept',
      client(second.credentials.gateway.secretKey, second),
    );
    expect(again.id).toBe(intent.id);
    await second.close();
    await rm(dataDir, { recursive: true });
  });
});

describe('idempotency', () => {
  it('replays the first answer to the same parameters, whatever has happened since', async () => {
    const first = await raw('POST', '/v1/customers', { name: 'Ada' }, { 'idempotency-key': 'k' });
    const made = (await first.json()) as { id: string };
    await stripe.customers.update(made.id, { name: 'Grace' });
    const second = await raw('POST', '/v1/customers', { name: 'Ada' }, { 'idempotency-key': 'k' });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await second.json()).toEqual(made);
  });

  it('refuses the key with other parameters or for another path', async () => {
    await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'k' });
    const error = { statusCode: 400, rawType: 'idempotency_error' };
    expect(await caught(stripe.customers.create({ name: 'Bo' }, { idempotencyKey: 'k' }))).toMatchObject(error);
    expect(await caught(pay({ payment_method: 'pm_card_visa' }, 'k'))).toMatchObject(error);
  });

  it('replays declines, not what was refused before it ran', async () => {
    const decline = await caught(pay({ payment_method: 'pm_card_chargeDeclined' }, 'k-1'));
    const again = await caught(pay({ payment_method: 'pm_card_chargeDeclined' }, 'k-1'));
    expect(again.payment_intent?.id).toBe(decline.payment_intent?.id);
    expect((await stripe.charges.list()).data).toHaveLength(1);
    await caught(stripe.paymentIntents.create({ amount: 1, currency: 'eur' }, { idempotencyKey: 'k-2' }));
    await stripe.paymentIntents.create({ amount: 100, currency: 'eur' }, { idempotencyKey: 'k-2' });
  });

  it('replays a 500 under which the work was done; forgets keys after a day', async () => {
    on('fail-after');
    await caught(pay({ payment_method: 'pm_card_visa' }, 'k'));
    sandbox.faults.clear();
    expect(await caught(pay({ payment_method: 'pm_card_visa' }, 'k'))).toMatchObject({ statusCode: 500 });
    expect((await stripe.charges.list()).data).toHaveLength(1);
    await advance(24 * 3600 + 1);
    expect((await pay({ payment_method: 'pm_card_visa' }, 'k')).status).toBe('succeeded');
  });

  it('answers 409 while the first is under way, also when its client has left', async () => {
    on('slow', 300);
    const hasty = client(sandbox.credentials.gateway.secretKey, sandbox, 50);
    expect(await caught(pay({ payment_method: 'pm_card_visa' }, 'k', hasty))).toMatchObject({
      type: 'StripeConnectionError',
    });
    expect(await caught(pay({ payment_method: 'pm_card_visa' }, 'k'))).toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    sandbox.faults.clear();
    await vi.waitFor(() => pay({ payment_method: 'pm_card_visa' }, 'k'), 5_000);
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });
});

describe('cards', () => {
  it.each(testCards.filter(({ names }) => names.length > 0).map((card) => [card.names[0], card] as const))(
    'pm_card_%s',
    async (name, card) => {
      const tried = await pay({ payment_method: `pm_card_${name}` }).catch((error: Stripe.errors.StripeError) => error);
      if (card.authenticate) expect(tried).toMatchObject({ status: 'requires_action' });
      else if (card.decline) {
        const { code, declineCode } = card.decline;
        expect(tried).toMatchObject({
          statusCode: 402,
          rawType: 'card_error',
          code,
          ...(declineCode ? { decline_code: declineCode } : {}),
        });
        const [charge] = (await stripe.charges.list()).data;
        expect(charge).toMatchObject({ status: 'failed', paid: false, outcome: { type: 'issuer_declined' } });
      } else {
        const expand = { expand: ['latest_charge'] };
        const intent = await stripe.paymentIntents.retrieve((tried as Stripe.PaymentIntent).id, expand);
        expect(intent.latest_charge).toMatchObject({
          status: 'succeeded',
          disputed: card.dispute !== undefined,
          outcome: { type: 'authorized' },
          payment_method_details: { card: { brand: card.brand, last4: card.number.slice(-4) } },
        });
      }
    },
  );

  it.each([
    [{ number: '4242424242424241' }, 'incorrect_number'],
    [{ number: '4111111111111111' }, 'card_declined'],
    [{ exp_month: '13' }, 'invalid_expiry_month'],
    [{ exp_year: '2020' }, 'invalid_expiry_year'],
    [{ cvc: '12' }, 'invalid_cvc'],
  ])('a typed card with %j is refused: %s', async (wrong, code) => {
    const card = { number: '4242424242424242', exp_month: '12', exp_year: '2044', cvc: '123', ...wrong };
    const form = Object.fromEntries(Object.entries(card).map(([name, value]) => [`card[${name}]`, value]));
    const key = `Bearer ${sandbox.credentials.gateway.publishableKey}`;
    const answer = await raw('POST', '/v1/payment_methods', { type: 'card', ...form }, { authorization: key });
    expect(answer.status).toBe(402);
    expect(await answer.json()).toMatchObject({ error: { type: 'card_error', code } });
  });

  it('takes no number from a server, but tokens', async () => {
    const number = { number: '4242424242424242', exp_month: 12, exp_year: 2044 };
    expect(await caught(stripe.paymentMethods.create({ type: 'card', card: number }))).toMatchObject({
      statusCode: 400,
    });
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } });
    expect(method.card).toMatchObject({ brand: 'mastercard', last4: '4444' });
    expect(
      (await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } })).card?.fingerprint,
    ).toBe(method.card?.fingerprint);
  });

  it('is used once, unless it belongs to a customer', async () => {
    const { id } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    await pay({ payment_method: id });
    expect(await caught(pay({ payment_method: id }))).toMatchObject({ code: 'payment_method_unexpected_state' });
    const customer = (await stripe.customers.create()).id;
    const attached = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await pay({ payment_method: attached.id, customer });
    await pay({ payment_method: attached.id, customer });
    expect(await caught(pay({ payment_method: attached.id }))).toMatchObject({ param: 'payment_method' });
    await stripe.paymentMethods.detach(attached.id);
    expect(await caught(stripe.paymentMethods.attach(attached.id, { customer }))).toMatchObject({ statusCode: 400 });
  });

  it('leaves the bank’s page to Stripe.js when nothing leads back', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_threeDSecure2Required',
      allowed_payment_method_types: ['card'],
    });
    expect(intent.next_action).toMatchObject({
      type: 'use_stripe_sdk',
      use_stripe_sdk: { stripe_js: expect.any(String) },
    });
    const failing = { error_on_requires_action: true, confirm: true, payment_method: 'pm_card_authenticationRequired' };
    const params = { amount: 1000, currency: 'eur', allowed_payment_method_types: ['card'], ...failing };
    expect(await caught(stripe.paymentIntents.create(params))).toMatchObject({ code: 'authentication_required' });
  });
});

describe('money', () => {
  it('settles a pending refund, and fails one, by its clock', async () => {
    const pending = await refund('pm_card_pendingRefund');
    const failing = await refund('pm_card_refundFail');
    expect([pending.status, failing.status]).toEqual(['pending', 'succeeded']);
    await advance(120);
    expect((await stripe.refunds.retrieve(pending.id)).status).toBe('succeeded');
    expect(await stripe.refunds.retrieve(failing.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      failure_balance_transaction: expect.stringMatching(/^txn_/),
    });
    const charge = await stripe.charges.retrieve(String(failing.charge));
    expect(charge).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await eventTypes(failing.id)).toEqual([
      'refund.created',
      'refund.updated',
      'charge.refund.updated',
      'refund.failed',
    ]);
  });

  it('keeps time: what is made later is later, and the clock goes back when it is deleted', async () => {
    const { clock } = await advance(30 * 86_400);
    const { created } = await pay({ payment_method: 'pm_card_visa' });
    expect(created).toBeGreaterThanOrEqual(clock.frozen_time);
    expect((await stripe.balance.retrieve()).pending).toMatchObject([{ amount: 960, currency: 'eur' }]);
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + 3 * 86_400 });
    expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 960, currency: 'eur' }]);
    expect(await caught(stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1 }))).toMatchObject({
      param: 'frozen_time',
    });
    await stripe.testHelpers.testClocks.del(clock.id);
    expect((await stripe.customers.create()).created - Date.now() / 1000).toBeLessThan(5);
  });

  it('adds up: charges, refunds, disputes and fees', async () => {
    await pay({ payment_method: 'pm_card_visa' });
    await pay({ payment_method: 'pm_card_createDispute' });
    await caught(pay({ payment_method: 'pm_card_chargeDeclined' }));
    await refund('pm_card_visa', 300);
    await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://x.test',
    });
    const answer = await raw('GET', '/v1/test_helpers/totals');
    expect(await answer.json()).toMatchObject({
      charges: [
        { currency: 'eur', count: 3, amount: 3_000, fee: 120, net: 2_880 },
        { currency: 'usd', count: 1, amount: 500, fee: 33, net: 467 },
      ],
      refunds: [{ currency: 'eur', count: 1, amount: -300, fee: 0, net: -300 }],
      disputes: [{ currency: 'eur', count: 1, amount: -1_000, fee: 2_000, net: -3_000 }],
      all: [
        { currency: 'eur', net: -420 },
        { currency: 'usd', net: 467 },
      ],
    });
    const all = await stripe.balanceTransactions.list({ currency: 'eur' }).autoPagingToArray({ limit: 100 });
    expect(all.reduce((sum, { net }) => sum + net, 0)).toBe(-420);
  });
});

describe('webhooks', () => {
  it('are signed, and say what happened in order', async () => {
    const received = await receiver();
    const intent = await pay({ payment_method: 'pm_card_visa' });
    const events = await received.count(3);
    expect(events.map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
    expect(events[2]?.data.object).toEqual(intent);
    expect(await eventTypes(intent.id)).toEqual(['payment_intent.created', 'payment_intent.succeeded']);
    await received.close();
  });

  it('go to whom they concern, until the endpoint is gone', async () => {
    const received = await receiver(['charge.refunded']);
    await refund('pm_card_visa');
    expect((await received.count(1)).map(({ type }) => type)).toEqual(['charge.refunded']);
    await received.forget();
    await refund('pm_card_visa');
    expect(received.events).toHaveLength(1);
    await received.close();
  });

  it('are tried again until they are taken', async () => {
    const received = await receiver(['payment_intent.succeeded']);
    received.answer(500);
    await pay({ payment_method: 'pm_card_visa' });
    const [first] = await received.count(1);
    received.answer(200);
    const all = await received.count(2);
    expect(all[1]?.id).toBe(first?.id);
    await received.close();
  });

  it('can come before the answer', async () => {
    const received = await receiver();
    on('webhook-first');
    await pay({ payment_method: 'pm_card_visa' });
    expect(received.events).toHaveLength(3);
    await received.close();
  });

  it('can come twice', async () => {
    const received = await receiver(['payment_intent.succeeded']);
    on('webhook-twice');
    await pay({ payment_method: 'pm_card_visa' });
    const [first, second] = await received.count(2);
    expect(second?.id).toBe(first?.id);
    await received.close();
  });

  it('can come out of order', async () => {
    const received = await receiver();
    on('webhook-disorder', 60);
    await pay({ payment_method: 'pm_card_visa' });
    expect((await received.count(3)).map(({ type }) => type)).toEqual([
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
    ]);
    await received.close();
  });

  it('can come late', async () => {
    const received = await receiver(['payment_intent.succeeded']);
    on('webhook-late', 300);
    const started = Date.now();
    await pay({ payment_method: 'pm_card_visa' });
    await received.count(1);
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
    await received.close();
  });

  it.each([
    ['webhook-bad-signature', /signature/i],
    ['webhook-old', /tolerance/i],
  ] as const)('%s is refused by the SDK, and right when it is tried again', async (fault, reason) => {
    const received = await receiver(['payment_intent.succeeded']);
    on(fault);
    await pay({ payment_method: 'pm_card_visa' });
    await vi.waitFor(() => expect(received.refusals).toHaveLength(1));
    expect(received.refusals[0]).toMatch(reason);
    sandbox.faults.clear();
    expect(await received.count(1)).toHaveLength(1);
    await received.close();
  });

  it('can stay away, until one is sent again by hand', async () => {
    const received = await receiver(['payment_intent.succeeded']);
    on('webhook-off');
    const { id } = await pay({ payment_method: 'pm_card_visa' });
    sandbox.faults.clear();
    const other = await pay({ payment_method: 'pm_card_visa' });
    expect(await received.count(1)).toMatchObject([{ data: { object: { id: other.id } } }]);
    const event = (await stripe.events.list({ type: 'payment_intent.succeeded' })).data.find(
      ({ data }) => Reflect.get(data.object, 'id') === id,
    );
    await press(`/gateway/events/${event?.id}/resend`, {});
    expect((await received.count(2))[1]).toMatchObject({ id: event?.id });
    await received.close();
  });
});

describe('the page of payments', () => {
  it('shows payments, sums and webhooks, and a payment with all of its objects', async () => {
    const received = await receiver();
    const intent = await pay({ payment_method: 'pm_card_visa', metadata: { paymentId: '<p-1>' } });
    await received.count(3);
    await vi.waitFor(async () =>
      expect(await text('/gateway')).toMatch(/payment_intent\.succeeded<\/td><td>delivered/),
    );
    const list = await text('/gateway');
    expect(list).toContain('visa 4242');
    expect(list).toContain('&lt;p-1&gt;');
    expect(list).toContain('10.00 EUR');
    const page = await text(`/gateway/payments/${intent.id}`);
    for (const part of ['balance transaction', 'charge <code>ch_', '&quot;outcome&quot;', 'Send again'])
      expect(page).toContain(part);
    expect((await fetch(`${sandbox.urls.pages}/gateway/payments/pi_none`)).status).toBe(404);
    const sums = (await (await fetch(`${sandbox.urls.pages}/gateway/totals`)).json()) as { all: unknown };
    expect(sums.all).toMatchObject([{ currency: 'eur', net: 960 }]);
    await received.close();
  });

  it('opens a dispute and decides it', async () => {
    const received = await receiver();
    const intent = await pay({ payment_method: 'pm_card_visa' });
    await press(`/gateway/payments/${intent.id}`, { do: 'dispute' });
    await press(`/gateway/payments/${intent.id}`, { do: 'won' });
    const types = (await received.count(7)).map(({ type }) => type);
    expect(types.slice(3)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ]);
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    expect(dispute).toMatchObject({ status: 'won', balance_transactions: [{ net: -3_000 }, { net: 1_000 }] });
    await received.close();
  });

  it('moves the clock', async () => {
    const received = await receiver(['refund.updated']);
    const pending = await refund('pm_card_pendingRefund');
    await press('/gateway/clock', { advance: 'day' });
    expect(await received.count(1)).toMatchObject([{ data: { object: { id: pending.id, status: 'succeeded' } } }]);
    expect((await stripe.customers.create()).created).toBeGreaterThan(Date.now() / 1000 + 86_000);
    await press('/gateway/clock', { advance: 'reset' });
    expect((await stripe.customers.create()).created).toBeLessThan(Date.now() / 1000 + 5);
    expect((await submit('/gateway/clock', { advance: 'constructor' })).status).toBe(400);
    await received.close();
  });
});

function client(key: string, at: Sandbox = sandbox, timeout = 10_000): Stripe {
  const { hostname, port } = new URL(at.urls.gateway);
  const httpClient = Stripe.createFetchHttpClient();
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    timeout,
    httpClient,
  });
}

function pay(
  params: Partial<Stripe.PaymentIntentCreateParams>,
  idempotencyKey: string = randomUUID(),
  by: Stripe = stripe,
) {
  const all = { amount: 1_000, currency: 'eur', confirm: true, return_url: 'https://guildhall.test/return', ...params };
  return by.paymentIntents.create({ ...all, capture_method: 'automatic' }, { idempotencyKey });
}

async function refund(method: string, amount?: number): Promise<Stripe.Refund> {
  const intent = await pay({ payment_method: method });
  return stripe.refunds.create({ payment_intent: intent.id, ...(amount ? { amount } : {}) });
}

async function advance(seconds: number) {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1000) });
  return { clock: await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: clock.frozen_time + seconds }) };
}

function on(fault: FaultName, delayMs?: number) {
  sandbox.faults.set({ partner: 'gateway', fault, ...(delayMs === undefined ? {} : { delayMs }) });
}

async function caught(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Stripe.errors.StripeError)) throw error ?? new Error('the call succeeded');
  return error;
}

function raw(method: string, path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) {
  return fetch(sandbox.urls.gateway + path, {
    method,
    headers: { authorization: `Bearer ${sandbox.credentials.gateway.secretKey}`, ...headers },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(form) }),
  });
}

/** Of the events about one object, oldest first. */
async function eventTypes(id: string): Promise<string[]> {
  const all = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  return all
    .filter(({ data }) => Reflect.get(data.object, 'id') === id)
    .map(({ type }) => type)
    .reverse();
}

const text = async (path: string) => (await fetch(sandbox.urls.pages + path)).text();

function submit(path: string, fields: Record<string, string>) {
  return fetch(sandbox.urls.pages + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

async function press(path: string, fields: Record<string, string>) {
  expect((await submit(path, fields)).status).toBe(303);
}

/** An endpoint that verifies with the SDK what it hears, and answers 400 to what fails. */
async function receiver(wanted: Stripe.WebhookEndpointCreateParams.EnabledEvent[] = ['*']) {
  const events: Stripe.Event[] = [];
  const refusals: string[] = [];
  let status = 200;
  let secret = '';
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    try {
      events.push(stripe.webhooks.constructEvent(body, String(request.headers['stripe-signature']), secret));
      response.writeHead(status).end();
    } catch (error) {
      refusals.push(String(error));
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: wanted });
  secret = endpoint.secret ?? '';
  return {
    events,
    refusals,
    answer: (next: number) => {
      status = next;
    },
    count: async (wantedCount: number) => {
      await vi.waitUntil(() => events.length >= wantedCount, 5_000);
      return events;
    },
    forget: () => stripe.webhookEndpoints.del(endpoint.id),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
