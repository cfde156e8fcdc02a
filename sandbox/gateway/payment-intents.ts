import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { authenticationFailed, authenticationRequired, cardOf } from './cards.ts';
import { capture, charge } from './charges.ts';
import { type Answer, cardError, type Decline, invalid } from './errors.ts';
import {
  created,
  currency,
  expandable,
  flag,
  integer,
  metadata,
  paging,
  parseParams,
  text,
  withMetadata,
} from './form.ts';
import { listOf } from './lists.ts';
import { attach, checkUsable, methodNamed } from './payment-methods.ts';
import { newId, type Store } from './store.ts';

const amount = integer;
const confirming = {
  ...expandable,
  payment_method: text.optional(),
  return_url: z.url().optional(),
  off_session: flag.optional(),
  use_stripe_sdk: flag.optional(),
  error_on_requires_action: flag.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  receipt_email: z.string().optional(),
  mandate_data: z.unknown().optional(),
};
const describing = {
  ...expandable,
  description: z.string().optional(),
  metadata: metadata.optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
};
const createInput = z.strictObject({
  ...confirming,
  ...describing,
  amount,
  currency,
  customer: text.optional(),
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).default('automatic_async'),
  confirmation_method: z.enum(['automatic', 'manual']).default('automatic'),
  confirm: flag.default(false),
  statement_descriptor: z.string().max(22).optional(),
  allowed_payment_method_types: z.array(text).optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  payment_method_options: z.unknown().optional(),
});
const updateInput = z.strictObject({ ...describing, amount: amount.optional() });
const confirmInput = z.strictObject({ ...confirming, client_secret: text.optional() });
const captureInput = z.strictObject({ ...expandable, amount_to_capture: integer.optional() });
const cancelInput = z.strictObject({
  ...expandable,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});
const retrieveInput = z.strictObject({ ...expandable, client_secret: text.optional() });
const listInput = z.strictObject({ ...paging, customer: text.optional(), created: created.optional() });

const largest = 99_999_999;
const smallest = 50;

export function createPaymentIntent(call: Call): Answer {
  const { store, form } = call;
  const input = parseParams(createInput, form);
  checkAmount(input.amount, input.currency);
  if (input.customer) store.get('customer', input.customer, 'customer');
  if (!input.confirm && (input.off_session !== undefined || input.return_url)) {
    const param = input.return_url ? 'return_url' : 'off_session';
    throw invalid(`You cannot provide \`${param}\` unless \`confirm\` is set to \`true\`.`, { param });
  }
  if (input.statement_descriptor) {
    throw invalid(
      'The statement_descriptor parameter is not supported for card charges. Use statement_descriptor_suffix.',
      {
        param: 'statement_descriptor',
      },
    );
  }
  const id = newId('pi');
  const intent = store.insert('payment_intent', {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: input.allowed_payment_method_types ?? null,
    amount: input.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: input.allowed_payment_method_types
      ? null
      : { enabled: true, allow_redirects: input.automatic_payment_methods?.allow_redirects ?? 'always' },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: input.capture_method,
    client_secret: newId(`${id}_secret`),
    confirmation_method: input.confirmation_method,
    created: store.now(),
    currency: input.currency,
    customer: input.customer ?? null,
    customer_account: null,
    description: input.description || null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: withMetadata({}, input.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: input.receipt_email || null,
    review: null,
    setup_future_usage: input.setup_future_usage ?? null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: input.statement_descriptor_suffix || null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  });
  store.emit('payment_intent.created', intent);
  if (input.confirm) return confirm(call, intent, input);
  if (input.payment_method) {
    const method = methodNamed(store, input.payment_method, 'payment_method');
    checkUsable(store, method, idOf(intent.customer));
    intent.payment_method = method.id;
    intent.status = 'requires_confirmation';
    store.update(intent);
  }
  return ok(intent);
}

export function retrievePaymentIntent({ store, form, id }: Call): Answer {
  const { client_secret } = parseParams(retrieveInput, form);
  const intent = store.get('payment_intent', id);
  if (client_secret !== undefined && client_secret !== intent.client_secret) throw wrongSecret();
  return ok(intent);
}

export function updatePaymentIntent({ store, form, id }: Call): Answer {
  const input = parseParams(updateInput, form);
  const intent = store.get('payment_intent', id);
  if (input.amount !== undefined) {
    if (!open(intent)) throw unexpected(intent, 'update');
    checkAmount(input.amount, intent.currency);
    intent.amount = input.amount;
  }
  if (input.description !== undefined) intent.description = input.description || null;
  intent.metadata = withMetadata(intent.metadata, input.metadata);
  return ok(store.update(intent));
}

export function confirmPaymentIntent(call: Call): Answer {
  const input = parseParams(confirmInput, call.form);
  const intent = call.store.get('payment_intent', call.id);
  if (input.client_secret !== undefined && input.client_secret !== intent.client_secret) throw wrongSecret();
  if (!open(intent)) throw unexpected(intent, 'confirm');
  return confirm(call, intent, input);
}

export function capturePaymentIntent({ store, form, id }: Call): Answer {
  const { amount_to_capture } = parseParams(captureInput, form);
  const intent = store.get('payment_intent', id);
  if (intent.status !== 'requires_capture') throw unexpected(intent, 'capture');
  const taken = amount_to_capture ?? intent.amount_capturable;
  if (taken < 1 || taken > intent.amount_capturable) {
    throw invalid('The provided amount to capture is not between 1 and the amount that can be captured.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  }
  const made = store.get('charge', idOf(intent.latest_charge) ?? '');
  capture(store, made, taken);
  store.emit('charge.captured', made);
  Object.assign(intent, { status: 'succeeded', amount_received: taken, amount_capturable: 0 });
  store.update(intent);
  store.emit('payment_intent.succeeded', intent);
  return ok(intent);
}

export function cancelPaymentIntent({ store, form, id }: Call): Answer {
  const { cancellation_reason } = parseParams(cancelInput, form);
  const intent = store.get('payment_intent', id);
  if (!open(intent) && intent.status !== 'requires_capture') throw unexpected(intent, 'cancel');
  if (intent.status === 'requires_capture') {
    const made = store.get('charge', idOf(intent.latest_charge) ?? '');
    Object.assign(made, { amount_refunded: made.amount, refunded: true });
    store.update(made);
    store.emit('charge.refunded', made);
  }
  Object.assign(intent, {
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: store.now(),
    cancellation_reason: cancellation_reason ?? null,
    next_action: null,
  });
  store.update(intent);
  store.emit('payment_intent.canceled', intent);
  return ok(intent);
}

export function listPaymentIntents({ store, form }: Call): Answer {
  const input = parseParams(listInput, form);
  const found = store.list('payment_intent', { customer: input.customer, created: input.created }, input);
  return ok(listOf('/v1/payment_intents', found));
}

/** The holder has answered the bank's page; the intent goes on, and the answer is where the holder goes. */
export function finishAuthentication(store: Store, intent: Stripe.PaymentIntent, approved: boolean): string {
  const method = store.get('payment_method', idOf(intent.payment_method) ?? '');
  if (intent.status === 'requires_action') {
    intent.next_action = null;
    if (approved) settle(store, intent, method, true);
    else fail(store, intent, method, { ...authenticationFailed, type: 'invalid_request_error' });
  }
  const succeeded = intent.status === 'succeeded' || intent.status === 'requires_capture';
  return returnTo(store.hidden(intent.id).returnUrl, 'payment_intent', intent, succeeded);
}

/** The merchant's page, with what Stripe puts behind it. */
export function returnTo(
  returnUrl: string | undefined,
  name: 'payment_intent' | 'setup_intent',
  intent: { id: string; client_secret: string | null },
  succeeded: boolean,
): string {
  if (!returnUrl) return '';
  const url = new URL(returnUrl);
  url.searchParams.set(name, intent.id);
  url.searchParams.set(`${name}_client_secret`, intent.client_secret ?? '');
  url.searchParams.set('redirect_status', succeeded ? 'succeeded' : 'failed');
  return url.toString();
}

/** Where the holder is sent: by us when there is a page to come back to, else by Stripe.js. */
export function nextAction(origin: string, id: string, returnUrl: string | undefined, useSdk: boolean | undefined) {
  const url = `${origin}/authenticate/${id}`;
  if (returnUrl && !useSdk) {
    return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
  }
  return {
    type: 'use_stripe_sdk',
    use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url, source: newId('src') },
  };
}

function confirm(call: Call, intent: Stripe.PaymentIntent, input: z.output<z.ZodObject<typeof confirming>>): Answer {
  const { store, origin } = call;
  const given = input.payment_method ?? idOf(intent.payment_method);
  if (!given) {
    throw invalid('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
      payment_intent: intent,
    });
  }
  const mayRedirect = intent.automatic_payment_methods?.allow_redirects === 'always';
  if (mayRedirect && !input.return_url && !input.off_session && !input.use_stripe_sdk) {
    throw invalid(
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.',
      { payment_intent: intent },
    );
  }
  const method = methodNamed(store, given, 'payment_method');
  checkUsable(store, method, idOf(intent.customer));
  Object.assign(intent, { payment_method: method.id, next_action: null, last_payment_error: null });
  if (input.setup_future_usage) intent.setup_future_usage = input.setup_future_usage;
  store.update(intent, input.return_url ? { returnUrl: input.return_url } : {});
  const { authenticate } = cardOf(method.card?.fingerprint);
  if (!authenticate) return settle(store, intent, method, false);
  if (input.off_session) {
    const agreed = authenticate === 'on_session' || (authenticate === 'unless_set_up' && store.hidden(method.id).setUp);
    return agreed
      ? settle(store, intent, method, false)
      : decline(store, intent, method, authenticationRequired, false);
  }
  if (input.error_on_requires_action) {
    return fail(store, intent, method, { ...authenticationRequired, type: 'card_error' });
  }
  intent.status = 'requires_action';
  intent.next_action = nextAction(
    origin,
    intent.id,
    input.return_url,
    input.use_stripe_sdk,
  ) as Stripe.PaymentIntent.NextAction;
  store.update(intent);
  store.emit('payment_intent.requires_action', intent);
  return ok(intent);
}

/** Asks the bank for the money. */
function settle(
  store: Store,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Answer {
  const card = cardOf(method.card?.fingerprint);
  if (card.decline) return decline(store, intent, method, card.decline, authenticated);
  const captured = intent.capture_method !== 'manual';
  const made = charge(store, intent, method, { captured, authenticated });
  Object.assign(intent, {
    latest_charge: made.id,
    last_payment_error: null,
    status: captured ? 'succeeded' : 'requires_capture',
    amount_received: captured ? intent.amount : 0,
    amount_capturable: captured ? 0 : intent.amount,
  });
  store.update(intent);
  keepOrSpend(store, intent, method, authenticated);
  store.emit(captured ? 'payment_intent.succeeded' : 'payment_intent.amount_capturable_updated', intent);
  return ok(intent);
}

/** A card that is to be kept is attached once it has paid; one that is attached to nobody has paid for the last time. */
function keepOrSpend(store: Store, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, authenticated: boolean) {
  const customer = idOf(intent.customer);
  if (intent.setup_future_usage && customer) {
    attach(store, method, customer);
    if (intent.setup_future_usage === 'off_session' && authenticated) store.update(method, { setUp: true });
  } else if (!method.customer) store.update(method, { spent: true });
}

function decline(
  store: Store,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  reason: Decline,
  authenticated: boolean,
): Answer {
  const made = charge(store, intent, method, { decline: reason, captured: false, authenticated });
  intent.latest_charge = made.id;
  return fail(store, intent, method, { ...reason, type: 'card_error', charge: made.id });
}

/** The intent stays, waits for another card and says why; so does the answer. */
function fail(
  store: Store,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  {
    code,
    declineCode,
    message,
    type,
    charge: made,
  }: Decline & { type: 'card_error' | 'invalid_request_error'; charge?: string },
): Answer {
  const error = {
    type,
    code,
    ...(declineCode ? { decline_code: declineCode } : {}),
    ...(made ? { charge: made } : {}),
    message,
    doc_url: `https://docs.stripe.com/error-codes#${code}`,
    payment_method: method,
  };
  Object.assign(intent, {
    status: 'requires_payment_method',
    payment_method: method.customer ? method.id : null,
    next_action: null,
    last_payment_error: error,
  });
  store.update(intent);
  store.emit('payment_intent.payment_failed', intent);
  return cardError(
    { code, ...(declineCode ? { declineCode } : {}), message },
    {
      ...(made ? { charge: made } : {}),
      payment_intent: intent,
      payment_method: method,
    },
  ).toAnswer();
}

function open({ status }: Stripe.PaymentIntent): boolean {
  return ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(status);
}

function unexpected(intent: Stripe.PaymentIntent, verb: string) {
  return invalid(`You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`, {
    code: 'payment_intent_unexpected_state',
    payment_intent: intent,
  });
}

function wrongSecret() {
  return invalid('The client_secret provided does not match the client_secret associated with this PaymentIntent.', {
    code: 'payment_intent_invalid_parameter',
    param: 'client_secret',
  });
}

function checkAmount(value: number, of: string): void {
  if (value < 1) {
    throw invalid('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  if (value > largest) {
    throw invalid('Amount must be no more than 999,999.99', { code: 'amount_too_large', param: 'amount' });
  }
  if (value < smallest) {
    throw invalid(`Amount must be at least 0.50 ${of}`, { code: 'amount_too_small', param: 'amount' });
  }
}

export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (!reference) return null;
  return typeof reference === 'string' ? reference : reference.id;
}
