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
import { lockOrder, type Order, type OrderItem } from '../record.ts';
import { taxLinesOf, taxWithin } from '../rules.ts';
import '../saga.ts';
import { holdStock } from '../stock.ts';

/** A line with its price, made by whoever sells it: products by the checkout, plans by the memberships. */
export interface QuotedLine {
  kind: 'product' | 'plan';
  productId?: string;
  planId?: string;
  name: string;
  quantity: number;
  /** Minor units, tax included. Below zero for a credit. */
  unitAmount: number;
  currency: string;
  taxCode: string;
  digital: boolean;
  terms?: JsonObject;
}

export interface NewOrder {
  memberId: string;
  origin: OrderOrigin;
  lines: readonly QuotedLine[];
  payment: PaymentChoice;
  /** As the member typed it; sealed here. */
  shippingAddress?: JsonObject | undefined;
}

/** The most that one order may come to, in minor units. */
const maxTotal = 100_000_000_000;

/**
 * Places an order: stock is held, the saga begins. The caller has checked who it is, and what the lines cost.
 * @throws AppError `rule_violated` when there is too little of something, nothing to buy, or no address for what ships
 */
export async function placeOrder(tx: TxCtx, input: NewOrder): Promise<Order> {
  const items = await priced(tx, input.lines);
  const { currency, total } = sumOf(input.lines, items);
  const ships = items.some((item) => !item.digital);
  if (ships && !input.shippingAddress) {
    throw ruleViolated('An address is needed for what is sent by post.', [
      { path: 'shippingAddress', message: 'is needed for what is sent by post' },
    ]);
  }
  const id = uuidv7();
  const now = tx.now().toISOString();
  const [numbered] = await tx.sql<{ n: number }[]>`select nextval('order_numbers')::int as n`;
  const number = `O-${String(numbered?.n ?? 0).padStart(6, '0')}`;
  const tax = items.reduce((sum, item) => sum + item.tax, 0);
  await tx.sql`
    insert into orders (id, number, member_id, status, origin, currency, total, tax, tax_lines, ships, shipping_address_sealed,
      payment_choice, correlation_id, version, created_at, updated_at)
    values (${id}, ${number}, ${input.memberId}, 'created', ${input.origin}, ${currency}, ${total}, ${tax},
      ${JSON.stringify(taxLinesOf(items))}::text::jsonb, ${ships},
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

type Priced = OrderItem & { taxName: string };

async function priced(tx: TxCtx, lines: readonly QuotedLine[]): Promise<Priced[]> {
  const rates = await tx.sql<{ code: string; name: string; rateBp: number }[]>`
    select code, name, rate_bp as "rateBp" from tax_rates`;
  return lines.map((line, index) => {
    const rate = rates.find(({ code }) => code === line.taxCode);
    if (!rate) throw new Error(`there is no tax rate ${line.taxCode}`);
    const amount = line.unitAmount * line.quantity;
    return {
      line: index + 1,
      kind: line.kind,
      productId: line.productId ?? null,
      planId: line.planId ?? null,
      name: line.name,
      quantity: line.quantity,
      unitAmount: line.unitAmount,
      amount,
      taxCode: rate.code,
      taxName: rate.name,
      taxRateBp: rate.rateBp,
      tax: taxWithin(amount, rate.rateBp),
      digital: line.digital,
      terms: line.terms ?? null,
    };
  });
}

function sumOf(lines: readonly QuotedLine[], items: readonly OrderItem[]): { currency: string; total: number } {
  const [first] = lines;
  if (!first) throw ruleViolated('There is nothing to buy.', [{ path: 'items', message: 'must not be empty' }]);
  if (lines.some((line) => line.currency !== first.currency)) {
    throw ruleViolated('One order is in one currency.', [{ path: 'items', message: 'have different currencies' }]);
  }
  const total = items.reduce((sum, item) => sum + item.amount, 0);
  if (total < 0 || total > maxTotal) {
    throw ruleViolated('An order cannot come to this amount.', [
      { path: 'items', message: 'come to an amount that is not possible' },
    ]);
  }
  return { currency: first.currency, total };
}

async function sealedAddress(tx: TxCtx, input: NewOrder): Promise<string> {
  const key = await tx.app.dataKeys.obtain(tx.sql, input.memberId);
  return seal(key, 'shippingAddress', JSON.stringify(input.shippingAddress));
}

async function insertItems(tx: TxCtx, orderId: string, items: readonly Priced[]): Promise<void> {
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
