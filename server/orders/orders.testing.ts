import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import type { PaymentChoice } from '#db/schema/orders.ts';
import type { App } from '#server/context/app.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { placeOrder, type QuotedLine } from './commands/place.ts';
import { findOrder, type Order } from './record.ts';

export const card = (paymentMethodId = 'pm_card_visa', more: Partial<PaymentChoice> = {}): PaymentChoice =>
  ({
    kind: 'card',
    paymentMethodId,
    cardId: null,
    brand: null,
    last4: null,
    save: false,
    offSession: false,
    ...more,
  }) as PaymentChoice;

export interface Product {
  id: string;
  name: string;
  line: (quantity?: number) => QuotedLine;
}

/** A product of its own; `stock` for one of which there are so many, `null` for one that never runs out. */
export async function aProduct(
  app: App,
  { stock = null, digital = false, amount = 2_500 }: { stock?: number | null; digital?: boolean; amount?: number } = {},
): Promise<Product> {
  const id = uuidv7();
  const name = `Product ${id.slice(-6)}`;
  const taxCode = digital ? 'standard' : 'reduced';
  await app.database.sql`
    insert into products (id, sku, name, description, kind, price_amount, price_currency, tax_code, digital)
    values (${id}, ${id}, ${name}, 'For tests', ${digital ? 'course' : 'book'}, ${amount}, 'EUR', ${taxCode}, ${digital})`;
  if (stock !== null) await app.database.sql`insert into stock_levels (product_id, on_hand) values (${id}, ${stock})`;
  return {
    id,
    name,
    line: (quantity = 1) => ({
      kind: 'product',
      productId: id,
      name,
      quantity,
      unitAmount: amount,
      currency: 'EUR',
      taxCode,
      digital,
    }),
  };
}

export const anAddress = { line1: 'Main Street 1', city: 'Bern', postalCode: '3011', country: 'CH' };

export const place = (
  app: App,
  memberId: string,
  lines: readonly QuotedLine[],
  payment: PaymentChoice = card(),
): Promise<Order> =>
  inTransaction(createContext(app, { actor: { kind: 'system', name: 'test' } }), (tx) =>
    placeOrder(tx, { memberId, origin: 'checkout', lines, payment, shippingAddress: anAddress }),
  );

export const orderNow = async (app: App, id: string): Promise<Order> => {
  const order = await findOrder(app.database.sql, id);
  if (!order) throw new Error('no such order');
  return order;
};

export const untilOrder = (app: App, id: string, status: string, timeout?: number) =>
  eventually(async () => {
    expect((await orderNow(app, id)).status).toBe(status);
  }, timeout);

/** What the books, the stock and the gateway must agree on after all of it. Amounts in minor units. */
export async function ledgerOf(app: App): Promise<Record<string, number>> {
  const rows = await app.database.sql<{ code: string; balance: number }[]>`
    select a.code, sum(b.posted_debits - b.posted_credits)::bigint as balance
    from accounts a join account_balances b on b.account_id = a.id where a.code is not null group by a.code`;
  return Object.fromEntries(rows.map((row) => [row.code, Number(row.balance)]));
}
