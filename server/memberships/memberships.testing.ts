import { expect } from 'vitest';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { placeOrder } from '#server/orders/commands/place.ts';
import { card } from '#server/orders/orders.testing.ts';
import { beginMembership } from './commands/periods.ts';
import { startingPlans } from './plans.ts';
import { quotePlan } from './queries/quote.ts';
import { liveMembershipOf, type Membership, type PeriodRecord, periodsOf } from './record.ts';
import { dayOf, firstPeriod } from './rules.ts';

export const [student, professional, fellow] = startingPlans.map(({ id }) => id) as [string, string, string];

/** The system, on a day of one's choosing: at noon, UTC. */
export const onDay = (app: App, day: string): Ctx =>
  createContext(app, { actor: { kind: 'system', name: 'test' }, now: () => new Date(`${day}T12:00:00Z`) });

/** Buys a plan as the checkout does; the worker makes the period of it. */
export async function buyPlan(app: App, memberId: string, planId: string, payment = card()): Promise<string> {
  const ctx = createContext(app, { actor: { kind: 'system', name: 'test' } });
  const line = await quotePlan(ctx, { memberId, planId });
  const order = await inTransaction(ctx, (tx) =>
    placeOrder(tx, { memberId, origin: 'checkout', lines: [line], payment }),
  );
  return order.id;
}

export async function membershipNow(app: App, memberId: string): Promise<Membership & { periods: PeriodRecord[] }> {
  const membership = await liveMembershipOf(app.database.sql, memberId);
  if (!membership) throw new Error('no membership');
  return { ...membership, periods: await periodsOf(app.database.sql, [membership.id]) };
}

export const untilPeriods = (app: App, memberId: string, count: number) =>
  eventually(async () => {
    expect((await membershipNow(app, memberId)).periods).toHaveLength(count);
  }, 20_000).then(() => membershipNow(app, memberId));

export async function recordOf(app: App, memberId: string) {
  const [row] = await app.database.sql<{ status: string; paidUntil: string | null; planId: string }[]>`
    select status, paid_until::text as "paidUntil", plan_id as "planId" from members where id = ${memberId}`;
  return row;
}

/** A membership from `from` on that nobody paid for here, without the worker. */
export async function aMembershipOf(
  app: App,
  memberId: string,
  from = dayOf(new Date()),
  planId = professional,
): Promise<string> {
  const membership = await inTransaction(onDay(app, from), (tx) =>
    beginMembership(
      tx,
      { memberId, period: firstPeriod(from, 12), type: 'membership.activated' },
      { planId, origin: 'import', amount: 12_900, currency: 'EUR' },
    ),
  );
  return membership.id;
}
