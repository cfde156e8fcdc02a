import type { Ctx } from '#server/context/context.ts';
import { findPlan } from '#server/memberships/queries/plans.ts';
import type { QuotedLine } from '#server/orders/queries/pricing.ts';

/** What a plan costs now; null when it is not sold. */
export async function planLine(ctx: Ctx, planId: string): Promise<QuotedLine | null> {
  const plan = await findPlan(ctx, planId);
  if (!plan) return null;
  return {
    kind: 'plan',
    planId,
    name: `${plan.name} membership`,
    quantity: 1,
    unitAmount: plan.price.amount,
    currency: plan.price.currency,
    taxCode: 'none',
    digital: true,
    terms: { planId, planCode: plan.code, periodMonths: plan.periodMonths },
  };
}
