import type { Queryable, TransactionSql } from '#db/client.ts';
import type { NextAction, PaymentMethod, PaymentPurpose, PaymentStatus, RefundStatus } from '#db/schema/payments.ts';
import { notFound } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';

/** A payment as the database holds it. Amounts in minor units of `currency`; times RFC 3339 in UTC. */
export interface Payment {
  id: string;
  number: string;
  memberId: string;
  purpose: PaymentPurpose;
  orderId: string | null;
  loanId: string | null;
  invoiceId: string | null;
  method: PaymentMethod;
  amount: number;
  currency: string;
  status: PaymentStatus;
  cardId: string | null;
  paymentMethodId: string | null;
  cardBrand: string | null;
  cardLast4: string | null;
  saveCard: boolean;
  offSession: boolean;
  customerId: string | null;
  intentId: string | null;
  chargeId: string | null;
  failureCode: string | null;
  /** In our own words, for the member. */
  failureMessage: string | null;
  nextAction: NextAction | null;
  askedAt: string | null;
  repairs: number;
  repairAt: string | null;
  fee: number | null;
  refundsAsked: number;
  refundedAmount: number;
  receivedOn: string | null;
  reference: string | null;
  correlationId: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  settledAt: string | null;
}

export const paymentColumns = (sql: Queryable) => sql`
  p.id, p.number, p.member_id as "memberId", p.purpose, p.order_id as "orderId", p.loan_id as "loanId",
  p.invoice_id as "invoiceId", p.method, p.amount, p.currency, p.status, p.card_id as "cardId",
  p.payment_method_id as "paymentMethodId", p.card_brand as "cardBrand", p.card_last4 as "cardLast4",
  p.save_card as "saveCard", p.off_session as "offSession", p.customer_id as "customerId", p.intent_id as "intentId",
  p.charge_id as "chargeId", p.failure_code as "failureCode", p.failure_message as "failureMessage",
  p.next_action as "nextAction", p.asked_at as "askedAt", p.repairs, p.repair_at as "repairAt", p.fee,
  p.refunds_asked as "refundsAsked", p.refunded_amount as "refundedAmount", p.received_on::text as "receivedOn", p.reference,
  p.correlation_id as "correlationId", p.version, p.created_at as "createdAt", p.updated_at as "updatedAt",
  p.settled_at as "settledAt"`;

export const withTimes = (row: Payment): Payment => ({
  ...row,
  askedAt: row.askedAt && rfc3339(row.askedAt),
  repairAt: row.repairAt && rfc3339(row.repairAt),
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
  settledAt: row.settledAt && rfc3339(row.settledAt),
});

export async function findPayment(sql: Queryable, id: string): Promise<Payment | null> {
  const [row] = await sql<Payment[]>`select ${paymentColumns(sql)} from payments p where p.id = ${id}`;
  return row ? withTimes(row) : null;
}

/** What a member paid last, whatever has become of it since. */
export async function lastPaidBy(sql: Queryable, memberId: string): Promise<Payment | null> {
  const [row] = await sql<Payment[]>`
    select ${paymentColumns(sql)} from payments p
    where p.member_id = ${memberId} and p.settled_at is not null and p.status <> 'failed'
    order by p.settled_at desc, p.id desc limit 1`;
  return row ? withTimes(row) : null;
}

/** The payment that the gateway knows by this name. */
export async function findPaymentOfIntent(sql: Queryable, intentId: string): Promise<Payment | null> {
  const [row] = await sql<Payment[]>`select ${paymentColumns(sql)} from payments p where p.intent_id = ${intentId}`;
  return row ? withTimes(row) : null;
}

/** The payment of an order that counts: not one that was refused, unless there is no other. */
export async function paymentOfOrder(sql: Queryable, orderId: string): Promise<Payment | null> {
  const [row] = await sql<Payment[]>`
    select ${paymentColumns(sql)} from payments p where p.order_id = ${orderId}
    order by (p.status = 'failed'), p.created_at desc limit 1`;
  return row ? withTimes(row) : null;
}

/** What has gone back of each order's payments, in minor units; no entry for one of which nothing has. */
export async function refundedOfOrders(sql: Queryable, orderIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ orderId: string; refunded: number }[]>`
    select order_id as "orderId", sum(refunded_amount)::bigint as refunded from payments
    where order_id = any(${[...orderIds]}::uuid[]) and refunded_amount > 0 group by order_id`;
  return new Map(rows.map(({ orderId, refunded }) => [orderId, Number(refunded)]));
}

/** The payment of each order of which everything went back. */
export async function refundedWhole(sql: Queryable): Promise<Map<string, string>> {
  const rows = await sql<{ orderId: string; id: string }[]>`
    select order_id as "orderId", id from payments where status = 'refunded' and order_id is not null`;
  return new Map(rows.map(({ orderId, id }) => [orderId, id]));
}

/** @throws AppError `not_found` */
export async function lockPayment(sql: TransactionSql, id: string): Promise<Payment> {
  const [row] = await sql<Payment[]>`select ${paymentColumns(sql)} from payments p where p.id = ${id} for update`;
  if (!row) throw notFound();
  return withTimes(row);
}

type Change = Partial<
  Pick<
    Payment,
    | 'status'
    | 'cardBrand'
    | 'cardLast4'
    | 'customerId'
    | 'intentId'
    | 'chargeId'
    | 'failureCode'
    | 'failureMessage'
    | 'nextAction'
    | 'askedAt'
    | 'repairs'
    | 'repairAt'
    | 'fee'
    | 'refundsAsked'
    | 'refundedAmount'
    | 'settledAt'
  >
>;

const columnOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `steps`: by how many events the payment moves on; its version is its stream's. */
export async function writePayment(
  sql: TransactionSql,
  before: Payment,
  change: Change,
  now: Date,
  steps: number,
): Promise<Payment> {
  const after: Payment = { ...before, ...change, version: before.version + steps, updatedAt: now.toISOString() };
  const written = { ...change, version: after.version, updatedAt: after.updatedAt };
  const columns: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(written)) {
    if (name !== 'nextAction') columns[columnOf(name)] = value as string | number | null;
  }
  await sql`update payments set ${sql(columns)} where id = ${before.id}`;
  if ('nextAction' in change) {
    const action = change.nextAction ? JSON.stringify(change.nextAction) : null;
    await sql`update payments set next_action = ${action}::text::jsonb where id = ${before.id}`;
  }
  return after;
}

export interface Refund {
  id: string;
  paymentId: string;
  amount: number;
  currency: string;
  cause: string;
  /** What a person wrote who gave it back; sealed under the payer's key. */
  reasonSealed: string | null;
  meaning: string;
  status: RefundStatus;
  /** What is held for it in the books, where its payer could spend it meanwhile. */
  holdEntryId: string | null;
  gatewayRefundId: string | null;
  failureCode: string | null;
  requestedBy: string | null;
  createdAt: string;
  updatedAt: string;
}

export const refundColumns = (sql: Queryable) => sql`
  r.id, r.payment_id as "paymentId", r.amount, r.currency, r.cause, r.reason_sealed as "reasonSealed",
  r.meaning, r.status, r.hold_entry_id as "holdEntryId",
  r.gateway_refund_id as "gatewayRefundId", r.failure_code as "failureCode", r.requested_by as "requestedBy",
  r.created_at as "createdAt", r.updated_at as "updatedAt"`;

const refundTimes = (row: Refund): Refund => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
});

export async function findRefund(sql: Queryable, id: string): Promise<Refund | null> {
  const [row] = await sql<Refund[]>`select ${refundColumns(sql)} from refunds r where r.id = ${id}`;
  return row ? refundTimes(row) : null;
}

/** The refund with this meaning that stands: one that was refused for good does not. */
export async function findRefundMeaning(sql: Queryable, meaning: string): Promise<Refund | null> {
  const [row] = await sql<
    Refund[]
  >`select ${refundColumns(sql)} from refunds r where r.meaning = ${meaning} and r.status <> 'failed'`;
  return row ? refundTimes(row) : null;
}

export async function refundsOf(sql: Queryable, paymentId: string): Promise<Refund[]> {
  const rows = await sql<Refund[]>`
    select ${refundColumns(sql)} from refunds r where r.payment_id = ${paymentId} order by r.created_at, r.id`;
  return rows.map(refundTimes);
}

export async function lockRefund(sql: TransactionSql, id: string): Promise<Refund> {
  const [row] = await sql<Refund[]>`select ${refundColumns(sql)} from refunds r where r.id = ${id} for update`;
  if (!row) throw notFound();
  return refundTimes(row);
}
