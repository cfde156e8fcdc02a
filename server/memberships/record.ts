import type { Queryable, TransactionSql } from '#db/client.ts';
import type { MembershipStatus, PeriodOrigin } from '#db/schema/memberships.ts';
import type { TxCtx } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { rfc3339 } from '#server/events/read.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import './events.ts';
import { membershipStream } from './events.ts';
import { lastDay, type Period } from './rules.ts';

/** A membership as the database holds it. Days are YYYY-MM-DD in UTC. */
export interface Membership {
  id: string;
  number: string;
  memberId: string;
  status: MembershipStatus;
  planId: string;
  planCode: string;
  planName: string;
  periodMonths: number;
  anchorDay: number;
  /** The first day that is not covered. */
  endsOn: string;
  autoRenew: boolean;
  cancelAtEnd: boolean;
  cancelReasonSealed: string | null;
  nextPlanId: string | null;
  planFrom: string | null;
  nextStep: number | null;
  nextStepOn: string | null;
  stepSent: boolean;
  version: number;
  createdAt: string;
  updatedAt: string;
  endedAt: string | null;
}

const columns = (sql: Queryable) => sql`
  ms.id, ms.number, ms.member_id as "memberId", ms.status, ms.plan_id as "planId", pl.code as "planCode", pl.name as "planName",
  pl.period_months as "periodMonths", ms.anchor_day as "anchorDay", ms.ends_on::text as "endsOn", ms.auto_renew as "autoRenew",
  ms.cancel_at_end as "cancelAtEnd", ms.cancel_reason_sealed as "cancelReasonSealed", ms.next_plan_id as "nextPlanId",
  ms.plan_from::text as "planFrom", ms.next_step as "nextStep", ms.next_step_on::text as "nextStepOn",
  ms.step_sent as "stepSent", ms.version, ms.created_at as "createdAt", ms.updated_at as "updatedAt", ms.ended_at as "endedAt"`;

const withTimes = (row: Membership): Membership => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
  endedAt: row.endedAt && rfc3339(row.endedAt),
});

export async function findMembership(sql: Queryable, id: string): Promise<Membership | null> {
  const [row] = await sql<Membership[]>`
    select ${columns(sql)} from memberships ms join plans pl on pl.id = ms.plan_id where ms.id = ${id}`;
  return row ? withTimes(row) : null;
}

/** @throws AppError `not_found` */
export async function lockMembership(sql: TransactionSql, id: string): Promise<Membership> {
  const [row] = await sql<Membership[]>`
    select ${columns(sql)} from memberships ms join plans pl on pl.id = ms.plan_id where ms.id = ${id} for update of ms`;
  if (!row) throw notFound();
  return withTimes(row);
}

/** All that a member has had, the newest first. */
export async function membershipsOf(sql: Queryable, memberId: string): Promise<Membership[]> {
  const rows = await sql<Membership[]>`
    select ${columns(sql)} from memberships ms join plans pl on pl.id = ms.plan_id
    where ms.member_id = ${memberId} order by ms.created_at desc, ms.id desc`;
  return rows.map(withTimes);
}

/** The one that has not ended; null for whoever has none. */
export async function liveMembershipOf(sql: Queryable, memberId: string): Promise<Membership | null> {
  return (await membershipsOf(sql, memberId)).find(({ endedAt }) => endedAt === null) ?? null;
}

/** One at a time for each member: whether they have a membership decides what is made. */
export const lockMember = (sql: TransactionSql, memberId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`membership ${memberId}`}, 19))`;

/** A membership's days. `amount` is what they were worth, in minor units. */
export interface PeriodRecord extends Period {
  id: string;
  membershipId: string;
  planId: string;
  planName: string;
  planMonths: number;
  origin: PeriodOrigin;
  amount: number;
  currency: string;
  orderId: string | null;
  line: number | null;
  priceId: string | null;
  /** The period whose rest it took the place of. */
  replacesId: string | null;
  /** What of `amount` was paid before: minor units by the order that paid them, under '' what no order has paid for. */
  credits: Record<string, number>;
  createdAt: string;
}

/** Those in force, the oldest first. */
export const periodsOf = (sql: Queryable, membershipIds: readonly string[]): Promise<PeriodRecord[]> =>
  selectPeriods(
    sql,
    sql`mp.membership_id = any(${[...membershipIds]}::uuid[]) and mp.voided_at is null order by mp.period`,
  );

/** In force or not; null for none. */
export async function findPeriod(sql: Queryable, id: string): Promise<PeriodRecord | null> {
  return (await selectPeriods(sql, sql`mp.id = ${id}`))[0] ?? null;
}

async function selectPeriods(sql: Queryable, which: ReturnType<typeof columns>): Promise<PeriodRecord[]> {
  return sql<PeriodRecord[]>`
    select mp.id, mp.membership_id as "membershipId", lower(mp.period)::text as "from", upper(mp.period)::text as "to",
      mp.plan_id as "planId", pl.name as "planName", pl.period_months as "planMonths", mp.origin, mp.amount, mp.currency,
      mp.order_id as "orderId", mp.line, mp.price_id as "priceId", mp.replaces_id as "replacesId", mp.credits,
      mp.created_at as "createdAt"
    from membership_periods mp join plans pl on pl.id = mp.plan_id where ${which}`;
}

type Change = Partial<
  Pick<
    Membership,
    | 'status'
    | 'planId'
    | 'anchorDay'
    | 'endsOn'
    | 'autoRenew'
    | 'cancelAtEnd'
    | 'cancelReasonSealed'
    | 'nextPlanId'
    | 'planFrom'
    | 'nextStep'
    | 'nextStepOn'
    | 'stepSent'
  >
>;

const ended = (status: MembershipStatus) => status === 'lapsed' || status === 'cancelled';

/**
 * Changes a locked membership and says so: its news and its row together. Every event carries how it stands afterwards, so that
 * whoever follows needs no question.
 */
export async function changeMembership(
  tx: TxCtx,
  before: Membership,
  change: Change,
  news: ReadonlyArray<{ type: string; period: Period; data?: JsonObject }>,
): Promise<Membership> {
  const now = tx.now().toISOString();
  const merged = { ...before, ...change, version: before.version + news.length, updatedAt: now };
  const endedAt = ended(merged.status) ? (before.endedAt ?? now) : null;
  const rest = endedAt === null ? {} : { nextStep: null, nextStepOn: null, nextPlanId: null, planFrom: null };
  const row: Membership = { ...merged, ...rest, endedAt };
  await tx.sql`
    update memberships set ${tx.sql({
      status: row.status,
      plan_id: row.planId,
      anchor_day: row.anchorDay,
      ends_on: row.endsOn,
      auto_renew: row.autoRenew,
      cancel_at_end: row.cancelAtEnd,
      cancel_reason_sealed: row.cancelReasonSealed,
      next_plan_id: row.nextPlanId,
      plan_from: row.planFrom,
      next_step: row.nextStep,
      next_step_on: row.nextStepOn,
      step_sent: row.stepSent,
      version: row.version,
      updated_at: now,
      ended_at: row.endedAt,
    })} where id = ${row.id}`;
  const after = row.planId === before.planId ? row : await lockMembership(tx.sql, row.id);
  if (news.length > 0)
    await append(
      tx,
      membershipStream(row.id),
      before.version,
      news.map((one) => newsOf(after, one)),
    );
  return after;
}

/** An event of a membership as it stands. */
export const newsOf = (
  membership: Membership,
  { type, period, data }: { type: string; period: Period; data?: JsonObject | undefined },
) => ({
  type,
  data: {
    membershipId: membership.id,
    memberId: membership.memberId,
    period: { from: period.from, to: period.to },
    status: membership.status,
    planId: membership.planId,
    planCode: membership.planCode,
    paidUntil: lastDay({ to: membership.endsOn }),
    ...data,
  },
});
