import { v7 as uuidv7 } from 'uuid';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import type { GatewayCard } from '#server/integrations/gateway/index.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import '../events.ts';
import { cardStream } from '../events.ts';
import { activeCards, type Card, lockCard, lockCardsOf } from '../record.ts';

/** What the gateway keeps of a card. */
export interface Kept {
  paymentMethodId: string;
  card: GatewayCard;
}

/** A card that has worked in a payment, and that its holder wanted to be kept. null: they were erased meanwhile. */
export async function keepCard(tx: TxCtx, memberId: string, kept: Kept): Promise<Card | null> {
  await lockCardsOf(tx.sql, memberId);
  if (await isErased(tx, memberId)) {
    await detachLater(tx, { memberId, paymentMethodId: kept.paymentMethodId });
    return null;
  }
  const known = (await activeCards(tx.sql, memberId)).find((one) => one.paymentMethodId === kept.paymentMethodId);
  if (known) return known;
  return activate(tx, await insertCard(tx, { memberId, token: kept.paymentMethodId }), kept);
}

export async function insertCard(
  tx: TxCtx,
  input: { memberId: string; token: string; wantsDefault?: boolean; wantsRenewals?: boolean },
): Promise<Card> {
  const id = uuidv7();
  const now = tx.now().toISOString();
  await tx.sql`
    insert into cards (id, member_id, status, token, wants_default, wants_renewals, created_at, updated_at)
    values (${id}, ${input.memberId}, 'pending', ${input.token}, ${input.wantsDefault ?? false}, ${input.wantsRenewals ?? false},
      ${now}, ${now})`;
  return lockCard(tx.sql, id);
}

/**
 * The gateway keeps it: now it can be paid with. The same number a second time is the card that was there, with the newer
 * name and expiry.
 */
export async function activate(tx: TxCtx, card: Card, kept: Kept): Promise<Card> {
  await lockCardsOf(tx.sql, card.memberId);
  if (await isErased(tx, card.memberId)) {
    await detachLater(tx, { memberId: card.memberId, paymentMethodId: kept.paymentMethodId });
    return giveUp(tx, card);
  }
  const others = await activeCards(tx.sql, card.memberId);
  const same = others.find((one) => kept.card.fingerprint !== null && one.fingerprint === kept.card.fingerprint);
  const becomes = same ? await renew(tx, card, same, kept) : await add(tx, card, kept);
  if (card.wantsDefault || others.length === 0) await makeDefault(tx, becomes);
  if (card.wantsRenewals) await makeForRenewals(tx, becomes);
  return lockCard(tx.sql, becomes.id);
}

async function add(tx: TxCtx, card: Card, { paymentMethodId, card: { brand, last4, ...rest } }: Kept): Promise<Card> {
  await tx.sql`
    update cards set status = 'active', payment_method_id = ${paymentMethodId}, fingerprint = ${rest.fingerprint},
      brand = ${brand}, last4 = ${last4}, exp_month = ${rest.expMonth}, exp_year = ${rest.expYear}, failure_code = null,
      failure_message = null, updated_at = ${tx.now().toISOString()}
    where id = ${card.id}`;
  await append(tx, cardStream(card.id), 'any', [
    { type: 'card.added', data: { cardId: card.id, memberId: card.memberId } },
  ]);
  await writeAudit(tx, {
    action: 'card.add',
    resourceType: 'card',
    resourceId: card.id,
    subjectId: card.memberId,
    after: { brand, last4 },
  });
  return lockCard(tx.sql, card.id);
}

async function renew(tx: TxCtx, card: Card, same: Card, { paymentMethodId, card: fresh }: Kept): Promise<Card> {
  const now = tx.now().toISOString();
  await tx.sql`update cards set status = 'duplicate', same_as = ${same.id}, updated_at = ${now} where id = ${card.id}`;
  await tx.sql`
    update cards set payment_method_id = ${paymentMethodId}, exp_month = ${fresh.expMonth}, exp_year = ${fresh.expYear},
      updated_at = ${now}
    where id = ${same.id}`;
  if (same.paymentMethodId !== paymentMethodId) await detachLater(tx, same);
  return same;
}

/** The gateway forgets it too. Payments that were made with it stay what they are. */
export const detachLater = (tx: TxCtx, { memberId, paymentMethodId }: Pick<Card, 'memberId' | 'paymentMethodId'>) =>
  enqueue(tx, { queue: 'card-detachments', payload: { memberId, paymentMethodId } });

/** Whoever is erased keeps no card: what comes late is let go. */
const isErased = async (tx: TxCtx, memberId: string) => (await memberStatusOf(tx, memberId)) === 'erased';

/** It is not kept. */
export async function giveUp(tx: TxCtx, card: Card): Promise<Card> {
  await tx.sql`
    update cards set status = 'failed', failure_code = 'canceled', failure_message = ${notKept},
      updated_at = ${tx.now().toISOString()}
    where id = ${card.id}`;
  return lockCard(tx.sql, card.id);
}

const notKept = 'The card was not confirmed with your bank in time. Enter it again to keep it.';

/** The gateway is to end it, so that it cannot be confirmed any more. */
export const callOffLater = (tx: TxCtx, { id, memberId }: Pick<Card, 'id' | 'memberId'>, setupIntentId: string) =>
  enqueue(tx, { queue: 'card-cancellations', payload: { cardId: id, memberId, setupIntentId } });

/** The caller holds the lock of the member's cards. */
export async function makeDefault(tx: TxCtx, card: Card): Promise<void> {
  await tx.sql`update cards set is_default = false where member_id = ${card.memberId} and is_default`;
  await tx.sql`update cards set is_default = true where id = ${card.id}`;
}

/** As `makeDefault`. */
export async function makeForRenewals(tx: TxCtx, card: Card): Promise<void> {
  await tx.sql`update cards set for_renewals = false where member_id = ${card.memberId} and for_renewals`;
  await tx.sql`update cards set for_renewals = true where id = ${card.id}`;
}
