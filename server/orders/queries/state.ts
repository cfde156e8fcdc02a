import type { OrderStatus } from '#db/schema/orders.ts';
import type { NextAction } from '#db/schema/payments.ts';
import type { Ctx } from '#server/context/context.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { findOrder } from '../record.ts';

/** How far an order is, for the domain that placed it. Whoever asks for a person has checked that they may know. */
export interface OrderState {
  id: string;
  number: string;
  memberId: string;
  status: OrderStatus;
  total: number;
  currency: string;
  failure: { code: string; message: string } | null;
  nextAction: NextAction | null;
  /** null before anybody was asked for money. */
  paymentId: string | null;
}

export async function orderStateOf(ctx: Ctx, orderId: string): Promise<OrderState | null> {
  const order = await findOrder(ctx.sql, orderId);
  if (!order) return null;
  const payment = await paymentOfOrder(ctx.sql, orderId);
  const { id, number, memberId, status, total, currency, failureCode, failureMessage } = order;
  return {
    ...{ id, number, memberId, status, total, currency },
    failure: failureCode === null ? null : { code: failureCode, message: failureMessage ?? '' },
    nextAction: status === 'requires_action' ? (payment?.nextAction ?? null) : null,
    paymentId: payment?.id ?? null,
  };
}

/**
 * A member's orders that have plans among their lines and are under way, or were completed within the last day: what they have
 * paid for may not have been made yet. The newest first.
 */
export async function recentPlanOrders(ctx: Ctx, memberId: string): Promise<{ id: string; status: OrderStatus }[]> {
  const since = new Date(ctx.now().getTime() - 24 * 3_600_000).toISOString();
  return ctx.sql<{ id: string; status: OrderStatus }[]>`
    select o.id, o.status from orders o
    where o.member_id = ${memberId} and (o.finished_at is null or (o.status = 'completed' and o.finished_at > ${since}))
      and exists (select from order_items i where i.order_id = o.id and i.kind = 'plan')
    order by o.created_at desc, o.id desc limit 20`;
}
