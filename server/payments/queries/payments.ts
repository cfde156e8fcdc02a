import { requirePerson } from '#server/access/commands/sessions.ts';
import { recordListLook, recordLook } from '#server/audit/commands.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { notFound, notYours } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { houseCurrency } from '#server/ledger/rules.ts';
import { fullName, memberLabelsOf } from '#server/members/queries/status.ts';
import { findPayment, type Payment, paymentColumns, type Refund, refundsOf, withTimes } from '../record.ts';
import type { PaymentSummary, PaymentsQuery, PaymentView, RefundView } from '../shapes.ts';

/** One's own, or with `payments:read` any: then the reading is audited. @throws AppError `not_found` */
export async function readablePayment(ctx: Ctx, id: string): Promise<Payment> {
  const payment = await findPayment(ctx.sql, id);
  if (!payment) throw notFound();
  if (isOwn(ctx, payment.memberId) && can(ctx, 'self')) return payment;
  if (!can(ctx, 'payments:read')) throw notYours();
  await recordLook(ctx, { resourceType: 'payment', resourceId: id, part: 'payment', subjectId: payment.memberId });
  return payment;
}

/** @throws AppError `not_found` */
export const getPayment = async (ctx: Ctx, id: string): Promise<PaymentView> =>
  paymentViewOf(ctx, await readablePayment(ctx, id));

export async function paymentViewOf(ctx: Ctx, payment: Payment): Promise<PaymentView> {
  return {
    ...summaryOf(payment, await payersOf(ctx, [payment])),
    nextAction: await nextActionOf(ctx, payment),
    behind: can(ctx, 'payments:read') ? behindOf(payment) : null,
  };
}

/** The secret is asked for when it is needed, and for the payer alone. */
async function nextActionOf(
  ctx: Ctx,
  { status, nextAction, intentId, memberId }: Payment,
): Promise<PaymentView['nextAction']> {
  if (status !== 'requires_action' || nextAction === null) return null;
  if (nextAction.type === 'redirect' || intentId === null || !isOwn(ctx, memberId)) return nextAction;
  try {
    const { clientSecret } = await partnersOf(ctx.app).gateway().retrievePaymentIntent(intentId);
    return clientSecret === null ? nextAction : { ...nextAction, clientSecret };
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    return nextAction;
  }
}

type Payers = Awaited<ReturnType<typeof memberLabelsOf>>;

/** Whose they are, for staff; to a member all are their own. */
const payersOf = async (ctx: Ctx, payments: readonly Payment[]): Promise<Payers> =>
  can(ctx, 'payments:read')
    ? memberLabelsOf(
        ctx,
        payments.map(({ memberId }) => memberId),
      )
    : new Map();

function summaryOf(payment: Payment, payers: Payers): PaymentSummary {
  const { id, number, memberId, purpose, orderId, loanId, invoiceId, method, status, currency } = payment;
  const payer = payers.get(memberId);
  return {
    id,
    number,
    memberId,
    memberNumber: payer?.number ?? null,
    memberName: fullName(payer?.name),
    purpose,
    orderId,
    loanId,
    invoiceId,
    method,
    amount: { amount: payment.amount, currency },
    refunded: { amount: payment.refundedAmount, currency },
    status,
    card: method === 'card' ? { brand: payment.cardBrand, last4: payment.cardLast4 } : null,
    failure: payment.failureCode === null ? null : { code: payment.failureCode, message: payment.failureMessage ?? '' },
    createdAt: payment.createdAt,
    settledAt: payment.settledAt,
  };
}

const behindOf = ({ intentId, chargeId, fee, currency, receivedOn, reference, repairs, repairAt }: Payment) => ({
  intentId,
  chargeId,
  fee: fee === null ? null : { amount: fee, currency },
  receivedOn,
  reference,
  repairs,
  repairAt,
});

/** One's own payments; with `payments:read` anybody's. Newest first. @throws AppError `not_found` for somebody else's */
export async function listPayments(
  ctx: Ctx,
  query: PaymentsQuery,
): Promise<{ data: PaymentSummary[]; nextCursor: string | null }> {
  const { sql } = ctx;
  const memberId = payerOf(ctx, query);
  await recordListLook(ctx, { resourceType: 'payment', part: 'payments', memberId });
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, ['timestamp', 'uuid']);
  const rows = await sql<Payment[]>`
    select ${paymentColumns(sql)} from payments p
    where true
      ${memberId === undefined ? sql`` : sql`and p.member_id = ${memberId}`}
      ${query.status ? sql`and p.status = ${query.status}` : sql``}
      ${query.purpose ? sql`and p.purpose = ${query.purpose}` : sql``}
      ${query.amount === undefined ? sql`` : sql`and p.amount = ${query.amount}`}
      ${query.last4 ? sql`and p.card_last4 = ${query.last4}` : sql``}
      ${query.from ? sql`and p.created_at >= ${query.from}` : sql``}
      ${query.to ? sql`and p.created_at < ${query.to}` : sql``}
      ${query.q ? named(ctx, query.q) : sql``}
      ${after ? sql`and (p.created_at, p.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
    order by p.created_at desc, p.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit);
  const payers = await payersOf(ctx, page);
  const last = page.at(-1);
  return {
    data: page.map((row) => summaryOf(withTimes(row), payers)),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.createdAt, last.id]) : null,
  };
}

/** What people read from a bank statement, a mail or the gateway's pages. */
function named({ sql }: Ctx, q: string) {
  const upper = q.toUpperCase();
  if (/^P-\d+$/.test(upper)) return sql`and p.number = ${upper}`;
  // Each by its own index: asked for with "or", all payments are read.
  return sql`and p.id = any(array(
    select id from payments where intent_id = ${q} union select id from payments where charge_id = ${q}
    union select id from payments where reference = ${q}
    union select payment_id from refunds where gateway_refund_id = ${q}))`;
}

/** Whose payments are listed; undefined for everybody's, null for nobody's. */
function payerOf(ctx: Ctx, query: PaymentsQuery): string | null | undefined {
  if (can(ctx, 'payments:read')) return query.memberId;
  const { memberId } = requirePerson(ctx);
  if (query.memberId !== undefined && query.memberId !== memberId) throw notYours();
  return memberId;
}

/** @throws AppError `not_found` */
export async function listRefunds(ctx: Ctx, paymentId: string): Promise<{ data: RefundView[]; nextCursor: null }> {
  const payment = await readablePayment(ctx, paymentId);
  // A person's words were not written to the payer.
  const forStaff = can(ctx, 'payments:read') && !isOwn(ctx, payment.memberId);
  const key = forStaff ? await ctx.app.dataKeys.find(ctx.sql, payment.memberId) : null;
  const refunds = await refundsOf(ctx.sql, paymentId);
  return {
    data: refunds.map((refund) => refundViewOf(refund, openOrNull(key, 'reason', refund.reasonSealed))),
    nextCursor: null,
  };
}

export const refundViewOf = (refund: Refund, reason: string | null): RefundView => ({
  id: refund.id,
  paymentId: refund.paymentId,
  amount: { amount: refund.amount, currency: refund.currency },
  cause: refund.cause,
  reason,
  status: refund.status,
  failureCode: refund.failureCode,
  createdAt: refund.createdAt,
  updatedAt: refund.updatedAt,
});

/** What a page needs before a card can be typed in. */
export function paymentSettings(ctx: Ctx) {
  const { STRIPE_PUBLISHABLE_KEY, STRIPE_FRAME_URL } = ctx.app.settings;
  return {
    connected: partnersOf(ctx.app).gateway().connected,
    publishableKey: STRIPE_PUBLISHABLE_KEY ?? null,
    frameUrl: STRIPE_FRAME_URL ?? null,
    currency: houseCurrency,
  };
}
