import { type Ctx, inTransaction, isOwn } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { QuotedLine } from '#server/orders/queries/pricing.ts';
import { viewOf } from '../queries/memberships.ts';
import { type PlanPrice, priceOn } from '../queries/prices.ts';
import { planLine, planRefused } from '../queries/quote.ts';
import { changeMembership, type Membership, type PeriodRecord, periodsOf } from '../record.ts';
import { costsMore, dayOf, daysBetween, laterOf, nextPeriod, type Period, periodUntil, prorate } from '../rules.ts';
import type { ChangeInput, ChangeView } from '../shapes.ts';
import { termsToJson } from '../terms.ts';
import { manage } from './manage.ts';
import { audit } from './periods.ts';
import { lockForOrder, manageableMembership, order, paymentFor } from './renew.ts';

interface Planned {
  kind: ChangeView['kind'];
  price: PlanPrice;
  effectiveOn: string;
  lines: Array<{ name: string; period: Period; line: QuotedLine }>;
  due: number;
}

/** What a change would cost and when it would be so. Writes nothing. @throws as `changePlan` */
export async function previewChange(ctx: Ctx, id: string, planId: string): Promise<ChangeView> {
  const membership = await manageableMembership(ctx, id);
  return viewOfChange(await plan(ctx, membership, planId), null, null);
}

/**
 * To a plan that costs more: now, for the difference of the days that are left. To another: when what is paid for is used. Back to
 * the own plan: the change that was planned is forgotten.
 * @throws AppError `not_found`, `rule_violated` for a plan that is not offered or theirs already, or without a card; `conflict`
 * while a payment is under way
 */
export async function changePlan(ctx: Ctx, id: string, input: ChangeInput): Promise<ChangeView> {
  const { memberId } = await manageableMembership(ctx, id);
  const planned = await inTransaction(ctx, async (tx) => {
    const membership = await lockForOrder(tx, memberId, id);
    const change = await plan(tx, membership, input.planId);
    if (change.kind !== 'upgrade') return null;
    const paying = { paymentMethod: input.paymentMethod, offSession: !isOwn(ctx, memberId) };
    const payment = await paymentFor(tx, memberId, change.due, paying);
    const lines = change.lines.map(({ line }) => line);
    return viewOfChange(change, await order(tx, membership, 'upgrade', lines, payment), await viewOf(tx, membership));
  });
  return planned ?? planForEnd(ctx, id, input.planId);
}

async function planForEnd(ctx: Ctx, id: string, planId: string): Promise<ChangeView> {
  return manage(ctx, id, async (tx, before) => {
    const change = await plan(tx, before, planId);
    const nextPlanId = change.kind === 'keep' ? null : planId;
    const period = nextPeriod(before.endsOn, change.price.months, before.anchorDay);
    const cause = change.kind === 'keep' ? 'change_dropped' : 'change_planned';
    const after = await changeMembership(tx, before, { nextPlanId }, [
      { type: 'membership.changed', period, data: { cause } },
    ]);
    await audit(tx, after, 'membership.plan-change', { planId, effectiveOn: change.effectiveOn });
    return viewOfChange(change, null, await viewOf(tx, after));
  });
}

async function plan(ctx: Ctx, membership: Membership, planId: string): Promise<Planned> {
  const today = dayOf(ctx.now());
  if (membership.endedAt !== null) throw ruleViolated('This membership has ended. Join again at the checkout.');
  if (membership.planFrom !== null)
    throw ruleViolated('The next period is paid for in another plan already. Write to us.');
  const price = await priceOn(ctx, planId, today);
  if (price === null || price.retired) throw planRefused('This plan is not offered.');
  if (planId === membership.planId) {
    if (membership.nextPlanId === null) throw planRefused(`You are on the plan ${membership.planName} already.`);
    return { kind: 'keep', price, effectiveOn: today, lines: [], due: 0 };
  }
  const own = await priceOn(ctx, membership.planId, today);
  const left = (await periodsOf(ctx.sql, [membership.id])).filter(({ to }) => to > today);
  if (left.length === 0 || own === null || !costsMore(price, own)) {
    return { kind: 'downgrade', price, effectiveOn: membership.endsOn, lines: [], due: 0 };
  }
  const lines = left.flatMap((period) => linesOf(period, price, today, membership.anchorDay));
  const due = lines.reduce((sum, { line }) => sum + line.unitAmount, 0);
  return { kind: 'upgrade', price, effectiveOn: today, lines, due };
}

/** The days that are left of a period, in the other plan, and what the same days cost already. What was given stays given. */
function linesOf(period: PeriodRecord, price: PlanPrice, today: string, anchorDay: number): Planned['lines'] {
  const on = laterOf(today, period.from);
  const rest = { from: on, to: period.to };
  const given = period.origin === 'complimentary' || period.origin === 'extension';
  const whole = periodUntil(period.to, price.months, anchorDay);
  const { charge, credit } = given
    ? { charge: 0, credit: 0 }
    : prorate({ paid: period.amount, period, on, price: price.amount, whole });
  const days = daysBetween(on, period.to);
  const { currency, priceId } = price;
  const up = {
    name: `${price.planName} membership, ${counted(days)}`,
    period: rest,
    unitAmount: charge,
    planId: price.planId,
    terms: { kind: 'upgrade' as const, priceId, on, to: period.to, periodId: period.id, credit },
  };
  const back = {
    name: `Credit for ${period.planName}, ${counted(days)}`,
    period: rest,
    unitAmount: -credit,
    planId: period.planId,
    terms: { kind: 'credit' as const },
  };
  return (credit > 0 ? [up, back] : [up]).map(({ name, period: of, unitAmount, planId, terms }) => ({
    name,
    period: of,
    line: { ...planLine, planId, name, unitAmount, currency, terms: termsToJson(terms) },
  }));
}

const counted = (days: number) => `${days} ${days === 1 ? 'day' : 'days'}`;

const viewOfChange = (
  { kind, price, effectiveOn, lines, due }: Planned,
  placed: ChangeView['order'],
  membership: ChangeView['membership'],
): ChangeView => ({
  kind,
  plan: { id: price.planId, code: price.planCode, name: price.planName },
  effectiveOn,
  lines: lines.map(({ name, period, line }) => ({
    name,
    period,
    amount: { amount: line.unitAmount, currency: line.currency },
  })),
  due: { amount: due, currency: price.currency },
  order: placed,
  membership,
});
