import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { authenticationFailed, authenticationRequired, cardOf } from './cards.ts';
import { charge } from './charges.ts';
import { type Answer, cardError, type Decline, invalid } from './errors.ts';
import { expandable, flag, text } from './form.ts';
import { askHolder, idOf, noMethod, returnTo } from './intents.ts';
import { attach, checkUsable, methodNamed } from './payment-methods.ts';
import type { Store } from './store.ts';

/** What is said with a confirmation. */
export const confirming = {
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

export function confirm(
  call: Call,
  intent: Stripe.PaymentIntent,
  input: z.output<z.ZodObject<typeof confirming>>,
): Answer {
  const { store } = call;
  const given = input.payment_method ?? idOf(intent.payment_method);
  if (!given) throw noMethod(intent);
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
  return askHolder(call, intent, input);
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

/** The holder has answered the bank's page; the intent goes on, and the answer is where the holder goes. */
export function finishAuthentication(store: Store, intent: Stripe.PaymentIntent, approved: boolean): string {
  const method = store.get('payment_method', idOf(intent.payment_method) ?? '');
  if (intent.status === 'requires_action') {
    intent.next_action = null;
    if (approved) settle(store, intent, method, true);
    else fail(store, intent, method, { ...authenticationFailed, type: 'invalid_request_error' });
  }
  const succeeded = intent.status === 'succeeded' || intent.status === 'requires_capture';
  return returnTo(store, intent, succeeded);
}
