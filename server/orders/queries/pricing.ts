import type { TaxLine } from '#db/schema/orders.ts';
import type { Ctx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import type { OrderItem } from '../record.ts';
import { taxLinesOf, taxWithin } from '../rules.ts';

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

export type PricedItem = OrderItem & { taxName: string };

/** What lines come to, to the minor unit: the same for who asks for a price as for who orders. */
export interface Priced {
  items: PricedItem[];
  currency: string;
  total: number;
  tax: number;
  taxLines: TaxLine[];
  /** Something in it goes by post. */
  ships: boolean;
}

/** The most that one order may come to, in minor units. */
const maxTotal = 100_000_000_000;

/** @throws AppError `rule_violated` for nothing, several currencies, or an amount that an order cannot come to */
export async function priceLines(ctx: Ctx, lines: readonly QuotedLine[]): Promise<Priced> {
  const currency = currencyOf(lines);
  const items = await itemsOf(ctx, lines);
  const total = items.reduce((sum, item) => sum + item.amount, 0);
  if (total < 0 || total > maxTotal) {
    throw ruleViolated('An order cannot come to this amount.', [
      { path: 'items', message: 'come to an amount that is not possible' },
    ]);
  }
  return {
    items,
    currency,
    total,
    tax: items.reduce((sum, item) => sum + item.tax, 0),
    taxLines: taxLinesOf(items),
    ships: items.some((item) => !item.digital),
  };
}

function currencyOf(lines: readonly QuotedLine[]): string {
  const [first] = lines;
  if (!first) throw ruleViolated('There is nothing to buy.', [{ path: 'items', message: 'must not be empty' }]);
  if (lines.some((line) => line.currency !== first.currency)) {
    throw ruleViolated('One order is in one currency.', [{ path: 'items', message: 'have different currencies' }]);
  }
  return first.currency;
}

async function itemsOf(ctx: Ctx, lines: readonly QuotedLine[]): Promise<PricedItem[]> {
  const rates = await ctx.sql<{ code: string; name: string; rateBp: number }[]>`
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
