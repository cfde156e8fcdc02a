import type { TaxLine } from '#db/schema/orders.ts';
import type { OrderItem } from '../record.ts';
import type { LineView, OrderView } from '../shapes.ts';

/** A line as people see it; its tax's name is found among the tax lines. */
export function lineViewOf(item: OrderItem, of: { currency: string; taxLines: readonly TaxLine[] }): LineView {
  const money = (amount: number) => ({ amount, currency: of.currency });
  return {
    line: item.line,
    kind: item.kind,
    productId: item.productId,
    planId: item.planId,
    name: item.name,
    quantity: item.quantity,
    unitPrice: money(item.unitAmount),
    amount: money(item.amount),
    tax: money(item.tax),
    taxName: of.taxLines.find(({ code }) => code === item.taxCode)?.name ?? item.taxCode,
    digital: item.digital,
  };
}

export const taxLineViews = (lines: readonly TaxLine[], currency: string): OrderView['taxLines'] =>
  lines.map(({ code, name, rateBp, net, tax }) => ({
    ...{ code, name, rateBp },
    net: { amount: net, currency },
    tax: { amount: tax, currency },
  }));
