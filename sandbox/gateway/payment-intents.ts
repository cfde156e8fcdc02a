import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { capture } from './charges.ts';
import { type Answer, invalid } from './errors.ts';
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
import { checkSecret, idOf, isOpen, retrieveIntent, unexpected } from './intents.ts';
import { listOf } from './lists.ts';
import { confirm, confirming } from './payment-confirmations.ts';
import { checkUsable, methodNamed } from './payment-methods.ts';
import { newId } from './store.ts';

const amount = integer;
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

export const retrievePaymentIntent = retrieveIntent('payment_intent');

export function updatePaymentIntent({ store, form, id }: Call): Answer {
  const input = parseParams(updateInput, form);
  const intent = store.get('payment_intent', id);
  if (input.amount !== undefined) {
    if (!isOpen(intent)) throw unexpected(intent, 'update');
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
  checkSecret(intent, input.client_secret);
  if (!isOpen(intent)) throw unexpected(intent, 'confirm');
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
  if (!isOpen(intent) && intent.status !== 'requires_capture') throw unexpected(intent, 'cancel');
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
