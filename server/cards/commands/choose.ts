import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import '../events.ts';
import { cardStream } from '../events.ts';
import { activeCards, type Card, lockCard, lockCardAmongOthers, lockCardsOf, lockOpenCards } from '../record.ts';
import { callOffLater, detachLater, giveUp, makeDefault, makeForRenewals } from './activate.ts';
import { ownCard } from './set-up.ts';

/** The card that is proposed at the next checkout. @throws AppError `not_found` for one that is not the caller's, or not kept */
export const chooseDefault = (ctx: Ctx, cardId: string): Promise<Card> =>
  changeOwn(ctx, cardId, 'card.choose', makeDefault);

/** The card that renewals are paid with; or that they are not paid with this one any more. @throws as `chooseDefault` */
export const chooseForRenewals = (ctx: Ctx, cardId: string, use: boolean): Promise<Card> =>
  changeOwn(ctx, cardId, 'card.choose-for-renewals', async (tx, card) => {
    if (use) await makeForRenewals(tx, card);
    else await tx.sql`update cards set for_renewals = false where id = ${card.id}`;
  });

/** Forgets a card, here and at the gateway. @throws as `chooseDefault` */
export async function removeCard(ctx: Ctx, cardId: string): Promise<void> {
  await changeOwn(ctx, cardId, 'card.remove', forget);
}

/** The caller holds the lock of the member's cards. The newest of those that are left is the default then. */
async function forget(tx: TxCtx, card: Card): Promise<void> {
  const now = tx.now().toISOString();
  await tx.sql`
    update cards set status = 'removed', is_default = false, for_renewals = false, removed_at = ${now}, updated_at = ${now}
    where id = ${card.id}`;
  await append(tx, cardStream(card.id), 'any', [
    { type: 'card.removed', data: { cardId: card.id, memberId: card.memberId } },
  ]);
  await detachLater(tx, card);
  const [next] = card.isDefault ? await activeCards(tx.sql, card.memberId) : [];
  if (next) await makeDefault(tx, next);
}

/** The gateway has let go of a card by itself. */
export async function forgetDetached(tx: TxCtx, cardId: string): Promise<void> {
  const card = await lockCardAmongOthers(tx.sql, cardId);
  if (card.status === 'active') await forget(tx, card);
}

/** Of somebody who is erased nothing is kept that could be charged, nor becomes so. */
export async function forgetAll(tx: TxCtx, memberId: string): Promise<void> {
  await lockCardsOf(tx.sql, memberId);
  for (const card of await activeCards(tx.sql, memberId)) await forget(tx, await lockCard(tx.sql, card.id));
  for (const card of await lockOpenCards(tx.sql, memberId)) {
    await giveUp(tx, card);
    if (card.setupIntentId) await callOffLater(tx, card, card.setupIntentId);
  }
}

async function changeOwn(
  ctx: Ctx,
  cardId: string,
  action: string,
  change: (tx: TxCtx, card: Card) => Promise<void>,
): Promise<Card> {
  const { memberId } = await ownCard(ctx, cardId);
  return inTransaction(ctx, async (tx) => {
    await lockCardsOf(tx.sql, memberId);
    const card = await lockCard(tx.sql, cardId);
    if (card.status !== 'active') throw notFound();
    await change(tx, card);
    await writeAudit(tx, { action, resourceType: 'card', resourceId: cardId, subjectId: memberId });
    return lockCard(tx.sql, cardId);
  });
}
