import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { cardNamed, cardNumbered, cardOf, fingerprintOf, passesLuhn, type TestCard } from './cards.ts';
import { cardError, invalid, missing } from './errors.ts';
import { expandable, integer, metadata, paging, parseParams, text, withMetadata } from './form.ts';
import { listOf } from './lists.ts';
import { newId, type Store } from './store.ts';

const billing = z
  .strictObject({
    name: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
    address: z.record(z.string(), z.string()).optional(),
  })
  .optional();
const createInput = z.strictObject({
  ...expandable,
  type: z.literal('card', 'The sandbox knows cards only'),
  card: z.union([
    z.strictObject({ token: text }),
    z.strictObject({ number: text, exp_month: integer, exp_year: integer, cvc: z.string().optional() }),
  ]),
  billing_details: billing,
  metadata: metadata.optional(),
});
const updateInput = z.strictObject({ ...expandable, billing_details: billing, metadata: metadata.optional() });
const attachInput = z.strictObject({ ...expandable, customer: text });
const listInput = z.strictObject({ ...paging, customer: text.optional(), type: text.optional() });

/** With a publishable key a typed number; with the secret one a token, as Stripe has it unless an account may see numbers. */
export function createPaymentMethod({ store, form }: Call, publishable: boolean) {
  const input = parseParams(createInput, form);
  const expiry = 'number' in input.card ? { month: input.card.exp_month, year: input.card.exp_year } : nextYears(store);
  const card = 'number' in input.card ? typedCard(store, input.card, publishable) : cardNamed(input.card.token);
  if (!card) throw missing('token', 'token' in input.card ? input.card.token : '', 'card[token]', 400);
  const method = newMethod(store, card, expiry);
  method.metadata = withMetadata({}, input.metadata);
  method.billing_details = { ...method.billing_details, ...billingOf(input.billing_details) };
  store.update(method);
  return ok(method);
}

export function retrievePaymentMethod({ store, id }: Call) {
  return ok(store.get('payment_method', id));
}

export function updatePaymentMethod({ store, form, id }: Call) {
  const input = parseParams(updateInput, form);
  const method = store.get('payment_method', id);
  method.metadata = withMetadata(method.metadata ?? {}, input.metadata);
  method.billing_details = { ...method.billing_details, ...billingOf(input.billing_details) };
  store.update(method);
  store.emit('payment_method.updated', method);
  return ok(method);
}

export function attachPaymentMethod({ store, form, id }: Call) {
  const { customer } = parseParams(attachInput, form);
  store.get('customer', customer, 'customer');
  const method = methodNamed(store, id, 'id');
  if (method.customer === customer) return ok(method);
  if (method.customer) throw invalid('The payment method you provided has already been attached to a customer.');
  if (store.hidden(method.id).spent) throw spent();
  const { decline, attaches } = cardOf(method.card?.fingerprint);
  if (decline && !attaches) throw cardError(decline);
  attach(store, method, customer);
  return ok(method);
}

export function detachPaymentMethod({ store, id }: Call) {
  const method = store.get('payment_method', id);
  if (!method.customer) {
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.', {
      param: 'payment_method',
    });
  }
  const customer = method.customer;
  method.customer = null;
  store.update(method, { spent: true });
  store.emit('payment_method.detached', method, { customer });
  return ok(method);
}

export function listPaymentMethods({ store, form, id }: Call) {
  const input = parseParams(listInput, form);
  const customer = id || input.customer;
  if (customer) store.get('customer', customer, id ? undefined : 'customer');
  const url = id ? `/v1/customers/${id}/payment_methods` : '/v1/payment_methods';
  // Without a customer Stripe lists what is attached to nobody, which is never anything.
  if (!customer) return ok(listOf(url, { data: [], has_more: false }));
  return ok(listOf(url, store.list('payment_method', { customer, fields: { type: input.type } }, input)));
}

/** The method of this id; a published name (`pm_card_visa`) makes a new one each time. Throws when there is none. */
export function methodNamed(store: Store, id: string, param: string): Stripe.PaymentMethod {
  const card = id.startsWith('pm_card_') ? cardNamed(id) : undefined;
  if (card) return newMethod(store, card, nextYears(store));
  const method = store.find('payment_method', id);
  if (!method) throw missing('PaymentMethod', id, param, param === 'id' ? 404 : 400);
  return method;
}

/** Throws when the method may not pay for this customer. */
export function checkUsable(store: Store, method: Stripe.PaymentMethod, customer: string | null): void {
  if (store.hidden(method.id).spent) throw spent();
  if (!method.customer || method.customer === customer) return;
  throw customer
    ? invalid(
        'The customer does not have a payment method with the ID given. The payment method must be attached to the customer.',
        {
          code: 'payment_method_unexpected_state',
          param: 'payment_method',
        },
      )
    : invalid(
        'The payment method you provided is attached to a customer so for security purposes you must provide the customer in the request.',
        {
          code: 'payment_method_unexpected_state',
          param: 'payment_method',
        },
      );
}

export function attach(store: Store, method: Stripe.PaymentMethod, customer: string): void {
  if (method.customer === customer) return;
  method.customer = customer;
  store.update(method);
  store.emit('payment_method.attached', method);
}

function spent() {
  return invalid(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    { code: 'payment_method_unexpected_state', param: 'payment_method' },
  );
}

type Typed = { number: string; exp_month: number; exp_year: number; cvc?: string | undefined };

function typedCard(store: Store, typed: Typed, publishable: boolean): TestCard {
  if (!publishable) {
    throw invalid(
      'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing.',
    );
  }
  const number = typed.number.replace(/[\s-]/g, '');
  const param = (name: string) => ({ param: name });
  if (!passesLuhn(number)) {
    throw cardError({ code: 'incorrect_number', message: 'Your card number is incorrect.' }, param('number'));
  }
  const year = typed.exp_year < 100 ? 2000 + typed.exp_year : typed.exp_year;
  const today = new Date(store.now() * 1000);
  if (typed.exp_month < 1 || typed.exp_month > 12) {
    throw cardError(
      { code: 'invalid_expiry_month', message: "Your card's expiration month is invalid." },
      param('exp_month'),
    );
  }
  const past = year * 12 + typed.exp_month < today.getUTCFullYear() * 12 + today.getUTCMonth() + 1;
  if (past || year > today.getUTCFullYear() + 50) {
    throw cardError(
      { code: 'invalid_expiry_year', message: "Your card's expiration year is invalid." },
      param('exp_year'),
    );
  }
  const card = cardNumbered(number);
  if (!card) {
    throw cardError({
      code: 'card_declined',
      declineCode: 'test_mode_live_card',
      message:
        'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    });
  }
  const length = card.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/;
  if (typed.cvc !== undefined && !length.test(typed.cvc)) {
    throw cardError({ code: 'invalid_cvc', message: "Your card's security code is invalid." }, param('cvc'));
  }
  return card;
}

function nextYears(store: Store): { month: number; year: number } {
  const today = new Date(store.now() * 1000);
  return { month: today.getUTCMonth() + 1, year: today.getUTCFullYear() + 1 };
}

function newMethod(store: Store, card: TestCard, expiry: { month: number; year: number }): Stripe.PaymentMethod {
  return store.insert('payment_method', {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: card.cvcFails ? 'fail' : 'pass',
      },
      country: card.country ?? 'US',
      display_brand: card.brand,
      exp_month: expiry.month,
      exp_year: expiry.year < 100 ? 2000 + expiry.year : expiry.year,
      fingerprint: fingerprintOf(card.number),
      funding: card.funding ?? 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: card.brand !== 'amex' },
      wallet: null,
    },
    created: store.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  });
}

function billingOf(given: z.output<typeof billing>): Partial<Stripe.PaymentMethod.BillingDetails> {
  if (!given) return {};
  const { address, ...rest } = given;
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return { ...rest, ...(address ? { address: { ...empty, ...address } } : {}) };
}
