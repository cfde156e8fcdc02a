import Stripe from 'stripe';
import { PartnerError } from '../partner-error.ts';
import { gatewayError } from './errors.ts';
import type { Gateway, GatewayPayment, GatewaySetup, PaymentInput, RefundInput } from './gateway.ts';
import { failureOf, toDispute, toPayment, toPaymentMethod, toRefund, toSetup } from './shapes.ts';
import { verdictOf } from './webhook.ts';

export interface GatewayOptions {
  secretKey: string;
  webhookSecret: string;
  /** Another host that speaks the same API, with nothing behind the port. */
  apiBase?: string;
  /** For the whole exchange, answer included. */
  timeoutMs: number;
}

const paymentDetails = ['latest_charge.balance_transaction', 'payment_method'];
const setupDetails = ['payment_method'];

/** The real Stripe SDK. It never retries: our queues do, and know when not to. */
export function connectGateway(options: GatewayOptions): Gateway {
  const stripe = clientOf(options);

  return {
    connected: true,
    check: async () => {
      await read(() => stripe.balance.retrieve());
    },
    ensureCustomer: async ({ memberId, idempotencyKey }) => {
      const customer = await write(() => stripe.customers.create({ metadata: { memberId } }, { idempotencyKey }));
      return { customerId: customer.id };
    },
    createPaymentIntent: (input) =>
      payment(() => stripe.paymentIntents.create(paymentParams(input), { idempotencyKey: input.idempotencyKey })),
    confirmPaymentIntent: ({ intentId, paymentMethodId, returnUrl, offSession, idempotencyKey }) =>
      payment(() =>
        stripe.paymentIntents.confirm(
          intentId,
          { payment_method: paymentMethodId, ...presence(returnUrl, offSession), expand: paymentDetails },
          { idempotencyKey },
        ),
      ),
    retrievePaymentIntent: async (intentId) =>
      toPayment(await read(() => stripe.paymentIntents.retrieve(intentId, { expand: paymentDetails }))),
    findPaymentIntent: async ({ paymentId, customerId, createdAfter }) => {
      const created = { gte: Math.floor(createdAfter.getTime() / 1000) - clockSkewSeconds };
      const listed = stripe.paymentIntents.list({
        customer: customerId,
        created,
        limit: 100,
        expand: paymentDetails.map((path) => `data.${path}`),
      });
      const found = await read(async () => {
        for await (const intent of listed) if (intent.metadata.paymentId === paymentId) return intent;
        return null;
      });
      return found && toPayment(found);
    },
    listPaymentIntents: async ({ createdAfter, after, limit = 100 }) => {
      const page = await read(() =>
        stripe.paymentIntents.list({
          limit,
          ...(createdAfter ? { created: { gte: Math.floor(createdAfter.getTime() / 1000) } } : {}),
          ...(after ? { starting_after: after } : {}),
          expand: paymentDetails.map((path) => `data.${path}`),
        }),
      );
      return { payments: page.data.map(toPayment), next: page.has_more ? (page.data.at(-1)?.id ?? null) : null };
    },
    cancelPaymentIntent: ({ intentId, idempotencyKey }) =>
      payment(() => stripe.paymentIntents.cancel(intentId, { expand: paymentDetails }, { idempotencyKey })),
    capturePaymentIntent: ({ intentId, amount, idempotencyKey }) =>
      payment(() =>
        stripe.paymentIntents.capture(
          intentId,
          { ...(amount === undefined ? {} : { amount_to_capture: amount }), expand: paymentDetails },
          { idempotencyKey },
        ),
      ),
    createSetupIntent: ({ customerId, paymentMethodId, returnUrl, idempotencyKey }) =>
      setup(() =>
        stripe.setupIntents.create(
          {
            customer: customerId,
            payment_method: paymentMethodId,
            allowed_payment_method_types: ['card'],
            usage: 'off_session',
            confirm: true,
            return_url: returnUrl,
            expand: setupDetails,
          },
          { idempotencyKey },
        ),
      ),
    retrieveSetupIntent: async (setupIntentId) =>
      toSetup(await read(() => stripe.setupIntents.retrieve(setupIntentId, { expand: setupDetails }))),
    cancelSetupIntent: ({ setupIntentId, idempotencyKey }) =>
      setup(() => stripe.setupIntents.cancel(setupIntentId, { expand: setupDetails }, { idempotencyKey })),
    attachPaymentMethod: async ({ paymentMethodId, customerId, idempotencyKey }) => {
      try {
        const method = await stripe.paymentMethods.attach(
          paymentMethodId,
          { customer: customerId },
          { idempotencyKey },
        );
        return { method: toPaymentMethod(method), failure: null };
      } catch (error) {
        if (error instanceof Stripe.errors.StripeCardError) return { method: null, failure: failureOf(error) };
        throw gatewayError(error, true);
      }
    },
    detachPaymentMethod: async ({ paymentMethodId, idempotencyKey }) => {
      try {
        await stripe.paymentMethods.detach(paymentMethodId, {}, { idempotencyKey });
      } catch (error) {
        const method = await read(() => stripe.paymentMethods.retrieve(paymentMethodId)).catch(() => null);
        if (method === null || method.customer !== null) throw gatewayError(error, true);
      }
    },
    retrievePaymentMethod: async (paymentMethodId) => {
      try {
        return toPaymentMethod(await stripe.paymentMethods.retrieve(paymentMethodId));
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return null;
        throw gatewayError(error, false);
      }
    },
    listPaymentMethods: async (customerId) => {
      const listed = stripe.paymentMethods.list({ customer: customerId, type: 'card', limit: 100 });
      return (await read(() => listed.autoPagingToArray({ limit: mostCards }))).map(toPaymentMethod);
    },
    createRefund: async (input) =>
      toRefund(await write(() => stripe.refunds.create(refundParams(input), { idempotencyKey: input.idempotencyKey }))),
    retrieveRefund: async (refundId) => toRefund(await read(() => stripe.refunds.retrieve(refundId))),
    listRefunds: async (intentId) => {
      const listed = stripe.refunds.list({ payment_intent: intentId, limit: 100 });
      return (await read(() => listed.autoPagingToArray({ limit: mostRefunds }))).map(toRefund);
    },
    retrieveDispute: async (disputeId) => toDispute(await read(() => stripe.disputes.retrieve(disputeId))),
    verifyWebhook: (rawBody, header) => verdictOf(stripe, rawBody, header, options.webhookSecret),
  };
}

/** The gateway's clock and ours need not agree to the second. */
const clockSkewSeconds = 300;
const mostCards = 1000;
const mostRefunds = 1000;

/** An installation without keys. */
export function gatewayNotConnected(): Gateway {
  const refuse = async (): Promise<never> => {
    throw new PartnerError('gateway', 'credentials', 'not connected');
  };
  return {
    connected: false,
    check: refuse,
    ensureCustomer: refuse,
    createPaymentIntent: refuse,
    confirmPaymentIntent: refuse,
    retrievePaymentIntent: refuse,
    findPaymentIntent: refuse,
    listPaymentIntents: refuse,
    cancelPaymentIntent: refuse,
    capturePaymentIntent: refuse,
    createSetupIntent: refuse,
    retrieveSetupIntent: refuse,
    cancelSetupIntent: refuse,
    attachPaymentMethod: refuse,
    detachPaymentMethod: refuse,
    retrievePaymentMethod: refuse,
    listPaymentMethods: refuse,
    createRefund: refuse,
    retrieveRefund: refuse,
    listRefunds: refuse,
    retrieveDispute: refuse,
    verifyWebhook: () => ({ ok: false, reason: 'bad_signature' }),
  };
}

function clientOf({ secretKey, apiBase, timeoutMs }: GatewayOptions): Stripe {
  return new Stripe(secretKey, {
    apiVersion: Stripe.API_VERSION,
    // The SDK's own client for Node limits silence, not the exchange, and repeats a request whose connection was closed.
    httpClient: Stripe.createFetchHttpClient((url: string | URL | Request, init?: RequestInit) =>
      fetch(url, { ...init, redirect: 'manual' }),
    ),
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    ...(apiBase ? hostOf(new URL(apiBase)) : {}),
  });
}

function hostOf(base: URL): { host: string; port: string; protocol: 'http' | 'https' } {
  const protocol = base.protocol === 'http:' ? 'http' : 'https';
  return { host: base.hostname, port: base.port || (protocol === 'http' ? '80' : '443'), protocol };
}

/**
 * `capture_method: automatic` books the charge before it answers, so that the fee is known; the API's default does so some time later.
 * Cards only: other methods settle after days, which no order here can wait for.
 */
function paymentParams(input: PaymentInput): Stripe.PaymentIntentCreateParams {
  const { paymentId, orderId, amount, currency, customerId, paymentMethodId, description } = input;
  return {
    amount,
    currency: currency.toLowerCase(),
    customer: customerId,
    payment_method: paymentMethodId,
    allowed_payment_method_types: ['card'],
    capture_method: input.authorizeOnly ? 'manual' : 'automatic',
    confirm: true,
    ...presence(input.returnUrl, input.offSession),
    ...(input.saveCard ? { setup_future_usage: 'off_session' } : {}),
    ...(description ? { description } : {}),
    metadata: { paymentId, ...(orderId ? { orderId } : {}) },
    expand: paymentDetails,
  };
}

function presence(returnUrl: string | undefined, offSession: boolean | undefined) {
  if (offSession) return { off_session: true };
  return returnUrl ? { return_url: returnUrl } : {};
}

function refundParams({ intentId, paymentRefundId, amount, reason }: RefundInput): Stripe.RefundCreateParams {
  return {
    payment_intent: intentId,
    ...(amount === undefined ? {} : { amount }),
    ...(reason ? { reason } : {}),
    metadata: { paymentRefundId },
  };
}

/** A decline carries the intent, which is all that the caller needs. */
async function payment(call: () => Promise<Stripe.PaymentIntent>): Promise<GatewayPayment> {
  try {
    return toPayment(await call());
  } catch (error) {
    const declined = error instanceof Stripe.errors.StripeCardError ? error.payment_intent : undefined;
    if (declined) return toPayment(declined as Stripe.PaymentIntent);
    throw gatewayError(error, true);
  }
}

async function setup(call: () => Promise<Stripe.SetupIntent>): Promise<GatewaySetup> {
  try {
    return toSetup(await call());
  } catch (error) {
    const declined = error instanceof Stripe.errors.StripeCardError ? error.setup_intent : undefined;
    if (declined) return toSetup(declined as Stripe.SetupIntent);
    throw gatewayError(error, true);
  }
}

async function read<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw gatewayError(error, false);
  }
}

async function write<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw gatewayError(error, true);
  }
}
