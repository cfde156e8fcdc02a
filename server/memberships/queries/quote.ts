import type { Ctx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { QuotedLine } from '#server/orders/queries/pricing.ts';
import { liveMembershipOf, type Membership } from '../record.ts';
import { dayOf, daysBetween, farthestAheadDays, firstPeriod, nextPeriod, type Period } from '../rules.ts';
import { termsToJson } from '../terms.ts';
import { type PlanPrice, priceOn } from './prices.ts';

/**
 * What a plan costs a member now, as a line of an order, with the period that it makes: whoever has no membership joins today,
 * whoever has this plan renews it.
 * @throws AppError `rule_violated` for a plan that is not offered, or another one than they have
 */
export async function quotePlan(
  ctx: Ctx,
  { memberId, planId }: { memberId: string; planId: string },
): Promise<QuotedLine> {
  const live = await liveMembershipOf(ctx.sql, memberId);
  if (live === null) return quoteJoin(ctx, planId);
  if (planId !== (live.nextPlanId ?? live.planId)) {
    throw planRefused(`You are a member on the plan ${live.planName}. Change the plan on the page of your membership.`);
  }
  return quoteRenewal(ctx, live);
}

/** A membership that begins today. @throws AppError `rule_violated` for a plan that is not offered */
async function quoteJoin(ctx: Ctx, planId: string): Promise<QuotedLine> {
  const today = dayOf(ctx.now());
  const price = await priceOn(ctx, planId, today);
  if (price === null || price.retired) throw planRefused('This plan is not offered.');
  return lineOf(price, 'join', firstPeriod(today, price.months));
}

export interface Renewal {
  price: PlanPrice;
  /** Begins where what is paid for ends, also when that is past: the days of grace are part of it. */
  period: Period;
}

/** The period after the last one, in the plan that follows, at the price of its first day. */
export async function renewalOf(ctx: Ctx, membership: Membership): Promise<Renewal> {
  const { endsOn, anchorDay, nextPlanId, planId } = membership;
  const price = await priceOn(ctx, nextPlanId ?? planId, endsOn);
  if (price === null) throw new Error('a plan without a price');
  return { price, period: nextPeriod(endsOn, price.months, anchorDay) };
}

/** @throws AppError `rule_violated` when it has ended, or is paid for far enough ahead */
export async function quoteRenewal(ctx: Ctx, membership: Membership): Promise<QuotedLine> {
  if (membership.endedAt !== null) throw ruleViolated('This membership has ended. Join again at the checkout.');
  const { price, period } = await renewalOf(ctx, membership);
  if (daysBetween(dayOf(ctx.now()), period.to) > farthestAheadDays) {
    throw ruleViolated('This membership is paid for far enough ahead already.');
  }
  return lineOf(price, 'renewal', period);
}

function lineOf(price: PlanPrice, makes: 'join' | 'renewal', period: Period): QuotedLine {
  const { priceId, planId, planName, months, amount, currency } = price;
  return {
    ...planLine,
    planId,
    name: `${planName} membership`,
    unitAmount: amount,
    currency,
    terms: termsToJson({ kind: 'period', priceId, months, makes, ...period }),
  };
}

/** Dues of a professional body are free of tax. */
export const planLine = { kind: 'plan', quantity: 1, taxCode: 'none', digital: true } as const;

export const planRefused = (words: string) =>
  ruleViolated(words, [{ path: 'planId', message: 'is not a plan that can be bought here' }]);
