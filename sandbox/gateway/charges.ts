import type Stripe from 'stripe';
import { cardOf } from './cards.ts';
import type { Decline } from './errors.ts';
import { newId, type Store } from './store.ts';

const daySeconds = 86_400;

/** What the gateway keeps of a charge: 1.5 % and 25 minor units. */
export const feeOf = (amount: number) => Math.round(amount * 0.015) + 25;
/** What a dispute costs, minor units. */
export const disputeFee = 2000;

/** A booking on the account's balance. `amount` is signed, minor units. */
export function book(
  store: Store,
  source: { id: string; currency: string },
  type: 'charge' | 'refund' | 'refund_failure' | 'adjustment',
  amount: number,
  fee: number,
): Stripe.BalanceTransaction {
  const categories = { charge: 'charge', refund: 'refund', refund_failure: 'refund_failure', adjustment: 'dispute' };
  return store.insert('balance_transaction', {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: store.now() + 2 * daySeconds,
    balance_type: 'payments',
    created: store.now(),
    currency: source.currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: source.currency,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: categories[type],
    source: source.id,
    status: 'pending',
    type,
  });
}

/** A try to take the money of an intent, successful unless there is a decline; `captured: false` only reserves it. */
export function charge(
  store: Store,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { decline, captured, authenticated }: { decline?: Decline; captured: boolean; authenticated: boolean },
): Stripe.Charge {
  const id = newId('ch');
  const made: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: ['GUILDHALL', intent.statement_descriptor_suffix].filter(Boolean).join('* '),
    captured: false,
    created: store.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { type: 'card', card: cardDetails(method, authenticated, decline) },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: decline ? null : `https://pay.stripe.example/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
  store.insert('charge', made);
  if (decline) store.emit('charge.failed', made);
  else {
    if (captured) capture(store, made, made.amount);
    store.emit('charge.succeeded', made);
    const { dispute } = cardOf(method.card?.fingerprint);
    if (captured && dispute) openDispute(store, made, dispute);
  }
  return made;
}

/** Takes a reserved amount; the charge is booked with its fee. */
export function capture(store: Store, made: Stripe.Charge, amount: number): void {
  made.captured = true;
  made.amount_captured = amount;
  // What is not taken is released, which Stripe shows as refunded.
  made.amount_refunded = made.amount - amount;
  made.balance_transaction = book(store, made, 'charge', amount, feeOf(amount)).id;
  store.update(made);
}

/** The bank takes the money back on the holder's word; an inquiry only asks. */
export function openDispute(
  store: Store,
  made: Stripe.Charge,
  { reason, inquiry = false }: { reason: string; inquiry?: boolean },
): Stripe.Dispute {
  const amount = made.amount - made.amount_refunded;
  const id = newId('dp');
  const bookings = inquiry ? [] : [book(store, { id, currency: made.currency }, 'adjustment', -amount, disputeFee)];
  const dispute = store.insert('dispute', {
    id,
    object: 'dispute',
    amount,
    balance_transactions: bookings,
    charge: made.id,
    created: store.now(),
    currency: made.currency,
    enhanced_eligibility_types: [],
    // Dozens of fields that a merchant may fill; none is filled here.
    evidence: {} as Stripe.Dispute.Evidence,
    evidence_details: {
      due_by: store.now() + 9 * daySeconds,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    network_reason_code: reason === 'fraudulent' ? '10.4' : '13.1',
    payment_intent: made.payment_intent,
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  });
  made.disputed = true;
  store.update(made);
  store.emit('charge.dispute.created', dispute);
  if (!inquiry) store.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** The bank decides. Won: the money comes back, the fee does not. */
export function closeDispute(store: Store, dispute: Stripe.Dispute, outcome: 'won' | 'lost'): void {
  if (outcome === 'won' && dispute.balance_transactions.length > 0) {
    dispute.balance_transactions.push(book(store, dispute, 'adjustment', dispute.amount, 0));
  }
  dispute.status = outcome;
  store.update(dispute);
  store.emit('charge.dispute.closed', dispute);
  if (outcome === 'won') store.emit('charge.dispute.funds_reinstated', dispute);
}

function outcomeOf(decline: Decline | undefined): Stripe.Charge.Outcome {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: decline ? '01' : null,
    network_status: decline ? 'declined_by_network' : 'approved_by_network',
    reason: decline ? (decline.declineCode ?? decline.code) : null,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: decline ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
    type: decline ? 'issuer_declined' : 'authorized',
  };
}

function cardDetails(
  method: Stripe.PaymentMethod,
  authenticated: boolean,
  decline: Decline | undefined,
): Stripe.Charge.PaymentMethodDetails.Card {
  if (!method.card) throw new Error('a card payment without a card');
  const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4 } = method.card;
  return {
    amount_authorized: null,
    authorization_code: decline ? null : '123456',
    brand,
    checks,
    country,
    electronic_commerce_indicator: null,
    exp_month,
    exp_year,
    fingerprint: fingerprint ?? null,
    funding,
    installments: null,
    last4,
    mandate: null,
    network: brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: authenticated
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          result: 'authenticated',
          result_reason: null,
          transaction_id: null,
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  };
}
