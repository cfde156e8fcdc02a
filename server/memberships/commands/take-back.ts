import type { TxCtx } from '#server/context/context.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { changeMembership, lockMember, lockMembership, type PeriodRecord, periodsOf } from '../record.ts';
import { dayOf, daysBetween, laterOf, share } from '../rules.ts';
import { audit, cutPeriod, insertPeriod, standingUntil } from './periods.ts';

/**
 * All of the money of an order went back, or the order was given up: what it paid for ends today. The rest of an upgrade goes
 * back to the plan that it took the place of, which was paid for by another order.
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
  await cutPeriod(tx, period, from, 0, 'refund');
  if (period.replacesPlanId === null) return;
  const left = daysBetween(from, period.to);
  await insertPeriod(
    tx,
    period.membershipId,
    { from, to: period.to },
    {
      planId: period.replacesPlanId,
      origin: 'complimentary',
      amount: share(period.replacesAmount ?? 0, left, daysBetween(period.from, period.to)),
      currency: period.currency,
    },
  );
}
