/** Card details that may be kept and shown. `fingerprint` is the gateway's own name for the number: equal for equal cards. */
export interface GatewayCard {
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  fingerprint: string | null;
}

/** Why a bank or the gateway said no. `message` is written for the card holder. */
export interface GatewayFailure {
  code: string;
  declineCode: string | null;
  message: string;
}

/** What the card holder has to do next: go to a page of the bank, or let Stripe.js take over. */
export type GatewayNextAction = { type: 'redirect'; url: string } | { type: 'stripe_sdk'; clientSecret: string };

export type GatewayPaymentStatus =
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'requires_payment_method'
  | 'canceled';

/**
 * A payment as the gateway sees it. Amounts and `fee` are minor units of `currency` (upper case). `fee` is null until the gateway
 * has booked the charge. A declined payment has status `requires_payment_method` and a `failure`.
 */
export interface GatewayPayment {
  intentId: string;
  status: GatewayPaymentStatus;
  amount: number;
  amountReceived: number;
  amountRefunded: number;
  currency: string;
  failure: GatewayFailure | null;
  nextAction: GatewayNextAction | null;
  clientSecret: string | null;
  chargeId: string | null;
  card: GatewayCard | null;
  fee: number | null;
  paymentMethodId: string | null;
  customerId: string | null;
  /** Our own ids, from the metadata; null for what is none of ours. */
  paymentId: string | null;
  orderId: string | null;
  /** ISO, UTC. */
  createdAt: string;
}

/** Saving a card for later. Declined: `requires_payment_method` and a `failure`. */
export interface GatewaySetup {
  setupIntentId: string;
  status: 'requires_action' | 'processing' | 'succeeded' | 'requires_payment_method' | 'canceled';
  failure: GatewayFailure | null;
  nextAction: GatewayNextAction | null;
  clientSecret: string | null;
  paymentMethodId: string | null;
  card: GatewayCard | null;
  customerId: string | null;
}

export interface GatewayPaymentMethod {
  paymentMethodId: string;
  customerId: string | null;
  card: GatewayCard | null;
}

export interface GatewayRefund {
  refundId: string;
  intentId: string | null;
  chargeId: string | null;
  amount: number;
  currency: string;
  status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  failureReason: string | null;
  /** Our own id, from the metadata. */
  paymentRefundId: string | null;
  createdAt: string;
}

/** `amount` is what the bank took back; `fee` what the gateway asks for the trouble, null until it is booked. */
export interface GatewayDispute {
  disputeId: string;
  intentId: string | null;
  chargeId: string;
  amount: number;
  currency: string;
  reason: string;
  status: string;
  fee: number | null;
  createdAt: string;
}

/**
 * A verified webhook. It says what to look at, not what is true: webhooks arrive late, twice and out of order, so the handler
 * asks the gateway for the object as it is now. `kind: 'other'`: nothing that Guildhall follows.
 */
export interface GatewayEvent {
  eventId: string;
  type: string;
  createdAt: string;
  subject:
    | { kind: 'payment'; intentId: string; paymentId: string | null; orderId: string | null }
    | { kind: 'refund'; refundId: string; intentId: string | null }
    | { kind: 'dispute'; disputeId: string; intentId: string | null }
    | { kind: 'setup'; setupIntentId: string }
    | { kind: 'payment_method'; paymentMethodId: string }
    | { kind: 'other' };
}

export type WebhookVerdict =
  | { ok: true; event: GatewayEvent }
  | { ok: false; reason: 'bad_signature' | 'too_old' | 'unreadable' };

/** Made from what is meant (`payment:{id}`), never from the attempt; 1 to 255 characters; the gateway forgets it after 24 h. */
interface Meant {
  idempotencyKey: string;
}

export interface PaymentInput extends Meant {
  paymentId: string;
  orderId?: string;
  /** Minor units, > 0. */
  amount: number;
  currency: string;
  customerId: string;
  paymentMethodId: string;
  /** Where the bank's page sends the card holder back to; not needed off session. */
  returnUrl?: string;
  /** Nobody is there to answer the bank: a card that asks for it is declined with `authentication_required`. */
  offSession?: boolean;
  /** Keep the card with the customer for payments off session. */
  saveCard?: boolean;
  /** Only reserve the amount; `capturePaymentIntent` takes it. */
  authorizeOnly?: boolean;
  description?: string;
}

export interface RefundInput extends Meant {
  intentId: string;
  paymentRefundId: string;
  /** Minor units; all that is left when absent. */
  amount?: number;
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer';
}

/**
 * The payment gateway. A decline is a value; everything else that goes wrong is a PartnerError of partner `gateway`.
 * Its `outcomeUnknown` says that a write may have happened although no answer says so (time-out, cut line, 5xx, the same key under
 * way): ask with `findPaymentIntent`, `listRefunds` or the same call under the same key before believing anything.
 */
export interface Gateway {
  /** False when this installation has no keys: every call then throws `credentials`, reason `not connected`. */
  readonly connected: boolean;
  /** Harmless; throws when the keys are refused or the gateway is out of reach. */
  check(): Promise<void>;
  /** The customer made under this key; call it once a member and keep the id. Holds no name and no address. */
  ensureCustomer(input: { memberId: string } & Meant): Promise<{ customerId: string }>;
  /** Creates and confirms. */
  createPaymentIntent(input: PaymentInput): Promise<GatewayPayment>;
  /** Tries again with another card, after a decline. */
  confirmPaymentIntent(
    input: { intentId: string; paymentMethodId: string; returnUrl?: string; offSession?: boolean } & Meant,
  ): Promise<GatewayPayment>;
  retrievePaymentIntent(intentId: string): Promise<GatewayPayment>;
  /**
   * The payment that a lost answer left us without an id for; null when the gateway shows none. `createdAfter`: when we first asked.
   * It lists the customer's payments and compares our id. Repeating the create would not do: the gateway also replays a 500 for
   * 24 h although the charge was made, and after that the key is forgotten and the card would be charged again. Its search is
   * no help either, for it lags behind writes. Null proves nothing while our own request may still be on its way (within its time limit).
   */
  findPaymentIntent(input: {
    paymentId: string;
    customerId: string;
    createdAfter: Date;
  }): Promise<GatewayPayment | null>;
  /** Newest first, a page at a time; `after` is the last intent id of the page before. */
  listPaymentIntents(input: {
    createdAfter?: Date;
    after?: string;
    limit?: number;
  }): Promise<{ payments: GatewayPayment[]; next: string | null }>;
  cancelPaymentIntent(input: { intentId: string } & Meant): Promise<GatewayPayment>;
  /** Takes a reserved amount, in full or in part; the rest is released. */
  capturePaymentIntent(input: { intentId: string; amount?: number } & Meant): Promise<GatewayPayment>;
  /** Creates and confirms: the card is kept for payments off session. */
  createSetupIntent(
    input: { customerId: string; paymentMethodId: string; returnUrl: string } & Meant,
  ): Promise<GatewaySetup>;
  retrieveSetupIntent(setupIntentId: string): Promise<GatewaySetup>;
  /** Refused when it is over already. */
  cancelSetupIntent(input: { setupIntentId: string } & Meant): Promise<GatewaySetup>;
  /** A card that the bank declines is not attached: `failure`, and `method` null. */
  attachPaymentMethod(
    input: { paymentMethodId: string; customerId: string } & Meant,
  ): Promise<{ method: GatewayPaymentMethod; failure: null } | { method: null; failure: GatewayFailure }>;
  /** Also fine when it is detached already. */
  detachPaymentMethod(input: { paymentMethodId: string } & Meant): Promise<void>;
  /** Null when the gateway does not know it. */
  retrievePaymentMethod(paymentMethodId: string): Promise<GatewayPaymentMethod | null>;
  listPaymentMethods(customerId: string): Promise<GatewayPaymentMethod[]>;
  createRefund(input: RefundInput): Promise<GatewayRefund>;
  retrieveRefund(refundId: string): Promise<GatewayRefund>;
  listRefunds(intentId: string): Promise<GatewayRefund[]>;
  retrieveDispute(disputeId: string): Promise<GatewayDispute>;
  /** `rawBody` exactly as received. Refuses a wrong signature, and a timestamp more than 300 s old. */
  verifyWebhook(rawBody: string | Uint8Array, signatureHeader: string | null | undefined): WebhookVerdict;
}
