import { z } from 'zod';
import type { TxCtx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { requestRefund, sendRefund } from '#server/payments/commands/refund.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { findPeriod, liveMembershipOf, lockMember, lockMembership, type Membership, periodsOf } from '../record.ts';
import { dayOf, firstPeriod, nextPeriod } from '../rules.ts';
import { type PlanTerms, termsOf } from '../terms.ts';
import { appendPeriod, beginMembership, insertPeriod } from './periods.ts';
import { isUpgradable, upgradePeriod } from './upgrade.ts';

export const paidOrder = z.strictObject({
  orderId: id,
  memberId: id,
  currency: z.string(),
  lines: z.array(
    z.strictObject({
      line: z.int(),
      planId: id,
      amount: z.int(),
      terms: z.record(z.string(), z.json()),
    }),
  ),
});
export type PaidOrder = z.output<typeof paidOrder>;
type PaidLine = PaidOrder['lines'][number];

/** Makes the periods that an order has paid for: each line once, however often it is told of. */
export async function takeOrder(tx: TxCtx, order: PaidOrder): Promise<void> {
  await lockMember(tx.sql, order.memberId);
  if (await isUndeliverable(tx, order)) return sendBack(tx, order);
  for (const line of order.lines) {
    const terms = termsOf(line.terms);
    if (terms.kind === 'credit' || (await isTaken(tx, order, line))) continue;
    const membership =
      terms.kind === 'upgrade' ? await upgrade(tx, order, line, terms) : await pay(tx, order, line, terms);
    await take(tx, order, line, membership.id);
  }
  await tx.sql`update renewal_attempts set status = 'paid' where order_id = ${order.orderId}`;
}

const take = (tx: TxCtx, { orderId }: PaidOrder, { line }: PaidLine, membershipId: string) =>
  tx.sql`
    insert into membership_order_lines (order_id, line, membership_id, taken_at)
    values (${orderId}, ${line}, ${membershipId}, ${tx.now().toISOString()})`;

/** An upgrade of days that went away while it was being paid: their money went back, or the membership has ended. */
async function isUndeliverable(tx: TxCtx, order: PaidOrder): Promise<boolean> {
  const live = await liveMembershipOf(tx.sql, order.memberId);
  const periods = live === null ? [] : await periodsOf(tx.sql, [live.id]);
  for (const line of order.lines) {
    const terms = termsOf(line.terms);
    if (terms.kind !== 'upgrade' || (await isTaken(tx, order, line))) continue;
    if (!periods.some((period) => isUpgradable(period, terms))) return true;
  }
  return false;
}

/** Nothing of the order is delivered: its money goes back by itself, and its days are there as days that were never in force. */
async function sendBack(tx: TxCtx, order: PaidOrder): Promise<void> {
  for (const line of order.lines) {
    const terms = termsOf(line.terms);
    if (terms.kind !== 'upgrade') continue;
    const old = await findPeriod(tx.sql, terms.periodId);
    if (!old) throw new Error('the period that was upgraded is not there');
    const what = { ...paidWith(order, line), priceId: terms.priceId, voidCause: 'not_deliverable' };
    await insertPeriod(tx, old.membershipId, { from: old.from, to: old.to }, what);
    await take(tx, order, line, old.membershipId);
  }
  const payment = await paymentOfOrder(tx.sql, order.orderId);
  const isPaid = payment?.status === 'succeeded' || payment?.status === 'partially_refunded';
  if (!isPaid || payment.refundsAsked >= payment.amount) return;
  const meaning = `order:${order.orderId}:not_deliverable`;
  await sendRefund(tx, await requestRefund(tx, { paymentId: payment.id, cause: 'not_deliverable', meaning }));
}

async function isTaken(tx: TxCtx, order: PaidOrder, line: PaidLine): Promise<boolean> {
  const taken = await tx.sql`
    select 1 from membership_order_lines where order_id = ${order.orderId} and line = ${line.line}`;
  return taken.length > 0;
}

/** Joins, or renews: as the membership stands now, not as it stood when the line was quoted. */
async function pay(
  tx: TxCtx,
  order: PaidOrder,
  line: PaidLine,
  terms: Extract<PlanTerms, { kind: 'period' }>,
): Promise<Membership> {
  const live = await liveMembershipOf(tx.sql, order.memberId);
  const what = { ...paidWith(order, line), priceId: terms.priceId };
  if (live === null) {
    // Whoever pays later than they meant to begins later: no day is paid for that was not had.
    const period = firstPeriod(dayOf(tx.now()), terms.months);
    return beginMembership(tx, { memberId: order.memberId, period, type: 'membership.activated' }, what);
  }
  const membership = await lockMembership(tx.sql, live.id);
  const period = nextPeriod(membership.endsOn, terms.months, membership.anchorDay);
  const data = { orderId: order.orderId, origin: 'paid' };
  return appendPeriod(tx, membership, period, what, { type: 'membership.renewed', data });
}

async function upgrade(
  tx: TxCtx,
  order: PaidOrder,
  line: PaidLine,
  terms: Extract<PlanTerms, { kind: 'upgrade' }>,
): Promise<Membership> {
  const live = await liveMembershipOf(tx.sql, order.memberId);
  if (live === null) throw new Error(`order ${order.orderId} upgrades a membership that has ended`);
  const membership = await lockMembership(tx.sql, live.id);
  return upgradePeriod(tx, membership, { ...paidWith(order, line), priceId: terms.priceId }, terms);
}

const paidWith = (order: PaidOrder, line: PaidLine) => ({
  planId: line.planId,
  origin: 'paid' as const,
  amount: line.amount,
  currency: order.currency,
  orderId: order.orderId,
  line: line.line,
});
