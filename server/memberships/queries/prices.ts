import type { Ctx } from '#server/context/context.ts';

/** A version of a plan's price, in minor units. */
export interface PlanPrice {
  priceId: string;
  planId: string;
  planCode: string;
  planName: string;
  months: number;
  amount: number;
  currency: string;
  retired: boolean;
}

/** What a plan costs on a day: the newest price that is valid then. null for a plan that there is not. */
export async function priceOn(ctx: Ctx, planId: string, day: string): Promise<PlanPrice | null> {
  const [row] = await ctx.sql<PlanPrice[]>`
    select pp.id as "priceId", p.id as "planId", p.code as "planCode", p.name as "planName", p.period_months as months,
      pp.amount, pp.currency, p.retired_at is not null as retired
    from plans p join plan_prices pp on pp.plan_id = p.id
    where p.id = ${planId} and pp.valid_from <= ${day} order by pp.valid_from desc limit 1`;
  return row ?? null;
}
