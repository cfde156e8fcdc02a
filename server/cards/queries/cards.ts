import { requirePerson } from '#server/access/commands/sessions.ts';
import type { Ctx } from '#server/context/context.ts';
import type { GatewayNextAction } from '#server/integrations/gateway/index.ts';
import { activeCards, type Card, findCard } from '../record.ts';
import type { CardView } from '../shapes.ts';

/** One's own cards that can be paid with, the default first. */
export async function listCards(ctx: Ctx): Promise<{ data: CardView[]; nextCursor: null }> {
  const { memberId } = requirePerson(ctx);
  const cards = memberId === null ? [] : await activeCards(ctx.sql, memberId);
  return { data: cards.map((card) => cardViewOf(card)), nextCursor: null };
}

export const cardViewOf = (card: Card, nextAction: GatewayNextAction | null = null): CardView => ({
  id: card.id,
  status: card.status,
  brand: card.brand,
  last4: card.last4,
  expMonth: card.expMonth,
  expYear: card.expYear,
  default: card.isDefault,
  useForRenewals: card.forRenewals,
  failure: card.failureCode === null ? null : { code: card.failureCode, message: card.failureMessage ?? '' },
  nextAction,
  createdAt: card.createdAt,
});

/** What a mail to its holder says of a card; null for one that is kept no more. No permission is asked. */
export async function cardInWords(
  ctx: Ctx,
  cardId: string,
): Promise<{ brand: string; last4: string; expMonth: number; expYear: number; forRenewals: boolean } | null> {
  const card = await findCard(ctx.sql, cardId);
  if (card?.status !== 'active') return null;
  const { brand, last4, expMonth, expYear, forRenewals } = card;
  return { brand: brand ?? '', last4: last4 ?? '', expMonth: expMonth ?? 1, expYear: expYear ?? 2000, forRenewals };
}

/** What staff see of the card that a member pays with unless they say otherwise; null for none. No permission is asked. */
export async function defaultCardOf(
  ctx: Ctx,
  memberId: string,
): Promise<Pick<Card, 'brand' | 'last4' | 'expMonth' | 'expYear'> | null> {
  const card = (await activeCards(ctx.sql, memberId)).find(({ isDefault }) => isDefault);
  if (!card) return null;
  const { brand, last4, expMonth, expYear } = card;
  return { brand, last4, expMonth, expYear };
}
