import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { createApp } from '#server/context/app.ts';
import { testSettings } from '#test/database.ts';
import { failure } from '../partner-member.testing.ts';
import { partnersOf } from '../partners.ts';
import { connectGateway, type Gateway, type GatewayPayment, type PaymentInput } from './index.ts';

const webhookSecret = 'whsec_of_the_test';
const returnUrl = 'https://guildhall.test/checkout/return';
let sandbox: Sandbox;
let gateway: Gateway;
let customerId: string;

beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
  gateway = connected({});
  ({ customerId } = await gateway.ensureCustomer({ memberId: 'm-1', idempotencyKey: 'customer:m-1' }));
});
afterEach(() => sandbox.faults.clear());
afterAll(() => sandbox.close());

describe('payments', () => {
  it('takes the money and knows card, charge and fee', async () => {
    const orderId = randomUUID();
    const input = payment({ orderId, amount: 12_900, description: 'Membership' });
    const paid = await gateway.createPaymentIntent(input);
    expect(paid).toEqual({
      intentId: expect.stringMatching(/^pi_/),
      status: 'succeeded',
      amount: 12_900,
      amountReceived: 12_900,
      amountRefunded: 0,
      currency: 'EUR',
      failure: null,
      nextAction: null,
      clientSecret: expect.stringMatching(/^pi_.*_secret_/),
      chargeId: expect.stringMatching(/^ch_/),
      card: {
        brand: 'visa',
        last4: '4242',
        expMonth: expect.any(Number),
        expYear: new Date().getUTCFullYear() + 1,
        fingerprint: expect.stringMatching(/^\w{16}$/),
      },
      fee: 219,
      paymentMethodId: expect.stringMatching(/^pm_/),
      customerId,
      paymentId: input.paymentId,
      orderId,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await gateway.retrievePaymentIntent(paid.intentId)).toEqual(paid);
  });

  it('makes one charge under one key, also of thirty at once', async () => {
    const input = payment();
    const answers = await Promise.allSettled(Array.from({ length: 30 }, () => gateway.createPaymentIntent(input)));
    const paid = await gateway.createPaymentIntent(input);
    for (const answer of answers) {
      if (answer.status === 'fulfilled') expect(answer.value).toEqual(paid);
      else expect(answer.reason).toMatchObject({ errorClass: 'transient', outcomeUnknown: true });
    }
    expect(await charges(input.paymentId)).toBe(1);
  });

  it('refuses a key that already meant something else', async () => {
    const input = payment();
    await gateway.createPaymentIntent(input);
    const error = await failure(gateway.createPaymentIntent({ ...input, amount: 1 + input.amount }), 'permanent');
    expect(error).toMatchObject({ reason: 'HTTP 400 idempotency_error', outcomeUnknown: false });
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', null],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', null],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', null],
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
  ])('gives a decline as a value: %s', async (paymentMethodId, code, declineCode) => {
    const input = payment({ paymentMethodId });
    const declined = await gateway.createPaymentIntent(input);
    expect(declined).toMatchObject({
      status: 'requires_payment_method',
      failure: { code, declineCode, message: expect.stringMatching(/./) },
      card: { brand: 'visa', last4: expect.stringMatching(/^\d{4}$/) },
      amountReceived: 0,
      fee: null,
      paymentId: input.paymentId,
    });
    // The decline too is given again under its key, not tried again.
    expect(await gateway.createPaymentIntent(input)).toEqual(declined);
  });

  it('tries another card on the same intent', async () => {
    const declined = await gateway.createPaymentIntent(payment({ paymentMethodId: 'pm_card_chargeDeclined' }));
    const paid = await gateway.confirmPaymentIntent({
      intentId: declined.intentId,
      paymentMethodId: 'pm_card_mastercard',
      returnUrl,
      idempotencyKey: key(),
    });
    expect(paid).toMatchObject({ intentId: declined.intentId, status: 'succeeded', failure: null });
    expect(paid.card?.brand).toBe('mastercard');
  });

  it.each([
    ['pm_card_authenticationRequired', 'succeeded'],
    ['pm_card_threeDSecure2Required', 'succeeded'],
    ['pm_card_authenticationRequiredOnSetup', 'succeeded'],
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', 'requires_payment_method'],
  ])('sends the holder of %s to the bank; approved it is %s', async (paymentMethodId, status) => {
    const waiting = await gateway.createPaymentIntent(payment({ paymentMethodId }));
    expect(waiting).toMatchObject({ status: 'requires_action', nextAction: { type: 'redirect' }, chargeId: null });
    const back = await answerBank(waiting, 'approve');
    expect(back.searchParams.get('payment_intent')).toBe(waiting.intentId);
    expect(back.searchParams.get('redirect_status')).toBe(status === 'succeeded' ? 'succeeded' : 'failed');
    const after = await gateway.retrievePaymentIntent(waiting.intentId);
    expect(after).toMatchObject({ status, nextAction: null });
    expect(after.failure?.declineCode ?? null).toBe(status === 'succeeded' ? null : 'insufficient_funds');
  });

  it('is declined when the holder fails at the bank', async () => {
    const waiting = await gateway.createPaymentIntent(payment({ paymentMethodId: 'pm_card_authenticationRequired' }));
    const back = await answerBank(waiting, 'fail');
    expect(back.searchParams.get('redirect_status')).toBe('failed');
    expect(await gateway.retrievePaymentIntent(waiting.intentId)).toMatchObject({
      status: 'requires_payment_method',
      failure: { code: 'payment_intent_authentication_failure', declineCode: null },
    });
  });

  it('reserves, takes in part, releases', async () => {
    const reserved = await gateway.createPaymentIntent(payment({ amount: 5_000, authorizeOnly: true }));
    expect(reserved).toMatchObject({ status: 'requires_capture', amountReceived: 0, fee: null });
    const { intentId } = reserved;
    const taken = await gateway.capturePaymentIntent({ intentId, amount: 3_000, idempotencyKey: key() });
    expect(taken).toMatchObject({ status: 'succeeded', amountReceived: 3_000, fee: 70 });
    const other = await gateway.createPaymentIntent(payment({ authorizeOnly: true }));
    const gone = await gateway.cancelPaymentIntent({ intentId: other.intentId, idempotencyKey: key() });
    expect(gone.status).toBe('canceled');
  });

  it('forgets why a card was declined once the payment is given up', async () => {
    const { intentId } = await gateway.createPaymentIntent(payment({ paymentMethodId: 'pm_card_chargeDeclined' }));
    const gone = await gateway.cancelPaymentIntent({ intentId, idempotencyKey: key() });
    expect(gone).toMatchObject({ status: 'canceled', failure: null });
  });

  it('cannot cancel what is paid', async () => {
    const { intentId } = await gateway.createPaymentIntent(payment());
    const error = await failure(gateway.cancelPaymentIntent({ intentId, idempotencyKey: key() }), 'permanent');
    expect(error.reason).toBe('HTTP 400 payment_intent_unexpected_state');
  });

  it.each([
    [{ amount: 0 }, 'HTTP 400 parameter_invalid_integer'],
    [{ amount: -1 }, 'HTTP 400 parameter_invalid_integer'],
    [{ amount: 49 }, 'HTTP 400 amount_too_small'],
    [{ amount: 100_000_000 }, 'HTTP 400 amount_too_large'],
    [{ customerId: 'cus_nobody' }, 'HTTP 400 resource_missing'],
    [{ paymentMethodId: 'pm_nothing' }, 'HTTP 400 resource_missing'],
  ])('refuses %j', async (wrong, reason) => {
    expect(await failure(gateway.createPaymentIntent(payment(wrong)), 'permanent')).toMatchObject({
      reason,
      outcomeUnknown: false,
    });
  });

  it('does not charge the card of another customer', async () => {
    const other = await gateway.ensureCustomer({ memberId: 'm-2', idempotencyKey: 'customer:m-2' });
    const { method } = await gateway.attachPaymentMethod({
      paymentMethodId: 'pm_card_visa',
      customerId: other.customerId,
      idempotencyKey: key(),
    });
    const input = payment({ paymentMethodId: method?.paymentMethodId ?? '' });
    const error = await failure(gateway.createPaymentIntent(input), 'permanent');
    expect(error.reason).toBe('HTTP 400 payment_method_unexpected_state');
  });

  it('lists newest first, page by page', async () => {
    const made: GatewayPayment[] = [];
    for (let count = 0; count < 3; count += 1) made.push(await gateway.createPaymentIntent(payment()));
    const first = await gateway.listPaymentIntents({ limit: 2 });
    expect(first.payments).toEqual([made[2], made[1]]);
    const second = await gateway.listPaymentIntents({ limit: 2, after: first.next ?? '' });
    expect(second.payments[0]).toEqual(made[0]);
    const later = await gateway.listPaymentIntents({ createdAfter: new Date(Date.now() + 60_000) });
    expect(later).toEqual({ payments: [], next: null });
  });
});

describe('saved cards', () => {
  it('keeps the card of a payment and charges it without its holder', async () => {
    const paid = await gateway.createPaymentIntent(payment({ saveCard: true }));
    const paymentMethodId = paid.paymentMethodId ?? '';
    expect(await gateway.retrievePaymentMethod(paymentMethodId)).toEqual({
      paymentMethodId,
      customerId,
      card: paid.card,
    });
    const again = await gateway.createPaymentIntent(payment({ paymentMethodId, offSession: true }));
    expect(again).toMatchObject({ status: 'succeeded', card: paid.card });
  });

  it('saves a card by a set-up, asks the bank once, and never again', async () => {
    const waiting = await gateway.createSetupIntent(setup('pm_card_authenticationRequiredOnSetup'));
    expect(waiting).toMatchObject({ status: 'requires_action', nextAction: { type: 'redirect' }, customerId });
    await answerBank(waiting, 'approve');
    const saved = await gateway.retrieveSetupIntent(waiting.setupIntentId);
    expect(saved).toMatchObject({ status: 'succeeded', card: { last4: '3155' }, failure: null });
    const input = payment({ paymentMethodId: saved.paymentMethodId ?? '', offSession: true });
    expect((await gateway.createPaymentIntent(input)).status).toBe('succeeded');
  });

  it.each([
    ['pm_card_authenticationRequired', 'requires_payment_method'],
    ['pm_card_authenticationRequiredOnSetup', 'requires_payment_method'],
    ['pm_card_authenticationRequiredSetupForOffSession', 'succeeded'],
  ])('off session, %s not set up is %s', async (paymentMethodId, status) => {
    const tried = await gateway.createPaymentIntent(payment({ paymentMethodId, offSession: true }));
    expect(tried.status).toBe(status);
    const declined = { code: 'authentication_required', declineCode: 'authentication_required' };
    if (status === 'succeeded') expect(tried.failure).toBeNull();
    else expect(tried.failure).toMatchObject(declined);
  });

  it('gives a declined set-up and a declined attachment as values', async () => {
    expect(await gateway.createSetupIntent(setup('pm_card_chargeDeclined'))).toMatchObject({
      status: 'requires_payment_method',
      failure: { code: 'card_declined', declineCode: 'generic_decline' },
    });
    const attached = await gateway.attachPaymentMethod({
      paymentMethodId: 'pm_card_chargeDeclinedExpiredCard',
      customerId,
      idempotencyKey: key(),
    });
    expect(attached).toEqual({ method: null, failure: expect.objectContaining({ code: 'expired_card' }) });
  });

  it('attaches, lists, detaches, also twice', async () => {
    const { customerId: owner } = await gateway.ensureCustomer({ memberId: 'm-3', idempotencyKey: 'customer:m-3' });
    const attach = (paymentMethodId: string) =>
      gateway.attachPaymentMethod({ paymentMethodId, customerId: owner, idempotencyKey: key() });
    const { method: visa } = await attach('pm_card_visa');
    const { method: amex } = await attach('pm_card_amex');
    expect(await gateway.listPaymentMethods(owner)).toEqual([amex, visa]);
    const paymentMethodId = visa?.paymentMethodId ?? '';
    await gateway.detachPaymentMethod({ paymentMethodId, idempotencyKey: key() });
    await gateway.detachPaymentMethod({ paymentMethodId, idempotencyKey: key() });
    expect(await gateway.listPaymentMethods(owner)).toEqual([amex]);
    expect(await gateway.retrievePaymentMethod(paymentMethodId)).toMatchObject({ customerId: null });
    expect(await gateway.retrievePaymentMethod('pm_nothing')).toBeNull();
  });
});

describe('refunds and disputes', () => {
  it('refunds in parts, never more than was paid', async () => {
    const { intentId } = await gateway.createPaymentIntent(payment({ amount: 1_000 }));
    const first = await gateway.createRefund(refund(intentId, 400));
    expect(first).toMatchObject({ intentId, amount: 400, currency: 'EUR', status: 'succeeded', failureReason: null });
    expect((await failure(gateway.createRefund(refund(intentId, 601)), 'permanent')).reason).toBe(
      'HTTP 400 invalid_request_error',
    );
    const rest = await gateway.createRefund(refund(intentId));
    expect(rest.amount).toBe(600);
    expect((await failure(gateway.createRefund(refund(intentId)), 'permanent')).reason).toBe(
      'HTTP 400 charge_already_refunded',
    );
    expect(await gateway.listRefunds(intentId)).toEqual([rest, first]);
    expect(await gateway.retrieveRefund(first.refundId)).toEqual(first);
    expect((await gateway.retrievePaymentIntent(intentId)).amountRefunded).toBe(1_000);
  });

  it('refunds once under one key', async () => {
    const { intentId } = await gateway.createPaymentIntent(payment({ amount: 1_000 }));
    const input = refund(intentId, 100);
    const first = await gateway.createRefund(input);
    expect(await gateway.createRefund(input)).toEqual(first);
    expect(await gateway.listRefunds(intentId)).toHaveLength(1);
  });

  it('shows a dispute with what it costs', async () => {
    const { intentId } = await gateway.createPaymentIntent(
      payment({ amount: 1_000, paymentMethodId: 'pm_card_createDispute' }),
    );
    const [dispute] = (await stripe().disputes.list({ payment_intent: intentId })).data;
    expect(await gateway.retrieveDispute(dispute?.id ?? '')).toMatchObject({
      intentId,
      amount: 1_000,
      currency: 'EUR',
      reason: 'fraudulent',
      status: 'needs_response',
      fee: 2_000,
    });
    expect((await failure(gateway.createRefund(refund(intentId)), 'permanent')).reason).toBe(
      'HTTP 400 charge_disputed',
    );
  });
});

describe('failures', () => {
  it.each([
    ['fail', 'unavailable', 'HTTP 500 api_error', true],
    ['rate-limit', 'limited', 'HTTP 429 rate_limit', false],
    ['refuse', 'credentials', 'HTTP 401 invalid_request_error', false],
    ['reject', 'permanent', 'HTTP 400 invalid_request_error', false],
    ['cut', 'unavailable', 'connection failed (UND_ERR_SOCKET)', true],
    ['hang', 'unavailable', 'did not answer in time', true],
    ['no-answer', 'unavailable', 'did not answer in time', true],
  ] as const)('%s is %s', async (fault, errorClass, reason, outcomeUnknown) => {
    sandbox.faults.set({ partner: 'gateway', fault });
    const hasty = connected({ timeoutMs: 300 });
    const error = await failure(hasty.createPaymentIntent(payment()), errorClass);
    expect(error).toMatchObject({ partner: 'gateway', reason, outcomeUnknown });
    expect(error.retryAfterMs).toBe(fault === 'rate-limit' ? 2_000 : null);
    // Nothing can be unknown of a call that only reads.
    expect(await failure(hasty.check(), errorClass)).toMatchObject({ outcomeUnknown: false });
  });

  it('is the keys’ fault when they are wrong', async () => {
    const error = await failure(connected({ secretKey: 'sk_test_wrong' }).check(), 'credentials');
    expect(error.message).not.toContain('sk_test');
  });

  it('knows that nothing happened when nobody listens', async () => {
    const closed = await startSandbox({ dataDir: ':memory:' });
    await closed.close();
    const nowhere = connected({ apiBase: closed.urls.gateway });
    const error = await failure(nowhere.createPaymentIntent(payment()), 'unavailable');
    expect(error).toMatchObject({ reason: 'connection failed (ECONNREFUSED)', outcomeUnknown: false });
  });

  it('does not wait for an answer that never ends', async () => {
    const slow = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const dripping = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(dripping));
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const address = slow.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const started = Date.now();
    const patient = connected({ apiBase: `http://127.0.0.1:${port}`, timeoutMs: 300 });
    expect(await failure(patient.createPaymentIntent(payment()), 'unavailable')).toMatchObject({
      reason: 'did not answer in time',
      outcomeUnknown: true,
    });
    expect(Date.now() - started).toBeLessThan(2_500);
    slow.closeAllConnections();
    slow.close();
  });

  it('takes an answer that is not the gateway’s for an outage', async () => {
    const page = createServer((_request, response) => response.end('<html>Welcome to the hotel’s network</html>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const address = page.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const lost = connected({ apiBase: `http://127.0.0.1:${port}` });
    expect(await failure(lost.createPaymentIntent(payment()), 'unavailable')).toMatchObject({
      reason: 'unreadable answer',
      outcomeUnknown: true,
    });
    page.closeAllConnections();
    page.close();
  });

  it('finds the payment whose answer was lost', async () => {
    sandbox.faults.set({ partner: 'gateway', fault: 'no-answer' });
    const input = payment();
    const asked = new Date();
    await failure(connected({ timeoutMs: 300 }).createPaymentIntent(input), 'unavailable');
    sandbox.faults.clear();
    const found = await gateway.findPaymentIntent({ paymentId: input.paymentId, customerId, createdAfter: asked });
    expect(found).toMatchObject({ status: 'succeeded', paymentId: input.paymentId, fee: 40 });
    expect(await gateway.createPaymentIntent(input)).toEqual(found);
    const never = { paymentId: randomUUID(), customerId, createdAfter: asked };
    expect(await gateway.findPaymentIntent(never)).toBeNull();
  });

  it('finds the payment that was made although a 500 is all that its key will ever say', async () => {
    sandbox.faults.set({ partner: 'gateway', fault: 'fail-after' });
    const input = payment();
    await failure(gateway.createPaymentIntent(input), 'unavailable');
    sandbox.faults.clear();
    expect(await failure(gateway.createPaymentIntent(input), 'unavailable')).toMatchObject({ outcomeUnknown: true });
    const found = await gateway.findPaymentIntent({ paymentId: input.paymentId, customerId, createdAfter: new Date() });
    expect(found?.status).toBe('succeeded');
    expect(await charges(input.paymentId)).toBe(1);
  });

  it('finds a payment behind more than a page of others', async () => {
    const { customerId: busy } = await gateway.ensureCustomer({ memberId: 'm-4', idempotencyKey: 'customer:m-4' });
    const first = await gateway.createPaymentIntent(payment({ customerId: busy }));
    for (let count = 0; count < 101; count += 1) await gateway.createPaymentIntent(payment({ customerId: busy }));
    const input = { paymentId: first.paymentId ?? '', customerId: busy, createdAfter: new Date() };
    expect((await gateway.findPaymentIntent(input))?.intentId).toBe(first.intentId);
  });

  it('says “later” to a key that is under way, and gives its answer afterwards', async () => {
    sandbox.faults.set({ partner: 'gateway', fault: 'slow', delayMs: 400 });
    const input = payment();
    const first = gateway.createPaymentIntent(input);
    await vi.waitUntil(() => (sandbox.faults.list('gateway')[0]?.hits ?? 0) > 0);
    const error = await failure(gateway.createPaymentIntent(input), 'transient');
    expect(error).toMatchObject({ reason: 'HTTP 409 idempotency_key_in_use', outcomeUnknown: true });
    const paid = await first;
    expect(await gateway.createPaymentIntent(input)).toEqual(paid);
  });

  it('goes through when the first try under a key fails', async () => {
    sandbox.faults.set({ partner: 'gateway', fault: 'fail-once' });
    const input = payment();
    await failure(gateway.createPaymentIntent(input), 'unavailable');
    expect((await gateway.createPaymentIntent(input)).status).toBe('succeeded');
    expect(await charges(input.paymentId)).toBe(1);
  });
});

describe('webhooks', () => {
  it('takes what the gateway has signed', async () => {
    const received = await receiver();
    const orderId = randomUUID();
    const input = payment({ orderId });
    const paid = await gateway.createPaymentIntent(input);
    const event = await received.event('payment_intent.succeeded', paid.intentId);
    expect(event).toEqual({
      eventId: expect.stringMatching(/^evt_/),
      type: 'payment_intent.succeeded',
      createdAt: expect.stringMatching(/Z$/),
      subject: { kind: 'payment', intentId: paid.intentId, paymentId: input.paymentId, orderId },
    });
    const { refundId } = await gateway.createRefund(refund(paid.intentId));
    expect((await received.event('refund.created', refundId)).subject).toEqual({
      kind: 'refund',
      refundId,
      intentId: paid.intentId,
    });
    await received.close();
  });

  it('refuses a foreign signature, an old one, a changed body and a missing header', () => {
    const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'x', created: 1, data: { object: {} } });
    const signed = (secret: string, ageSeconds = 0) =>
      stripe().webhooks.generateTestHeaderString({
        payload: body,
        secret,
        timestamp: Math.floor(Date.now() / 1000) - ageSeconds,
      });
    expect(gateway.verifyWebhook(body, signed(webhookSecret))).toMatchObject({ ok: true });
    expect(gateway.verifyWebhook(Buffer.from(body), signed(webhookSecret, 290))).toMatchObject({ ok: true });
    expect(gateway.verifyWebhook(body, signed('whsec_other'))).toEqual({ ok: false, reason: 'bad_signature' });
    expect(gateway.verifyWebhook(body, signed('whsec_other', 600))).toEqual({ ok: false, reason: 'bad_signature' });
    expect(gateway.verifyWebhook(body, signed(webhookSecret, 310))).toEqual({ ok: false, reason: 'too_old' });
    expect(gateway.verifyWebhook(`${body} `, signed(webhookSecret))).toEqual({ ok: false, reason: 'bad_signature' });
    for (const missing of ['', 'nonsense', null, undefined]) {
      expect(gateway.verifyWebhook(body, missing)).toEqual({ ok: false, reason: 'bad_signature' });
    }
  });

  it('refuses what is signed and yet no event', () => {
    const header = stripe().webhooks.generateTestHeaderString({ payload: 'not JSON', secret: webhookSecret });
    expect(gateway.verifyWebhook('not JSON', header)).toEqual({ ok: false, reason: 'unreadable' });
    const empty = stripe().webhooks.generateTestHeaderString({ payload: '{}', secret: webhookSecret });
    expect(gateway.verifyWebhook('{}', empty)).toEqual({ ok: false, reason: 'unreadable' });
  });
});

describe('an installation without keys', () => {
  it('says so on every call', async () => {
    const app = createApp(testSettings(), 'test');
    const none = partnersOf(app).gateway();
    expect(none.connected).toBe(false);
    for (const call of [none.check(), none.createPaymentIntent(payment()), none.retrieveRefund('re_1')]) {
      expect((await failure(call, 'credentials')).reason).toBe('not connected');
    }
    expect(none.verifyWebhook('{}', 't=1,v1=x').ok).toBe(false);
    await app.close();
  });

  it('connects with keys', async () => {
    const { secretKey } = sandbox.credentials.gateway;
    const keys = { STRIPE_SECRET_KEY: secretKey, STRIPE_PUBLISHABLE_KEY: 'pk', STRIPE_WEBHOOK_SECRET: webhookSecret };
    const app = createApp(testSettings({ ...keys, STRIPE_API_BASE: sandbox.urls.gateway }), 'test');
    await partnersOf(app).gateway().check();
    await app.close();
  });
});

function connected(options: Partial<Parameters<typeof connectGateway>[0]>): Gateway {
  const { secretKey } = sandbox.credentials.gateway;
  return connectGateway({ secretKey, webhookSecret, apiBase: sandbox.urls.gateway, timeoutMs: 10_000, ...options });
}

/** The SDK without our side, for what only a test asks. */
function stripe(): Stripe {
  const { hostname, port } = new URL(sandbox.urls.gateway);
  return new Stripe(sandbox.credentials.gateway.secretKey, {
    host: hostname,
    port,
    protocol: 'http',
    telemetry: false,
  });
}

function payment(overrides: Partial<PaymentInput> = {}): PaymentInput {
  const paymentId = randomUUID();
  return {
    paymentId,
    amount: 1_000,
    currency: 'EUR',
    customerId,
    paymentMethodId: 'pm_card_visa',
    returnUrl,
    idempotencyKey: `payment:${paymentId}`,
    ...overrides,
  };
}

const key = () => `test:${randomUUID()}`;

function setup(paymentMethodId: string) {
  return { customerId, paymentMethodId, returnUrl, idempotencyKey: key() };
}

function refund(intentId: string, amount?: number) {
  return { intentId, paymentRefundId: randomUUID(), ...(amount ? { amount } : {}), idempotencyKey: key() };
}

/** How many charges the gateway has made for a payment of ours. */
async function charges(paymentId: string): Promise<number> {
  const all = await stripe().charges.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  return all.filter((charge) => charge.metadata.paymentId === paymentId).length;
}

/** Presses a button of the bank's page; where that leads to. */
async function answerBank(waiting: Pick<GatewayPayment, 'nextAction'>, answer: 'approve' | 'fail'): Promise<URL> {
  if (waiting.nextAction?.type !== 'redirect') throw new Error('no page to go to');
  const body = new URLSearchParams({ answer });
  const left = await fetch(waiting.nextAction.url, { method: 'POST', body, redirect: 'manual' });
  expect(left.status).toBe(303);
  return new URL(left.headers.get('location') ?? '');
}

/** An endpoint that hears of everything, under the secret that the gateway connection checks with. */
async function receiver() {
  const taken: { body: string; header: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    taken.push({ body, header: String(request.headers['stripe-signature']) });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const endpoint = await stripe().webhookEndpoints.create({
    url: `http://127.0.0.1:${port}/hooks`,
    enabled_events: ['*'],
  });
  const verifier = connected({ webhookSecret: endpoint.secret ?? '' });
  return {
    event: (type: string, id: string) =>
      vi.waitFor(() => {
        for (const { body, header } of taken) {
          const verdict = verifier.verifyWebhook(body, header);
          if (!verdict.ok) throw new Error(verdict.reason);
          if (verdict.event.type === type && JSON.stringify(verdict.event).includes(id)) return verdict.event;
        }
        throw new Error(`no ${type} yet`);
      }, 5_000),
    close: async () => {
      await stripe().webhookEndpoints.del(endpoint.id);
      server.closeAllConnections();
      server.close();
    },
  };
}
