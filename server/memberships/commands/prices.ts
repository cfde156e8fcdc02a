import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission } from '#server/context/context.ts';
import { notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { planStream } from '../events.ts';
import { addDays, dayOf, priceNoticeDays } from '../rules.ts';

interface NewPrice {
  /** Minor units, in the currency that the plan has. */
  amount: number;
  /** YYYY-MM-DD, UTC. */
  validFrom: string;
}

/** What a plan costs from a day on. The prices before stay as they were. @throws AppError `not_found`, `rule_violated` for too short a notice */
export async function setPlanPrice(ctx: Ctx, planId: string, { amount, validFrom }: NewPrice) {
  requirePermission(ctx, 'plans:manage');
  return inTransaction(ctx, async (tx) => {
    const [plan] = await tx.sql<{ currency: string }[]>`
      select price_currency as currency from plans where id = ${planId} and retired_at is null`;
    if (!plan) throw notFound();
    const earliest = addDays(dayOf(tx.now()), priceNoticeDays);
    if (validFrom < earliest) {
      throw ruleViolated(`A new price holds from ${earliest} on at the earliest: members were told the old one.`, [
        { path: 'validFrom', message: `must be ${earliest} or later` },
      ]);
    }
    await tx.sql`
      insert into plan_prices (plan_id, amount, currency, valid_from)
      values (${planId}, ${amount}, ${plan.currency}, ${validFrom})
      on conflict (plan_id, valid_from) do update set amount = excluded.amount`;
    const price = { amount, currency: plan.currency };
    await append(tx, planStream(planId), 'any', [
      { type: 'plan.price.set', data: { planId, amount: price, validFrom } },
    ]);
    const after = { ...price, validFrom };
    await writeAudit(tx, { action: 'plan.price', resourceType: 'plan', resourceId: planId, after });
    return { planId, amount: price, validFrom };
  });
}
