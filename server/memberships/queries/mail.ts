import { cardForRenewals } from '#server/cards/queries/resolve.ts';
import type { Ctx } from '#server/context/context.ts';
import { findMembership } from '../record.ts';
import { cardText, lastDay, linkDays } from '../rules.ts';
import { renewalOf } from './quote.ts';

/** What mails say of a membership; null for none. No permission is asked: they go to whose it is. */
export async function membershipInWords(
  ctx: Ctx,
  membershipId: string,
): Promise<{
  planName: string;
  nextPlanName: string;
  /** The last day that is covered. */
  endsOn: string;
  card: string;
  /** The first day that is not covered and will be asked for; null where nothing is. */
  dueOn: string | null;
  autoRenew: boolean;
  linkDays: number;
} | null> {
  const membership = await findMembership(ctx.sql, membershipId);
  if (!membership) return null;
  const card = await cardForRenewals(ctx, membership.memberId);
  const { price } = await renewalOf(ctx, membership);
  return {
    planName: membership.planName,
    nextPlanName: price.planName,
    endsOn: lastDay({ to: membership.endsOn }),
    card: card ? cardText(card) : 'your card',
    dueOn: membership.endedAt !== null || membership.cancelAtEnd ? null : membership.endsOn,
    autoRenew: membership.autoRenew,
    linkDays,
  };
}
