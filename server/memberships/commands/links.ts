import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { cardForRenewals } from '#server/cards/queries/resolve.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { maskName } from '#server/crypto/mask.ts';
import { notFound, ruleViolated } from '#server/errors/errors.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { memberNameOf } from '#server/members/queries/status.ts';
import { type OrderState, orderStateOf } from '#server/orders/queries/state.ts';
import { lookAtPayment, type PaymentRecording } from '#server/payments/commands/charge.ts';
import { paymentSettings } from '#server/payments/queries/payments.ts';
import { quoteRenewal, renewalOf } from '../queries/quote.ts';
import { findMembership, type Membership } from '../record.ts';
import { linkDays } from '../rules.ts';
import type { RenewalLinkView } from '../shapes.ts';
import { lockForOrder, order, paymentFor } from './renew.ts';

/** 256 bits: nobody guesses them, so a fast hash keeps them safe. */
const newToken = () => randomBytes(32).toString('base64url');
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Makes the token of a link, when its mail is made: the text exists in that mail alone. null when there is nothing to renew any more. */
export async function issueRenewalLink(
  tx: TxCtx,
  { membershipId, endsOn }: { membershipId: string; endsOn: string },
): Promise<string | null> {
  const membership = await findMembership(tx.sql, membershipId);
  if (!membership || membership.endedAt !== null || membership.endsOn !== endsOn) return null;
  const token = newToken();
  const now = tx.now();
  await tx.sql`
    insert into renewal_links (id, token_hash, membership_id, ends_on, created_at, expires_at)
    values (${uuidv7()}, ${hashOf(token)}, ${membershipId}, ${endsOn}, ${now.toISOString()},
      ${new Date(now.getTime() + linkDays * 86_400_000).toISOString()})`;
  return token;
}

interface Link {
  id: string;
  membershipId: string;
  endsOn: string;
  orderId: string | null;
  expired: boolean;
}

/** @throws AppError `not_found` in words for whoever followed the link */
async function findLink(ctx: Ctx, token: string): Promise<Link> {
  const [link] = await ctx.sql<Link[]>`
    select id, membership_id as "membershipId", ends_on::text as "endsOn", order_id as "orderId",
      expires_at <= ${ctx.now().toISOString()} as expired
    from renewal_links where token_hash = ${hashOf(token)}`;
  if (!link) throw notFound('This link is not one of ours, or not complete. Copy the whole link from the mail.');
  return link;
}

const nothing = { plan: null, amount: null, period: null, member: null, card: null, order: null, settings: null };

/** What a link is for. Changes nothing: mail scanners open links. @throws AppError `not_found` */
export async function showRenewalLink(ctx: Ctx, token: string): Promise<RenewalLinkView> {
  const link = await findLink(ctx, token);
  const membership = await findMembership(ctx.sql, link.membershipId);
  if (!membership) throw notFound();
  const placed = link.orderId === null ? null : await orderStateOf(ctx, link.orderId);
  const orderView = placed && orderViewOf(placed);
  if (membership.endsOn > link.endsOn) return { ...nothing, status: 'renewed', order: orderView };
  if (placed && !isOver(placed)) return { ...(await offerOf(ctx, membership)), status: 'under_way', order: orderView };
  if (membership.endedAt !== null) return { ...nothing, status: 'ended' };
  if (link.expired) return { ...nothing, status: 'expired' };
  return { ...(await offerOf(ctx, membership)), status: 'open', order: orderView };
}

const isOver = ({ status }: OrderState) => status === 'failed' || status === 'cancelled';

const orderViewOf = ({ number, status, failure, nextAction }: OrderState): RenewalLinkView['order'] => ({
  ...{ number, status, failure },
  nextAction: nextAction && (nextAction.type === 'redirect' ? nextAction : { type: nextAction.type }),
});

async function offerOf(ctx: Ctx, membership: Membership): Promise<Omit<RenewalLinkView, 'status' | 'order'>> {
  const { price, period } = await renewalOf(ctx, membership);
  const name = await memberNameOf(ctx, membership.memberId);
  const card = await cardForRenewals(ctx, membership.memberId);
  return {
    plan: price.planName,
    amount: { amount: price.amount, currency: price.currency },
    period,
    member: name && maskName(name),
    settings: paymentSettings(ctx),
    card: card?.cardId ? { id: card.cardId, brand: card.brand, last4: card.last4 } : null,
  };
}

/**
 * Pays for the one renewal that the link is for. A payment that is refused leaves it as it was: another card can be tried.
 * @throws AppError `not_found`, `rule_violated` for a link that is used or expired, `conflict` while a payment is under way
 */
export async function spendRenewalLink(ctx: Ctx, token: string, paymentMethod: string | undefined): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { membershipId } = await findLink(tx, token);
    const found = await findMembership(tx.sql, membershipId);
    if (!found) throw notFound();
    const membership = await lockForOrder(tx, found.memberId, membershipId);
    const link = await findLink(tx, token);
    if (membership.endsOn > link.endsOn) throw ruleViolated('This link was used already: the membership is renewed.');
    if (link.expired) throw ruleViolated('This link has expired. Sign in to renew.');
    const line = await quoteRenewal(tx, membership);
    const payment = await paymentFor(tx, membership.memberId, line.unitAmount, { paymentMethod, offSession: false });
    const placed = await order(tx, membership, 'renewal', [line], payment);
    await tx.sql`update renewal_links set order_id = ${placed.id} where id = ${link.id}`;
  });
}

/**
 * The payer has been at their bank: asks the gateway how far the payment of the link has got. Before any transaction. null when
 * there is nothing to ask, or nobody answers: the webhook and the repair bring the rest.
 */
export async function lookAtLinkPayment(ctx: Ctx, token: string): Promise<PaymentRecording | null> {
  const { orderId } = await findLink(ctx, token);
  const placed = orderId === null ? null : await orderStateOf(ctx, orderId);
  if (placed?.status !== 'requires_action' || placed.paymentId === null) return null;
  try {
    return await lookAtPayment(ctx, placed.paymentId);
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    return null;
  }
}
