import { inSavepoint, type TxCtx } from '#server/context/context.ts';
import { failureOf, isTransient } from '#server/queue/failure.ts';
import { priceOn } from '../queries/prices.ts';
import { changeMembership, lockMember, lockMembership } from '../record.ts';
import { addDays, addMonths, dayOf, dayOfMonth, graceDays, nextStep } from '../rules.ts';
import { beginMembership, plansNow } from './periods.ts';

/** Memberships whose next plan, paid for already, begins. @returns of how many */
export async function beginNextPlans(tx: TxCtx, limit: number): Promise<number> {
  const due = await tx.sql<{ id: string; memberId: string }[]>`
    select id, member_id as "memberId" from memberships where plan_from <= ${dayOf(tx.now())} order by plan_from, id limit ${limit}`;
  return forEach(tx, due, beginNextPlan);
}

async function beginNextPlan(tx: TxCtx, { id, memberId }: { id: string; memberId: string }): Promise<void> {
  await lockMember(tx.sql, memberId);
  const before = await lockMembership(tx.sql, id);
  if (before.planFrom === null) return;
  const period = { from: before.planFrom, to: before.endsOn };
  const news = { type: 'membership.changed', period, data: { cause: 'next-plan' } };
  await changeMembership(tx, before, await plansNow(tx, before), [news]);
}

/** Each in a savepoint of its own: one that cannot be done keeps no other from it. @returns how many were done */
async function forEach<Row extends { memberId: string }>(
  tx: TxCtx,
  rows: readonly Row[],
  work: (tx: TxCtx, row: Row) => Promise<void>,
): Promise<number> {
  let done = 0;
  for (const row of rows) {
    try {
      await inSavepoint(tx, (inner) => work(inner, row));
      done += 1;
    } catch (error) {
      // Says nothing about the row: all of it is tried again.
      if (isTransient(error)) throw error;
      tx.log.error({ memberId: row.memberId, failure: failureOf(error) }, 'a membership was passed over');
    }
  }
  return done;
}

/** `plans` shows what a plan costs today. */
export async function showPricesOfToday(tx: TxCtx): Promise<void> {
  const changed = await tx.sql`
    update plans p set price_amount = now_valid.amount, price_currency = now_valid.currency
    from (select distinct on (plan_id) plan_id, amount, currency from plan_prices where valid_from <= ${dayOf(tx.now())}
      order by plan_id, valid_from desc) as now_valid
    where now_valid.plan_id = p.id and (p.price_amount, p.price_currency) is distinct from (now_valid.amount, now_valid.currency)
    returning p.id`;
  if (changed.length > 0) tx.afterCommit(() => tx.app.cache.drop(['plans']));
}

/**
 * Members who paid before this house kept periods: each gets a membership with the one that their record speaks of. Of those
 * who have left there is nothing to keep. The one place that reads members' rows: it is about what was there before. @returns how many
 */
export async function importMemberships(tx: TxCtx, limit: number): Promise<number> {
  const rows = await tx.sql<{ memberId: string; planId: string; paidUntil: string; months: number }[]>`
    select m.id as "memberId", m.plan_id as "planId", m.paid_until::text as "paidUntil", p.period_months as months
    from members m join plans p on p.id = m.plan_id
    where m.paid_until is not null and m.status in ('active', 'grace', 'suspended')
      and not exists (select from memberships ms where ms.member_id = m.id)
    order by m.id limit ${limit} for no key update of m skip locked`;
  return forEach(tx, rows, importOne);
}

async function importOne(
  tx: TxCtx,
  { memberId, planId, paidUntil, months }: { memberId: string; planId: string; paidUntil: string; months: number },
): Promise<void> {
  const to = addDays(paidUntil, 1);
  const today = dayOf(tx.now());
  const period = { from: addMonths(to, -months, dayOfMonth(to)), to };
  const price = await priceOn(tx, planId, period.from);
  if (price === null) throw new Error('a plan without a price');
  const { amount, currency, priceId } = price;
  const what = { planId, priceId, origin: 'import' as const, amount, currency };
  const membership = await beginMembership(tx, { memberId, period, type: 'membership.imported' }, what);
  // Their grace has run out long ago, and their record does not say so: the last step is left.
  const last = graceDays;
  const step = nextStep(to, today) ?? { step: last, on: addDays(today, 1) };
  const status = to > today ? 'active' : 'grace';
  const change = { status, nextStep: step.step, nextStepOn: step.on } as const;
  await changeMembership(tx, membership, change, []);
}

/** Links that nobody can use any more. */
export const forgetOldLinks = (tx: TxCtx) =>
  tx.sql`delete from renewal_links where expires_at < now() - interval '60 days'`;
