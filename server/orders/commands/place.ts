import { v7 as uuidv7 } from 'uuid';
import type { OrderOrigin, PaymentChoice } from '#db/schema/orders.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { startSaga } from '#server/sagas/commands.ts';
import { orderStream } from '../events.ts';
import { itemsOf, totalOf } from '../news.ts';
import { type PricedItem, priceLines, type QuotedLine } from '../queries/pricing.ts';
import { lockOrder, type Order } from '../record.ts';
import '../saga.ts';
import { holdStock } from '../stock.ts';

export type { QuotedLine };

export interface NewOrder {
  memberId: string;
  origin: OrderOrigin;
  lines: readonly QuotedLine[];
  payment: PaymentChoice;
  /** As the member typed it; sealed here. */
  shippingAddress?: JsonObject | undefined;
}

/**
 * Places an order: stock is held, the saga begins. The caller has checked who it is, and what the lines cost.
 * @throws AppError `rule_violated` when there is too little of something, nothing to buy, or no address for what ships
 */
export async function placeOrder(tx: TxCtx, input: NewOrder): Promise<Order> {
  const { items, currency, total, tax, taxLines, ships } = await priceLines(tx, input.lines);
  if (ships && !input.shippingAddress) {
    throw ruleViolated('An address is needed for what is sent by post.', [
      { path: 'shippingAddress', message: 'is needed for what is sent by post' },
    ]);
  }
  const id = uuidv7();
  const now = tx.now().toISOString();
  const [numbered] = await tx.sql<{ n: number }[]>`select nextval('order_numbers')::int as n`;
  const number = `O-${String(numbered?.n ?? 0).padStart(6, '0')}`;
  await tx.sql`
    insert into orders (id, number, member_id, status, origin, currency, total, tax, tax_lines, ships, shipping_address_sealed,
      payment_choice, correlation_id, version, created_at, updated_at)
    values (${id}, ${number}, ${input.memberId}, 'created', ${input.origin}, ${currency}, ${total}, ${tax},
      ${JSON.stringify(taxLines)}::text::jsonb, ${ships},
      ${ships ? await sealedAddress(tx, input) : null}, ${JSON.stringify(input.payment)}::text::jsonb, ${tx.correlationId}, 1,
      ${now}, ${now})`;
  await insertItems(tx, id, items);
  await holdStock(tx, id, items);
  const order = await lockOrder(tx.sql, id);
  const about = { orderId: id, memberId: input.memberId, total: totalOf(order), number, origin: input.origin };
  await append(tx, orderStream(id), 'new', [{ type: 'order.created', data: { ...about, items: itemsOf(order) } }]);
  await writeAudit(tx, {
    action: 'order.place',
    resourceType: 'order',
    resourceId: id,
    subjectId: input.memberId,
    after: { number, origin: input.origin, total, currency },
  });
  await startSaga(tx, { type: 'order', subjectId: id, memberId: input.memberId, data: { orderId: id } });
  return order;
}

async function sealedAddress(tx: TxCtx, input: NewOrder): Promise<string> {
  const key = await tx.app.dataKeys.obtain(tx.sql, input.memberId);
  return seal(key, 'shippingAddress', JSON.stringify(input.shippingAddress));
}

async function insertItems(tx: TxCtx, orderId: string, items: readonly PricedItem[]): Promise<void> {
  const rows = items.map(({ terms, taxName: _name, ...item }) => ({ ...item, terms }));
  await tx.sql`
    insert into order_items (order_id, line, kind, product_id, plan_id, name, quantity, unit_amount, amount, tax_code,
      tax_rate_bp, tax, digital, terms)
    select ${orderId}, line, kind, "productId", "planId", name, quantity, "unitAmount", amount, "taxCode", "taxRateBp", tax,
      digital, terms
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as i (line int, kind text, "productId" uuid, "planId" uuid,
      name text, quantity int, "unitAmount" bigint, amount bigint, "taxCode" text, "taxRateBp" int, tax bigint, digital boolean,
      terms jsonb)`;
}
