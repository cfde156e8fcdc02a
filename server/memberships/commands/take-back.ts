import type { TxCtx } from '#server/context/context.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { changeMembership, findPeriod, lockMember, lockMembership, type PeriodRecord, periodsOf } from '../record.ts';
import { addDays, dayOf, dayOfMonth, daysBetween, divide, laterOf, type Period, share, sum } from '../rules.ts';
import { audit, cutPeriod, insertPeriod, plansNow, standingUntil } from './periods.ts';

/**
 * All of the money of an order went back, or the order was given up: what it paid for ends today. The rest of an upgrade goes
 * back to the plan that it took the place of, as it was paid for: by another order. An upgrade that was paid for in part with
 * this order's credit keeps the days that the rest of its price is worth.
 */
export async function takeBack(tx: TxCtx, { orderId, memberId }: { orderId: string; memberId: string }): Promise<void> {
  const payment = await paymentOfOrder(tx.sql, orderId);
  if (payment && payment.status !== 'refunded' && payment.status !== 'failed') return;
  await lockMember(tx.sql, memberId);
  const taken = await tx.sql<{ membershipId: string }[]>`
    select distinct membership_id as "membershipId" from membership_order_lines where order_id = ${orderId}`;
  for (const { membershipId } of taken) await takeBackFrom(tx, membershipId, orderId);
}

async function takeBackFrom(tx: TxCtx, membershipId: string, orderId: string): Promise<void> {
  const before = await lockMembership(tx.sql, membershipId);
  const today = dayOf(tx.now());
  const paidWithIt = ({ orderId: own, credits }: PeriodRecord) => own === orderId || orderId in credits;
  const all = await periodsOf(tx.sql, [membershipId]);
  const unused = all.filter((one) => paidWithIt(one) && one.to > today);
  const [first] = unused;
  if (!first) return;
  for (const period of unused) {
    await (period.orderId === orderId ? giveBack(tx, period, today) : takeCredit(tx, period, orderId, today));
  }
  const inForce = await periodsOf(tx.sql, [membershipId]);
  const left = inForce.at(-1);
  const endsOn = left ? laterOf(left.to, today) : today;
  // In the middle of a period: the next one begins there, and is a whole one.
  const anchorDay = all.some(({ to }) => to === endsOn) ? before.anchorDay : dayOfMonth(endsOn);
  const period = { from: laterOf(first.from, today), to: unused.at(-1)?.to ?? first.to };
  const over = before.endedAt === null && endsOn === today;
  const change = over
    ? { status: 'cancelled' as const, endsOn }
    : {
        ...(before.endedAt === null ? standingUntil(tx, endsOn) : { endsOn }),
        anchorDay,
        ...(await plansNow(tx, before)),
      };
  const data = { cause: 'refund', ...(over ? {} : { orderId }) };
  const type = over ? 'membership.cancelled' : 'membership.changed';
  const after = await changeMembership(tx, before, change, [{ type, period, data }]);
  await audit(tx, after, 'membership.take-back', { orderId, endsOn });
}

/** From the first day on for as long as the rest of its price is worth, or until today. */
async function takeCredit(tx: TxCtx, period: PeriodRecord, orderId: string, today: string): Promise<void> {
  const { [orderId]: lost = 0, ...credits } = period.credits;
  await tx.sql`
    update membership_periods set credits = ${JSON.stringify(credits)}::text::jsonb where id = ${period.id}`;
  if (lost === 0) return;
  const amount = period.amount - lost;
  const days = share(daysBetween(period.from, period.to), amount, period.amount);
  await cutPeriod(tx, period, laterOf(addDays(period.from, days), today), amount, 'refund');
}

async function giveBack(tx: TxCtx, period: PeriodRecord, today: string): Promise<void> {
  const from = laterOf(period.from, today);
  const credit = sum(period.credits);
  const rest = share(credit, daysBetween(from, period.to), daysBetween(period.from, period.to));
  await cutPeriod(tx, period, from, credit - rest, 'refund');
  const old = period.replacesId === null ? null : await findPeriod(tx.sql, period.replacesId);
  // Whose own money went back has nothing to go back to.
  if (old && (old.orderId ?? '') in period.credits)
    await restore(tx, old, { from, to: period.to }, divide(rest, period.credits, credit));
}

/** Days go back to the plan before, with what was paid for them then, and by whom. */
async function restore(tx: TxCtx, old: PeriodRecord, period: Period, paid: Record<string, number>): Promise<void> {
  const { [old.orderId ?? '']: _own, ...credits } = paid;
  const { planId, priceId, origin, currency, orderId, line, replacesId } = old;
  const replaces = replacesId === null ? null : { id: replacesId, credits };
  const amount = sum(paid);
  await insertPeriod(tx, old.membershipId, period, {
    ...{ planId, priceId, origin, amount, currency, orderId, line, replaces },
  });
}
