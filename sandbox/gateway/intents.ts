import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { type Answer, invalid } from './errors.ts';
import { expandable, parseParams, text } from './form.ts';
import { newId, type Store } from './store.ts';

/** What payment intents and setup intents do alike. */
export type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

const nameOf = { payment_intent: 'PaymentIntent', setup_intent: 'SetupIntent' } as const;

const retrieveInput = z.strictObject({ ...expandable, client_secret: text.optional() });

export const retrieveIntent =
  (kind: Intent['object']) =>
  ({ store, form, id }: Call): Answer => {
    const intent = store.get(kind, id);
    checkSecret(intent, parseParams(retrieveInput, form).client_secret);
    return ok(intent);
  };

/** A browser proves with the secret that the intent is its own. */
export function checkSecret(intent: Intent, given: string | undefined): void {
  if (given === undefined || given === intent.client_secret) return;
  const name = nameOf[intent.object];
  throw invalid(`The client_secret provided does not match the client_secret associated with this ${name}.`, {
    code: 'payment_intent_invalid_parameter',
    param: 'client_secret',
  });
}

export const isOpen = ({ status }: Intent): boolean =>
  ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(status);

export const unexpected = (intent: Intent, verb: string) =>
  unexpectedState(
    intent,
    `You cannot ${verb} this ${nameOf[intent.object]} because it has a status of ${intent.status}.`,
  );

export const noMethod = (intent: Intent) =>
  unexpectedState(intent, `You cannot confirm this ${nameOf[intent.object]} because it is missing a payment method.`);

const unexpectedState = (intent: Intent, message: string) =>
  invalid(message, { code: `${intent.object}_unexpected_state`, [intent.object]: intent });

/** The bank wants to hear from the holder: sent by us when there is a page to come back to, else by Stripe.js. */
export function askHolder(
  { store, origin }: Call,
  intent: Intent,
  { return_url, use_stripe_sdk }: { return_url?: string | undefined; use_stripe_sdk?: boolean | undefined },
): Answer {
  const url = `${origin}/authenticate/${intent.id}`;
  const next_action =
    return_url && !use_stripe_sdk
      ? { type: 'redirect_to_url', redirect_to_url: { return_url, url } }
      : {
          type: 'use_stripe_sdk',
          use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url, source: newId('src') },
        };
  Object.assign(intent, { status: 'requires_action', next_action });
  store.update(intent);
  store.emit(`${intent.object}.requires_action`, intent);
  return ok(intent);
}

/** The merchant's page, with what Stripe puts behind it. */
export function returnTo(store: Store, intent: Intent, succeeded: boolean): string {
  const { returnUrl } = store.hidden(intent.id);
  if (!returnUrl) return '';
  const url = new URL(returnUrl);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? '');
  url.searchParams.set('redirect_status', succeeded ? 'succeeded' : 'failed');
  return url.toString();
}

export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (!reference) return null;
  return typeof reference === 'string' ? reference : reference.id;
}
