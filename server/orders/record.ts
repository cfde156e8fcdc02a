import type { Queryable, TransactionSql } from '#db/client.ts';
import type { OrderOrigin, OrderStatus, PaymentChoice, TaxLine } from '#db/schema/orders.ts';
import { notFound } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';
import type { JsonObject } from '#server/events/stored-event.ts';

export interface OrderItem {
  line: number;
  kind: 'product' | 'plan';
  productId: string | null;
  planId: string | null;
  name: string;
  quantity: number;
  /** Minor units, tax included. */
  unitAmount: number;
  amount: number;
  taxCode: string;
  taxRateBp: number;
  tax: number;
  digital: boolean;
  terms: JsonObject | null;
}

/** An order as the database holds it, its lines included. Amounts in minor units of `currency`. */
export interface Order {
  id: string;
  number: string;
  memberId: string;
  status: OrderStatus;
  origin: OrderOrigin;
  currency: string;
  total: number;
  tax: number;
  taxLines: TaxLine[];
  ships: boolean;
  shippingAddressSealed: string | null;
  paymentChoice: PaymentChoice;
  failureCode: string | null;
  failureMessage: string | null;
  correlationId: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
  items: OrderItem[];
}

export const orderColumns = (sql: Queryable) => sql`
  o.id, o.number, o.member_id as "memberId", o.status, o.origin, o.currency, o.total, o.tax, o.tax_lines as "taxLines", o.ships,
  o.shipping_address_sealed as "shippingAddressSealed", o.payment_choice as "paymentChoice", o.failure_code as "failureCode",
  o.failure_message as "failureMessage", o.correlation_id as "correlationId", o.version, o.created_at as "createdAt",
  o.updated_at as "updatedAt", o.finished_at as "finishedAt",
  (select jsonb_agg(jsonb_build_object('line', i.line, 'kind', i.kind, 'productId', i.product_id, 'planId', i.plan_id,
    'name', i.name, 'quantity', i.quantity, 'unitAmount', i.unit_amount, 'amount', i.amount, 'taxCode', i.tax_code,
    'taxRateBp', i.tax_rate_bp, 'tax', i.tax, 'digital', i.digital, 'terms', i.terms) order by i.line)
   from order_items i where i.order_id = o.id) as items`;

export const withTimes = (row: Order): Order => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
  finishedAt: row.finishedAt && rfc3339(row.finishedAt),
});

export async function findOrder(sql: Queryable, id: string): Promise<Order | null> {
  const [row] = await sql<Order[]>`select ${orderColumns(sql)} from orders o where o.id = ${id}`;
  return row ? withTimes(row) : null;
}

export async function orderNumbers(sql: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; number: string }[]>`
    select id, number from orders where id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** @throws AppError `not_found` */
export async function lockOrder(sql: TransactionSql, id: string): Promise<Order> {
  const [row] = await sql<Order[]>`select ${orderColumns(sql)} from orders o where o.id = ${id} for update of o`;
  if (!row) throw notFound();
  return withTimes(row);
}

const ends: readonly OrderStatus[] = ['completed', 'failed', 'cancelled'];

/** `steps`: by how many events the order moves on; its version is its stream's. */
export async function writeOrder(
  sql: TransactionSql,
  before: Order,
  change: Partial<Pick<Order, 'status' | 'failureCode' | 'failureMessage'>>,
  now: Date,
  steps: number,
): Promise<Order> {
  const after: Order = { ...before, ...change, version: before.version + steps, updatedAt: now.toISOString() };
  after.finishedAt = ends.includes(after.status) ? (before.finishedAt ?? after.updatedAt) : null;
  await sql`
    update orders set status = ${after.status}, failure_code = ${after.failureCode}, failure_message = ${after.failureMessage},
      version = ${after.version}, updated_at = ${after.updatedAt}, finished_at = ${after.finishedAt}
    where id = ${before.id}`;
  return after;
}
