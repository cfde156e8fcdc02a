import type { TxCtx } from '#server/context/context.ts';
import { append, type NewEvent } from '#server/events/append.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import './events.ts';
import { orderStream } from './events.ts';
import { type Order, writeOrder } from './record.ts';

/** What events say of an order's lines: ids and amounts. */
export const itemsOf = (order: Pick<Order, 'items'>) =>
  order.items.map((item) => ({
    line: item.line,
    kind: item.kind,
    ...(item.productId ? { productId: item.productId } : {}),
    ...(item.planId ? { planId: item.planId } : {}),
    quantity: item.quantity,
    amount: item.amount,
    ...(item.terms ? { terms: item.terms } : {}),
  }));

export const totalOf = (order: Pick<Order, 'total' | 'currency'>) => ({
  amount: order.total,
  currency: order.currency,
});

type Change = Parameters<typeof writeOrder>[2];

/** Moves an order on: its news and its row together. Every event names the order and its member. */
export async function advanceOrder(
  tx: TxCtx,
  before: Order,
  change: Change,
  news: ReadonlyArray<{ type: string; data?: JsonObject }>,
): Promise<Order> {
  const about = { orderId: before.id, memberId: before.memberId };
  const events = news.map(({ type, data }): NewEvent => ({ type, data: { ...about, ...data } }));
  if (events.length > 0) await append(tx, orderStream(before.id), before.version, events);
  return writeOrder(tx.sql, before, change, tx.now(), events.length);
}
