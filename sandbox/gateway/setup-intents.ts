import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { authenticationFailed, cardOf } from './cards.ts';
import { type Answer, cardError, type Decline } from './errors.ts';
import { created, expandable, flag, metadata, paging, parseParams, text, withMetadata } from './form.ts';
import { askHolder, checkSecret, idOf, isOpen, noMethod, retrieveIntent, returnTo, unexpected } from './intents.ts';
import { listOf } from './lists.ts';
import { attach, checkUsable, methodNamed } from './payment-methods.ts';
import { newId, type Store } from './store.ts';

const confirming = {
  ...expandable,
  payment_method: text.optional(),
  return_url: z.url().optional(),
  use_stripe_sdk: flag.optional(),
};
const createInput = z.strictObject({
  ...confirming,
  customer: text.optional(),
  confirm: flag.default(false),
  description: z.string().optional(),
  metadata: metadata.optional(),
  usage: z.enum(['off_session', 'on_session']).default('off_session'),
  allowed_payment_method_types: z.array(text).optional(),
  automatic_payment_methods: z.unknown().optional(),
});
const confirmInput = z.strictObject({ ...confirming, client_secret: text.optional() });
const cancelInput = z.strictObject({
  ...expandable,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'requested_by_customer']).optional(),
});
const listInput = z.strictObject({ ...paging, customer: text.optional(), created: created.optional() });

export function createSetupIntent(call: Call): Answer {
  const { store, form } = call;
  const input = parseParams(createInput, form);
  if (input.customer) store.get('customer', input.customer, 'customer');
  const id = newId('seti');
  const intent = store.insert('setup_intent', {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: input.allowed_payment_method_types ?? null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: newId(`${id}_secret`),
    created: store.now(),
    customer: input.customer ?? null,
    customer_account: null,
    description: input.description || null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: withMetadata({}, input.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage: input.usage,
  });
  store.emit('setup_intent.created', intent);
  return input.confirm ? confirm(call, intent, input) : ok(intent);
}

export const retrieveSetupIntent = retrieveIntent('setup_intent');

export function confirmSetupIntent(call: Call): Answer {
  const input = parseParams(confirmInput, call.form);
  const intent = call.store.get('setup_intent', call.id);
  checkSecret(intent, input.client_secret);
  if (!isOpen(intent)) throw unexpected(intent, 'confirm');
  return confirm(call, intent, input);
}

export function cancelSetupIntent({ store, form, id }: Call): Answer {
  const { cancellation_reason } = parseParams(cancelInput, form);
  const intent = store.get('setup_intent', id);
  if (!isOpen(intent)) throw unexpected(intent, 'cancel');
  Object.assign(intent, { status: 'canceled', cancellation_reason: cancellation_reason ?? null, next_action: null });
  store.update(intent);
  store.emit('setup_intent.canceled', intent);
  return ok(intent);
}

export function listSetupIntents({ store, form }: Call): Answer {
  const input = parseParams(listInput, form);
  const found = store.list('setup_intent', { customer: input.customer, created: input.created }, input);
  return ok(listOf('/v1/setup_intents', found));
}

export function finishSetupAuthentication(store: Store, intent: Stripe.SetupIntent, approved: boolean): string {
  const method = store.get('payment_method', idOf(intent.payment_method) ?? '');
  if (intent.status === 'requires_action') {
    intent.next_action = null;
    if (approved) settle(store, intent, method);
    else fail(store, intent, method, { ...authenticationFailed, code: 'setup_intent_authentication_failure' });
  }
  return returnTo(store, intent, intent.status === 'succeeded');
}

function confirm(call: Call, intent: Stripe.SetupIntent, input: z.output<z.ZodObject<typeof confirming>>): Answer {
  const { store } = call;
  if (!input.payment_method) throw noMethod(intent);
  const method = methodNamed(store, input.payment_method, 'payment_method');
  checkUsable(store, method, idOf(intent.customer));
  Object.assign(intent, { payment_method: method.id, next_action: null, last_setup_error: null });
  store.update(intent, input.return_url ? { returnUrl: input.return_url } : {});
  const { authenticate } = cardOf(method.card?.fingerprint);
  return authenticate ? askHolder(call, intent, input) : settle(store, intent, method);
}

function settle(store: Store, intent: Stripe.SetupIntent, method: Stripe.PaymentMethod): Answer {
  const { decline, attaches } = cardOf(method.card?.fingerprint);
  if (decline && !attaches) return fail(store, intent, method, decline);
  const customer = idOf(intent.customer);
  if (customer) attach(store, method, customer);
  store.update(method, { setUp: true });
  intent.status = 'succeeded';
  store.update(intent);
  store.emit('setup_intent.succeeded', intent);
  return ok(intent);
}

function fail(store: Store, intent: Stripe.SetupIntent, method: Stripe.PaymentMethod, reason: Decline): Answer {
  const { code, declineCode, message } = reason;
  Object.assign(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    last_setup_error: {
      type: 'card_error',
      code,
      ...(declineCode ? { decline_code: declineCode } : {}),
      message,
      payment_method: method,
    },
  });
  store.update(intent);
  store.emit('setup_intent.setup_failed', intent);
  return cardError(reason, { setup_intent: intent, payment_method: method }).toAnswer();
}
