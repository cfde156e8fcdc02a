import type { TxCtx } from '#server/context/context.ts';
import { changeMembership, type Membership, type PeriodRecord, periodsOf } from '../record.ts';
import { laterOf, sourcesOf } from '../rules.ts';
import type { PlanTerms } from '../terms.ts';
import { audit, cutPeriod, insertPeriod, type NewPeriod, plansNow } from './periods.ts';

type UpgradeTerms = Extract<PlanTerms, { kind: 'upgrade' }>;

/** Is what was upgraded there still: its days to the end that was quoted, and what they were worth? */
export const isUpgradable = (period: PeriodRecord, { periodId, on, to, credit }: UpgradeTerms): boolean =>
  period.id === periodId && on < period.to && period.to === (to ?? period.to) && period.amount >= credit;

/** The rest of a period in another plan: what was used stays as it was, what was not is credited and takes the new plan's place. */
export async function upgradePeriod(
  tx: TxCtx,
  before: Membership,
  what: NewPeriod,
  { periodId, on, credit }: UpgradeTerms,
): Promise<Membership> {
  const old = (await periodsOf(tx.sql, [before.id])).find(({ id }) => id === periodId);
  if (!old) throw new Error('the period that was upgraded is not in force any more');
  const rest = { from: laterOf(on, old.from), to: old.to };
  await cutPeriod(tx, old, rest.from, old.amount - credit, 'upgraded');
  await insertPeriod(tx, before.id, rest, { ...what, replaces: { id: old.id, credits: sourcesOf(old, credit) } });
  const change = await plansNow(tx, { ...before, nextPlanId: null, planFrom: null });
  const data = { cause: 'upgrade', ...(what.orderId ? { orderId: what.orderId } : {}) };
  const after = await changeMembership(tx, before, change, [{ type: 'membership.changed', period: rest, data }]);
  await audit(tx, after, 'membership.upgrade', { ...rest, planCode: after.planCode, credit });
  return after;
}
