import type { OrderOrigin, PaymentChoice } from '#db/schema/orders.ts';
import { cardForRenewals, resolvePaymentMethod } from '#server/cards/queries/resolve.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { AppError, conflict, ruleViolated } from '#server/errors/errors.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { placeOrder, type QuotedLine } from '#server/orders/commands/place.ts';
import { recentPlanOrders } from '#server/orders/queries/state.ts';
import { isBarred } from '#server/orders/rules.ts';
import { readableMembership } from '../queries/memberships.ts';
import { quoteRenewal } from '../queries/quote.ts';
import { lockMember, lockMembership, type Membership } from '../record.ts';
import type { PlacedOrder, RenewalInput } from '../shapes.ts';

/** One's own membership, or with `memberships:manage` anybody's but one's own. @throws AppError `not_found`, `forbidden` */
export async function manageableMembership(ctx: Ctx, id: string): Promise<Membership> {
  const membership = await readableMembership(ctx, id);
  if (!isOwn(ctx, membership.memberId)) requirePermission(ctx, 'memberships:manage');
  return membership;
}

/**
 * Orders the next period. Gives the order; the period is made when it is paid.
 * @throws AppError `rule_violated` when it has ended, is paid far enough ahead, or there is nothing to pay with; `conflict`
 * while another payment for it is under way
 */
export async function renew(ctx: Ctx, id: string, input: RenewalInput): Promise<PlacedOrder> {
  const { memberId } = await manageableMembership(ctx, id);
  return inTransaction(ctx, async (tx) => {
    const membership = await lockForOrder(tx, memberId, id);
    const line = await quoteRenewal(tx, membership);
    const payment = await paymentFor(tx, memberId, line.unitAmount, {
      ...input,
      // Somebody at the desk acts for them: nobody is there to answer their bank.
      offSession: !isOwn(ctx, memberId),
    });
    return order(tx, membership, 'renewal', [line], payment);
  });
}

/** Locks a membership for an order of its member's. @throws AppError `conflict` while there is one, `rule_violated` for who is barred */
export async function lockForOrder(tx: TxCtx, memberId: string, membershipId: string): Promise<Membership> {
  await lockMember(tx.sql, memberId);
  const membership = await lockMembership(tx.sql, membershipId);
  const status = await memberStatusOf(tx, memberId);
  if (status === null || isBarred(status)) {
    throw ruleViolated('This membership does not allow payments at the moment. Please ask for help.');
  }
  await refuseWhileUnderWay(tx, memberId);
  return membership;
}

/** Of two payments for the same days one would be too much: the first is waited for. @throws AppError `conflict` */
export async function refuseWhileUnderWay(tx: TxCtx, memberId: string): Promise<void> {
  if (await isUnderWay(tx, memberId)) {
    throw conflict('A payment for this membership is under way already. Wait until it is through, or call it off.');
  }
}

export async function isUnderWay(tx: TxCtx, memberId: string): Promise<boolean> {
  const orders = await recentPlanOrders(tx, memberId);
  if (orders.some(({ status }) => status !== 'completed')) return true;
  const completed = orders.map(({ id }) => id);
  const taken = await tx.sql<{ orderId: string }[]>`
    select distinct order_id as "orderId" from membership_order_lines where order_id = any(${completed}::uuid[])`;
  return taken.length < completed.length;
}

interface Paying {
  paymentMethod?: string | undefined;
  saveCard?: boolean | undefined;
  offSession: boolean;
}

/** @throws AppError `rule_violated` when there is no card to pay with, or it is not theirs */
export async function paymentFor(
  tx: TxCtx,
  memberId: string,
  total: number,
  { paymentMethod, saveCard, offSession }: Paying,
): Promise<PaymentChoice> {
  // Nothing to pay: no card is asked for, and no invoice will be waited for.
  if (total === 0) return { kind: 'invoice' };
  const card =
    paymentMethod === undefined
      ? await cardForRenewals(tx, memberId)
      : await resolvePaymentMethod(tx, memberId, paymentMethod);
  if (card === null) {
    throw new AppError('rule_violated', 'Say how to pay: no card is kept for it.', {
      errors: [{ path: 'paymentMethod', message: 'is needed' }],
    });
  }
  return { kind: 'card', ...card, save: saveCard ?? false, offSession };
}

export async function order(
  tx: TxCtx,
  membership: Membership,
  origin: OrderOrigin,
  lines: readonly QuotedLine[],
  payment: PaymentChoice,
): Promise<PlacedOrder> {
  const { memberId } = membership;
  const placed = await placeOrder(tx, { memberId, origin, lines, payment });
  const { id, number, status, total, currency } = placed;
  return { id, number, memberId, status, origin, total: { amount: total, currency } };
}
