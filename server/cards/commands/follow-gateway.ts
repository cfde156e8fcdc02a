import type { Ctx, TxCtx } from '#server/context/context.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { findPayment } from '#server/payments/queries/records.ts';
import { keepCard } from './activate.ts';
import { forgetDetached } from './choose.ts';
import { setUpCard } from './set-up.ts';

type Recording = (tx: TxCtx) => Promise<void>;

/** What a webhook says to look at. */
export type CardNews = { kind: 'setup'; setupIntentId: string } | { kind: 'payment_method'; paymentMethodId: string };

/** A card that is being kept, or one that the gateway has changed: asked as it is now. @throws PartnerError */
export async function followGateway(ctx: Ctx, news: CardNews): Promise<Recording> {
  if (news.kind === 'setup') {
    const [row] = await ctx.sql<{ id: string }[]>`select id from cards where setup_intent_id = ${news.setupIntentId}`;
    // Told of before our own answer has come: that will say it.
    return row ? resumeCard(ctx, row.id, 1) : async () => {};
  }
  const [row] = await ctx.sql<{ id: string; memberId: string }[]>`
    select id, member_id as "memberId" from cards
    where payment_method_id = ${news.paymentMethodId} and status = 'active'`;
  if (!row) return async () => {};
  const call = await callPartner(ctx, { system: 'gateway', operation: 'look-at-card', memberId: row.memberId }, () =>
    withBreaker('gateway', () => partnersOf(ctx.app).gateway().retrievePaymentMethod(news.paymentMethodId)),
  );
  return async (tx) => {
    await call.record(tx);
    const card = call.result?.card;
    if (!call.result?.customerId || !card) return forgetDetached(tx, row.id);
    await tx.sql`
      update cards set exp_month = ${card.expMonth}, exp_year = ${card.expYear}, updated_at = ${tx.now().toISOString()}
      where id = ${row.id} and status = 'active'`;
  };
}

/** Goes on with a card of which the gateway had not said what becomes of it. @throws PartnerError */
export async function resumeCard(ctx: Ctx, cardId: string, attempt: number): Promise<Recording> {
  // Under its first key the gateway would replay the answer that was lost, a 500 included.
  const asked = await setUpCard(ctx, cardId, attempt === 1 ? `card:${cardId}` : `card:${cardId}:${attempt}`);
  return async (tx) => void (await asked.record(tx));
}

/** Keeps the card of a payment whose payer wanted it kept. @throws PartnerError */
export async function keepCardOfPayment(ctx: Ctx, paymentId: string): Promise<Recording> {
  const payment = await findPayment(ctx.sql, paymentId);
  if (!payment?.intentId || !payment.saveCard) return async () => {};
  const { intentId, memberId } = payment;
  const call = await callPartner(ctx, { system: 'gateway', operation: 'look-at-card', memberId }, () =>
    withBreaker('gateway', () => partnersOf(ctx.app).gateway().retrievePaymentIntent(intentId)),
  );
  return async (tx) => {
    await call.record(tx);
    const { paymentMethodId, card } = call.result;
    if (paymentMethodId && card) await keepCard(tx, memberId, { paymentMethodId, card });
  };
}

/** Lets go of a card at the gateway. @throws PartnerError */
export async function detachCard(
  ctx: Ctx,
  { memberId, paymentMethodId }: { memberId: string; paymentMethodId: string },
): Promise<Recording> {
  const call = await callPartner(ctx, { system: 'gateway', operation: 'forget-card', memberId }, () =>
    withBreaker('gateway', () =>
      partnersOf(ctx.app)
        .gateway()
        .detachPaymentMethod({ paymentMethodId, idempotencyKey: `detach:${paymentMethodId}` }),
    ),
  );
  return call.record;
}
