import { requirePerson } from '#server/access/commands/sessions.ts';
import type { Ctx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';
import { lineViewOf, taxLineViews } from '#server/orders/queries/views.ts';
import { quote } from './quote.ts';
import type { CartView, QuoteView, WantedItem } from './shapes.ts';

/** The member who shops. @throws AppError `not_found` for somebody who is no member */
export function buyerOf(ctx: Ctx): string {
  const { memberId } = requirePerson(ctx);
  if (memberId === null) throw notFound('You are signed in, but you are not a member.');
  return memberId;
}

/** What one has put aside to buy, on whichever device. */
export async function getCart(ctx: Ctx): Promise<CartView> {
  const [row] = await ctx.sql<{ items: WantedItem[]; updatedAt: string }[]>`
    select items, updated_at as "updatedAt" from carts where member_id = ${buyerOf(ctx)}`;
  return row ? { items: row.items, updatedAt: rfc3339(row.updatedAt) } : { items: [], updatedAt: null };
}

/** What items cost now. Nothing is written. */
export async function quoteItems(ctx: Ctx, items: readonly WantedItem[]): Promise<QuoteView> {
  const { priced, problems } = await quote(ctx, buyerOf(ctx), items);
  const { currency, total, tax, ships, taxLines, items: priceds } = priced ?? nothing;
  return {
    lines: priceds.map((item) => lineViewOf(item, { currency, taxLines })),
    taxLines: taxLineViews(taxLines, currency),
    total: { amount: total, currency },
    tax: { amount: tax, currency },
    ships,
    problems,
  };
}

const nothing = { items: [], taxLines: [], total: 0, tax: 0, ships: false, currency: 'EUR' };
