import { requirePerson } from '#server/access/commands/sessions.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { AppError, notYours, ruleViolated } from '#server/errors/errors.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import type { Gateway, GatewayFailure, GatewayNextAction, GatewaySetup } from '#server/integrations/gateway/index.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { customerOf } from '#server/payments/commands/charge.ts';
import { failureWords } from '#server/payments/rules.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { type Card, findCard, lockCard, lockCardAmongOthers } from '../record.ts';
import { activate, callOffLater, detachLater, giveUp, insertCard } from './activate.ts';

export interface CardInput {
  /** The frame's name for it. */
  token: string;
  wantsDefault: boolean;
  wantsRenewals: boolean;
}

/** A card, and what its holder has to do before it can be used. */
export interface CardNow {
  card: Card;
  nextAction: GatewayNextAction | null;
}

/** Whoever waits for the bank's page has until then; afterwards a job asks what became of it. */
const lookAgainMs = 60_000;

/**
 * Keeps a card of the caller's for later. Asks the gateway, outside of any transaction; what cannot be asked now a job asks
 * later, and the card stays `pending` until then.
 * @throws AppError `forbidden` for who is no member, `rule_violated` where no gateway is connected
 */
export async function addCard(ctx: Ctx, input: CardInput): Promise<CardNow> {
  const { memberId } = requirePerson(ctx);
  if (memberId === null) throw new AppError('forbidden', 'Only members keep cards.');
  if (!partnersOf(ctx.app).gateway().connected)
    throw ruleViolated('Cards cannot be kept: no payment service is connected.');
  const card = await inTransaction(ctx, async (tx) => {
    const opened = await insertCard(tx, { memberId, ...input });
    const startAfter = new Date(tx.now().getTime() + lookAgainMs);
    await enqueue(tx, { queue: 'card-setups', payload: { cardId: opened.id }, startAfter });
    return opened;
  });
  return askNow(ctx, card);
}

/** The holder comes back from the bank's page. @throws AppError `not_found` for a card of somebody else */
export async function confirmCard(ctx: Ctx, cardId: string): Promise<CardNow> {
  return askNow(ctx, await ownCard(ctx, cardId));
}

/** @throws AppError `not_found` */
export async function ownCard(ctx: Ctx, cardId: string): Promise<Card> {
  const { memberId } = requirePerson(ctx);
  const card = await findCard(ctx.sql, cardId);
  if (card === null || card.memberId !== memberId) throw notYours();
  return card;
}

async function askNow(ctx: Ctx, card: Card): Promise<CardNow> {
  try {
    const asked = await setUpCard(ctx, card.id, `card:${card.id}`);
    return { card: await inTransaction(ctx, asked.record), nextAction: asked.nextAction };
  } catch (error) {
    // Somebody has to mend it, or it mends itself: the job goes on.
    if (!(error instanceof PartnerError)) throw error;
    return { card: (await findCard(ctx.sql, card.id)) ?? card, nextAction: null };
  }
}

interface Asked {
  record: (tx: TxCtx) => Promise<Card>;
  nextAction: GatewayNextAction | null;
}

const isOpen = ({ status }: Card) => status === 'pending' || status === 'requires_action';

/**
 * Asks the gateway to keep a card, or how far that has got. No money hangs on it, so that it may be asked under another key
 * when an answer was lost. @throws PartnerError
 */
export async function setUpCard(ctx: Ctx, cardId: string, idempotencyKey: string): Promise<Asked> {
  const card = await findCard(ctx.sql, cardId);
  if (!card) throw new Error('a card that is to be kept is not there');
  if (!isOpen(card)) return { record: (tx) => theCard(tx, card.id), nextAction: null };
  try {
    const call = await callPartner(ctx, { system: 'gateway', operation: 'keep-card', memberId: card.memberId }, () =>
      withBreaker('gateway', () => ask(ctx, partnersOf(ctx.app).gateway(), card, idempotencyKey)),
    );
    const record = async (tx: TxCtx) => {
      await call.record(tx);
      return settleCard(tx, card.id, call.result);
    };
    return { record, nextAction: call.result.status === 'requires_action' ? call.result.nextAction : null };
  } catch (error) {
    if (!(error instanceof PartnerError) || error.errorClass !== 'permanent') throw error;
    const code = /(\w+)$/.exec(error.reason)?.[1] ?? 'refused';
    return { record: (tx) => refuse(tx, card.id, { code, declineCode: null, message: '' }), nextAction: null };
  }
}

async function ask(ctx: Ctx, gateway: Gateway, card: Card, idempotencyKey: string): Promise<GatewaySetup> {
  if (card.setupIntentId) return gateway.retrieveSetupIntent(card.setupIntentId);
  return gateway.createSetupIntent({
    customerId: await customerOf(ctx, gateway, card.memberId),
    paymentMethodId: card.token,
    returnUrl: new URL(`/cards?confirm=${card.id}`, ctx.app.settings.GUILDHALL_URL).toString(),
    idempotencyKey,
  });
}

/** The one owner of what becomes of a card: the call, the browser's return, the webhook and the job all come here. */
export async function settleCard(tx: TxCtx, cardId: string, says: GatewaySetup): Promise<Card> {
  const card = await lockCardAmongOthers(tx.sql, cardId);
  if (!isOpen(card)) {
    if (card.status === 'failed') await letGo(tx, card, says);
    return theCard(tx, cardId);
  }
  const at = tx.now().toISOString();
  await tx.sql`update cards set setup_intent_id = ${says.setupIntentId}, updated_at = ${at} where id = ${cardId}`;
  switch (says.status) {
    case 'succeeded':
      if (!says.paymentMethodId || !says.card) throw new Error('the gateway keeps a card without saying which');
      return activate(tx, card, { paymentMethodId: says.paymentMethodId, card: says.card });
    case 'requires_action':
      await tx.sql`update cards set status = 'requires_action' where id = ${cardId}`;
      return lockCard(tx.sql, cardId);
    case 'canceled':
      return giveUp(tx, card);
    case 'requires_payment_method':
      return refuse(tx, cardId, says.failure ?? { code: says.status, declineCode: null, message: '' });
    case 'processing':
      return lockCard(tx.sql, cardId);
  }
}

/** Given up here before the gateway had answered. */
async function letGo(tx: TxCtx, card: Card, says: GatewaySetup): Promise<void> {
  if (says.status === 'requires_action') await callOffLater(tx, card, says.setupIntentId);
  if (says.status === 'succeeded' && says.paymentMethodId) {
    await detachLater(tx, { memberId: card.memberId, paymentMethodId: says.paymentMethodId });
  }
}

async function refuse(tx: TxCtx, cardId: string, failure: GatewayFailure): Promise<Card> {
  const { code, message } = failureWords(failure);
  await tx.sql`
    update cards set status = 'failed', failure_code = ${code}, failure_message = ${message.replace('Nothing was charged. ', '')},
      updated_at = ${tx.now().toISOString()}
    where id = ${cardId} and status in ('pending', 'requires_action')`;
  return lockCard(tx.sql, cardId);
}

/** A card that was there before stands for the one that was added again. */
async function theCard(tx: TxCtx, cardId: string): Promise<Card> {
  const card = await lockCard(tx.sql, cardId);
  return card.sameAs ? lockCard(tx.sql, card.sameAs) : card;
}
