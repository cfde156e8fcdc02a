import type { TxCtx } from '#server/context/context.ts';
import { memberPlanOf } from '#server/members/queries/status.ts';
import { priceOn } from '../queries/prices.ts';
import { liveMembershipOf, lockMember, lockMembership, membershipsOf, periodsOf } from '../record.ts';
import { addDays, dayOf, dayOfMonth } from '../rules.ts';
import { appendPeriod, beginMembership, type NewPeriod } from './periods.ts';

export interface Extension {
  memberId: string;
  eventId: string;
  /** The last day that staff have given. */
  paidUntil: string;
}

/** Days that were given: they follow the last ones, in their plan, or begin today for whoever has lapsed. Their end is the new anniversary. */
export async function giveDays(tx: TxCtx, { memberId, eventId, paidUntil }: Extension): Promise<void> {
  await lockMember(tx.sql, memberId);
  const done = await tx.sql`select 1 from membership_periods where cause_event_id = ${eventId}`;
  if (done.length > 0) return;
  const to = addDays(paidUntil, 1);
  const today = dayOf(tx.now());
  const live = await liveMembershipOf(tx.sql, memberId);
  const last = live && (await periodsOf(tx.sql, [live.id])).at(-1);
  const had = last?.planId ?? (live ?? (await membershipsOf(tx.sql, memberId))[0])?.planId;
  const plan = had ?? (await memberPlanOf(tx, memberId));
  if (plan === null) return;
  const price = await priceOn(tx, plan, today);
  const what: NewPeriod = {
    planId: plan,
    origin: 'extension',
    amount: 0,
    currency: price?.currency ?? 'EUR',
    causeEventId: eventId,
  };
  if (live === null) {
    if (to > today) {
      await beginMembership(tx, { memberId, period: { from: today, to }, type: 'membership.activated' }, what);
    }
    return;
  }
  const membership = await lockMembership(tx.sql, live.id);
  if (to <= membership.endsOn) return;
  const data = { cause: 'extension' };
  const period = { from: membership.endsOn, to };
  await appendPeriod(tx, { ...membership, anchorDay: dayOfMonth(to) }, period, what, {
    type: 'membership.changed',
    data,
  });
}
