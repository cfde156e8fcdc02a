import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { findPlan } from '#server/memberships/queries/plans.ts';
import { quotePlan } from '#server/memberships/queries/quote.ts';
import { type Priced, priceLines, type QuotedLine } from '#server/orders/queries/pricing.ts';
import { findProducts, type Product } from '#server/orders/queries/products.ts';
import type { QuoteProblem, WantedItem } from './shapes.ts';

export interface Quote {
  lines: QuotedLine[];
  /** null when none of the items can be bought. */
  priced: Priced | null;
  problems: QuoteProblem[];
}

/** What the items cost this member now, and why some cannot be bought. The same thing twice is one line. */
export async function quote(ctx: Ctx, memberId: string, items: readonly WantedItem[]): Promise<Quote> {
  const ids = items.flatMap(({ productId }) => productId ?? []);
  const products = new Map((await findProducts(ctx, ids)).map((product) => [product.id, product]));
  const lines: QuotedLine[] = [];
  const problems: QuoteProblem[] = [];
  for (const { place, item } of merged(items)) {
    const { productId } = item;
    const result =
      productId === undefined
        ? await quoteMembership(ctx, memberId, item, lines)
        : quoteProduct(products.get(productId), item.quantity);
    if ('code' in result) problems.push({ item: place, ...result });
    else lines.push(result);
  }
  return { lines, priced: lines.length > 0 ? await priceLines(ctx, lines) : null, problems };
}

/** Each thing once, at its first place. */
function merged(items: readonly WantedItem[]): Array<{ place: number; item: WantedItem }> {
  const byThing = new Map<string, { place: number; item: WantedItem }>();
  for (const [place, item] of items.entries()) {
    const thing = item.productId ?? item.planId ?? '';
    const known = byThing.get(thing);
    const quantity = item.quantity + (known?.item.quantity ?? 0);
    byThing.set(thing, { place: known?.place ?? place, item: { ...item, quantity } });
  }
  return [...byThing.values()];
}

type Problem = Omit<QuoteProblem, 'item'>;

const problem = (code: QuoteProblem['code'], message: string, available: number | null = null): Problem => ({
  code,
  message,
  available,
});

function quoteProduct(product: Product | undefined, quantity: number): QuotedLine | Problem {
  if (!product) return problem('unknown', 'There is no such product.');
  const { name, available, maxPerOrder } = product;
  if (product.retired) return problem('not_sold', `“${name}” is not sold any more.`);
  if (available === 0) return problem('sold_out', `“${name}” is sold out.`, 0);
  if (available !== null && available < quantity) {
    return problem('too_few_left', `Only ${available} of “${name}” left.`, available);
  }
  if (quantity > maxPerOrder)
    return problem('too_many', `At most ${maxPerOrder} of “${name}” in one order.`, available);
  return {
    kind: 'product',
    productId: product.id,
    name,
    quantity,
    unitAmount: product.priceAmount,
    currency: product.priceCurrency,
    taxCode: product.taxCode,
    digital: product.digital,
  };
}

async function quoteMembership(
  ctx: Ctx,
  memberId: string,
  { planId = '', quantity }: WantedItem,
  before: readonly QuotedLine[],
): Promise<QuotedLine | Problem> {
  if (quantity > 1) return problem('too_many', 'One membership in one order.');
  if (before.some((line) => line.kind === 'plan')) return problem('one_plan_only', 'One membership in one order.');
  if ((await findPlan(ctx, planId)) === null) return problem('unknown', 'There is no such plan.');
  try {
    return await quotePlan(ctx, { memberId, planId });
  } catch (error) {
    if (error instanceof AppError && error.code === 'rule_violated') return problem('not_for_you', error.message);
    throw error;
  }
}
