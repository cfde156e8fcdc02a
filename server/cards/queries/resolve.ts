import { z } from 'zod';
import type { Ctx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { CardChoice } from '#server/payments/commands/open.ts';
import { activeCards, type Card, findCard } from '../record.ts';
import { gatewayName } from '../rules.ts';

const uuid = z.uuid();

/**
 * What a caller means by `paymentMethod`: the id of a card that the member keeps, or the gateway's own name for one.
 * @throws AppError `rule_violated` for anything else, somebody else's card included
 */
export async function resolvePaymentMethod(ctx: Ctx, memberId: string, input: string): Promise<CardChoice> {
  if (gatewayName.test(input)) return { paymentMethodId: input, cardId: null, brand: null, last4: null };
  const card = uuid.safeParse(input).success ? await findCard(ctx.sql, input) : null;
  if (card === null || card.memberId !== memberId) throw noSuchCard();
  const kept = card.status === 'duplicate' && card.sameAs ? await findCard(ctx.sql, card.sameAs) : card;
  if (kept?.status !== 'active') throw noSuchCard();
  return choiceOf(kept);
}

/** The card that the member wants renewals to be paid with, else their default; null when they keep none. */
export async function cardForRenewals(ctx: Ctx, memberId: string): Promise<CardChoice | null> {
  const cards = await activeCards(ctx.sql, memberId);
  const card = cards.find((one) => one.forRenewals) ?? cards.find((one) => one.isDefault);
  return card ? choiceOf(card) : null;
}

const choiceOf = ({ id, paymentMethodId, brand, last4 }: Card): CardChoice => ({
  paymentMethodId: paymentMethodId ?? '',
  cardId: id,
  brand,
  last4,
});

const noSuchCard = () =>
  ruleViolated('This card is not among yours. Choose another one, or enter it again.', [
    { path: 'paymentMethod', message: 'must be one of your cards, or the name that the payment service gave it' },
  ]);
