import type { TxCtx } from '#server/context/context.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { changeMembership, findPeriod, lockMember, lockMembership, type PeriodRecord, periodsOf } from '../record.ts';
import { dayOf, daysBetween, divide, laterOf, type Period, share, sum } from '../rules.ts';
import { audit, cutPeriod, insertPeriod, standingUntil } from './periods.ts';

/**
 * All of the money of an order went back, or the order was given up: what it paid for ends today. The rest of an upgrade goes
 * back to the plan that it took the place of, as it was paid for: by another order.
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
  const unused = (await periodsOf(tx.sql, [membershipId])).filter((one) => one.orderId === orderId && one.to > today);
  const [first] = unused;
  if (!first) return;
  for (const period of unused) await giveBack(tx, period, today);
  const inForce = await periodsOf(tx.sql, [membershipId]);
  const left = inForce.at(-1);
  const endsOn = left ? laterOf(left.to, today) : today;
  const period = { from: laterOf(first.from, today), to: unused.at(-1)?.to ?? first.to };
  const over = before.endedAt === null && endsOn === today;
  const current = inForce.find(({ from, to }) => from <= today && today < to);
  const planId = current?.planId ?? before.planId;
  const change = over
    ? { status: 'cancelled' as const, endsOn }
    : {
        ...(before.endedAt === null ? standingUntil(tx, endsOn) : { endsOn }),
        planId,
        nextPlanId: null,
        planFrom: null,
      };
  const data = { cause: 'refund', ...(over ? {} : { orderId }) };
  const type = over ? 'membership.cancelled' : 'membership.changed';
  const after = await changeMembership(tx, before, change, [{ type, period, data }]);
  await audit(tx, after, 'membership.take-back', { orderId, endsOn });
}

async function giveBack(tx: TxCtx, period: PeriodRecord, today: string): Promise<void> {
  const from = laterOf(period.from, today);
  const credit = sum(period.credits);
  const rest = share(credit, daysBetween(from, period.to), daysBetween(period.from, period.to));
  await cutPeriod(tx, period, from, credit - rest, 'refund');
  const old = period.replacesId === null ? null : await findPeriod(tx.sql, period.replacesId);
  if (old) await restore(tx, old, { from, to: period.to }, divide(rest, period.credits, credit));
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
