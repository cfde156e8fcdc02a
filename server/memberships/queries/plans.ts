import type { Ctx } from '#server/context/context.ts';
import type { Plan } from '../shapes.ts';

interface PlanRow {
  id: string;
  code: string;
  name: string;
  description: string;
  price_amount: number;
  price_currency: string;
  period_months: number;
}

const planOf = (row: PlanRow): Plan => ({
  id: row.id,
  code: row.code,
  name: row.name,
  description: row.description,
  price: { amount: row.price_amount, currency: row.price_currency },
  periodMonths: row.period_months,
});

/** The plans on offer, in the order they are shown. */
export function listPlans(ctx: Ctx): Promise<Plan[]> {
  return ctx.app.cache.read('plans', { ttlMs: 60_000, tags: ['plans'] }, async () => {
    const rows = await ctx.sql<PlanRow[]>`
      select id, code, name, description, price_amount, price_currency, period_months
      from plans where retired_at is null order by sort, id`;
    return rows.map(planOf);
  });
}

/** A plan on offer, or null. */
export async function findPlan(ctx: Ctx, id: string): Promise<Plan | null> {
  const [row] = await ctx.sql<PlanRow[]>`
    select id, code, name, description, price_amount, price_currency, period_months
    from plans where id = ${id} and retired_at is null`;
  return row ? planOf(row) : null;
}
