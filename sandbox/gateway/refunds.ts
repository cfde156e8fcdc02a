import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { cardOf } from './cards.ts';
import { book } from './charges.ts';
import { invalid } from './errors.ts';
import { created, expandable, integer, metadata, paging, parseParams, text, withMetadata } from './form.ts';
import { listOf } from './lists.ts';
import { newId, type Store } from './store.ts';

const createInput = z.strictObject({
  ...expandable,
  amount: integer.optional(),
  charge: text.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.optional(),
});
const updateInput = z.strictObject({ ...expandable, metadata: metadata.optional() });
const listInput = z.strictObject({
  ...paging,
  charge: text.optional(),
  payment_intent: text.optional(),
  created: created.optional(),
});

/** How long a refund that does not settle at once takes, in seconds of the gateway's clock. */
export const settlesAfter = 60;

export function createRefund({ store, form }: Call) {
  const input = parseParams(createInput, form);
  const charge = chargeOf(store, input.charge, input.payment_intent);
  if (!charge.captured) {
    throw invalid('This charge has not been captured. Cancel its PaymentIntent to release it.', {
      code: 'charge_not_refundable',
    });
  }
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  if (charge.disputed) {
    throw invalid(`Charge ${charge.id} has been disputed and cannot be refunded.`, { code: 'charge_disputed' });
  }
  const amount = input.amount ?? left;
  if (amount < 1) {
    throw invalid('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  }
  if (amount > left) {
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  }
  const kind = cardOf(charge.payment_method_details?.card?.fingerprint).refund;
  const id = newId('re');
  const refund: Stripe.Refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: book(store, { id, currency: charge.currency }, 'refund', -amount, 0).id,
    charge: charge.id,
    created: store.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: { type: 'refund', reference_status: 'pending', reference_type: 'acquirer_reference_number' },
    },
    metadata: withMetadata({}, input.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: input.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: kind === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
  const to = kind === 'pending' ? ('succeeded' as const) : ('failed' as const);
  store.insert('refund', refund, kind ? { settles: { at: store.now() + settlesAfter, to } } : {});
  changeRefunded(store, charge, amount);
  store.emit('refund.created', refund);
  store.emit('charge.refunded', charge);
  return ok(refund);
}

export function retrieveRefund({ store, id }: Call) {
  return ok(store.get('refund', id));
}

export function updateRefund({ store, form, id }: Call) {
  const refund = store.get('refund', id);
  refund.metadata = withMetadata(refund.metadata ?? {}, parseParams(updateInput, form).metadata);
  store.update(refund);
  store.emit('refund.updated', refund);
  return ok(refund);
}

export function listRefunds({ store, form }: Call) {
  const input = parseParams(listInput, form);
  const filter = { charge: input.charge, paymentIntent: input.payment_intent, created: input.created };
  return ok(listOf('/v1/refunds', store.list('refund', filter, input)));
}

/** What was to become of refunds by now. */
export function settleRefunds(store: Store): void {
  for (const refund of store.settling()) {
    const to = store.hidden(refund.id).settles?.to;
    store.update(to === 'failed' ? failed(store, refund) : { ...refund, status: 'succeeded' }, { settles: undefined });
    const now = store.get('refund', refund.id);
    store.emit('refund.updated', now);
    store.emit('charge.refund.updated', now);
    if (to === 'failed') store.emit('refund.failed', now);
  }
}

/** The card's bank has sent it back: the money is the merchant's again. */
function failed(store: Store, refund: Stripe.Refund): Stripe.Refund {
  const charge = store.get('charge', String(refund.charge));
  changeRefunded(store, charge, -refund.amount);
  return {
    ...refund,
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: book(store, refund, 'refund_failure', refund.amount, 0).id,
  };
}

function changeRefunded(store: Store, charge: Stripe.Charge, by: number): void {
  charge.amount_refunded += by;
  charge.refunded = charge.amount_refunded === charge.amount;
  store.update(charge);
}

function chargeOf(store: Store, id: string | undefined, intentId: string | undefined): Stripe.Charge {
  if (id) return store.get('charge', id, 'charge');
  if (!intentId)
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.');
  const intent = store.get('payment_intent', intentId, 'payment_intent');
  const charge = typeof intent.latest_charge === 'string' ? store.find('charge', intent.latest_charge) : undefined;
  if (charge?.paid) return charge;
  throw invalid(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    code: 'payment_intent_unexpected_state',
    param: 'payment_intent',
  });
}
