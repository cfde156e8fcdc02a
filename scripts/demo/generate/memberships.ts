import { v7 } from 'uuid';
import type { TransactionSql } from '#db/client.ts';
import type { MembershipStatus } from '#db/schema/memberships.ts';
import { pooledRandom } from '#server/crypto/random.ts';
import { startingPlans } from '#server/memberships/plans.ts';
import {
  addDays,
  addMonths,
  dayOf,
  dayOfMonth,
  graceDays,
  lastDay,
  nextStep,
  type Period,
} from '#server/memberships/rules.ts';
import { copy } from './copy.ts';
import type { GeneratedEvent, GeneratedMember, GeneratedMembership } from './member.ts';

const statusOf: Partial<Record<GeneratedMember['person']['status'], MembershipStatus>> = {
  active: 'active',
  suspended: 'active',
  grace: 'grace',
  lapsed: 'lapsed',
  resigned: 'cancelled',
  deceased: 'cancelled',
};

/** null for who has never paid. */
export function membershipOf({ person }: GeneratedMember): GeneratedMembership | null {
  const status = statusOf[person.status];
  if (!status || person.paidUntil === null) return null;
  const end = addDays(person.paidUntil, 1);
  const joined = dayOf(new Date(person.joinedAt));
  const periods: Period[] = [];
  for (let to = end; periods.length === 0 || to > addDays(joined, 40); to = periods[0]?.from ?? joined) {
    periods.unshift({ from: addMonths(to, -12, dayOfMonth(end)), to });
  }
  return { id: v7({ msecs: person.joinedAt, random: pooledRandom(16) }), status, periods };
}

export function eventOf(member: GeneratedMember, { id, status, periods }: GeneratedMembership): GeneratedEvent {
  const at = member.person.joinedAt + 1_000;
  const period = periods.at(-1) ?? { from: '', to: '' };
  return {
    id: v7({ msecs: at, random: pooledRandom(16) }),
    at,
    stream: `membership-${id}`,
    version: 1,
    type: 'membership.imported',
    data: {
      membershipId: id,
      memberId: member.id,
      period: { ...period },
      status,
      planId: member.planId,
      planCode: member.person.planCode,
      paidUntil: lastDay(period),
    },
    correlationId: v7({ msecs: at, random: pooledRandom(16) }),
  };
}

/** Memberships and periods of members that were just written. */
export async function copyMemberships(sql: TransactionSql, members: readonly GeneratedMember[]): Promise<void> {
  const having = members.flatMap((member) => (member.membership ? [{ member, membership: member.membership }] : []));
  if (having.length === 0) return;
  // One by one: two who reserve a stretch of a sequence at once may be given the same.
  const numbers = await sql<{ n: number }[]>`
    select nextval('membership_numbers')::int as n from generate_series(1, ${having.length}::int)`;
  const today = dayOf(new Date());
  await copy(
    sql,
    'memberships',
    having.map(({ member, membership }, n) => membershipRow(member, membership, numbers[n]?.n ?? 0, today)),
  );
  await copy(
    sql,
    'membership_periods',
    having.flatMap(({ member, membership }) => periodRows(member, membership)),
  );
}

function membershipRow(
  member: GeneratedMember,
  { id, status, periods }: GeneratedMembership,
  number: number,
  today: string,
) {
  const endsOn = periods.at(-1)?.to ?? today;
  const over = status === 'lapsed' || status === 'cancelled';
  const step = over ? null : nextStepOf(endsOn, addDays(today, 1), member.person.index);
  const updated = new Date(member.updatedAt).toISOString();
  return {
    id,
    number: `MS-${String(number).padStart(6, '0')}`,
    member_id: member.id,
    status,
    plan_id: member.planId,
    anchor_day: dayOfMonth(endsOn),
    ends_on: endsOn,
    next_step: step?.step ?? null,
    next_step_on: step?.on ?? null,
    version: 1,
    created_at: new Date(member.person.joinedAt).toISOString(),
    updated_at: updated,
    ended_at: over ? updated : null,
  };
}

/** Whose grace is long over lapses some day soon: not all of them on the demo's second day. */
function nextStepOf(endsOn: string, tomorrow: string, index: number) {
  const last = graceDays;
  return nextStep(endsOn, tomorrow) ?? { step: last, on: addDays(tomorrow, index % 28) };
}

function periodRows(member: GeneratedMember, { id, periods }: GeneratedMembership) {
  const amount = startingPlans.find((plan) => plan.id === member.planId)?.price_amount ?? 0;
  return periods.map(({ from, to }) => ({
    id: v7({ msecs: member.person.joinedAt, random: pooledRandom(16) }),
    membership_id: id,
    period: `[${from},${to})`,
    plan_id: member.planId,
    origin: 'import',
    amount,
    currency: 'EUR',
    created_at: new Date(member.person.joinedAt).toISOString(),
  }));
}
