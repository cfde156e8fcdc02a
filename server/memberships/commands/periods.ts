import { v7 as uuidv7 } from 'uuid';
import type { PeriodOrigin } from '#db/schema/memberships.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { membershipStream } from '../events.ts';
import { changeMembership, lockMembership, type Membership, newsOf, periodsOf } from '../record.ts';
import { dayOf, dayOfMonth, nextStep, type Period, plansOn } from '../rules.ts';

export interface NewPeriod {
  planId: string;
  priceId?: string | null;
  origin: PeriodOrigin;
  /** Minor units: what these days are worth. */
  amount: number;
  currency: string;
  orderId?: string | null;
  line?: number | null;
  causeEventId?: string | null;
  /** Never in force: bought, and not there to be had any more. */
  voidCause?: string;
  replaces?: { id: string; credits: Record<string, number> } | null;
}

export async function insertPeriod(tx: TxCtx, membershipId: string, period: Period, what: NewPeriod): Promise<void> {
  await tx.sql`
    insert into membership_periods (id, membership_id, period, plan_id, price_id, origin, amount, currency, order_id, line,
      cause_event_id, replaces_id, credits, created_at,
      voided_at, void_cause)
    values (${uuidv7()}, ${membershipId}, daterange(${period.from}::date, ${period.to}::date), ${what.planId}, ${what.priceId ?? null},
      ${what.origin}, ${what.amount}, ${what.currency}, ${what.orderId ?? null}, ${what.line ?? null}, ${what.causeEventId ?? null},
      ${what.replaces?.id ?? null}, ${JSON.stringify(what.replaces?.credits ?? {})}::text::jsonb, ${tx.now().toISOString()},
      ${what.voidCause ? tx.now().toISOString() : null}, ${what.voidCause ?? null})`;
}

/** A membership that begins: its row, its first period, its first event. */
export async function beginMembership(
  tx: TxCtx,
  input: { memberId: string; period: Period; type: 'membership.activated' | 'membership.imported' },
  what: NewPeriod,
): Promise<Membership> {
  const id = uuidv7();
  const now = tx.now().toISOString();
  const { memberId, period } = input;
  const step = nextStep(period.to, dayOf(tx.now()));
  // Days that were given are no whole period: the anniversary is where they end.
  const anchorDay = dayOfMonth(what.origin === 'paid' ? period.from : period.to);
  const [numbered] = await tx.sql<{ n: number }[]>`select nextval('membership_numbers')::int as n`;
  const number = `MS-${String(numbered?.n ?? 0).padStart(6, '0')}`;
  await tx.sql`
    insert into memberships (id, number, member_id, status, plan_id, anchor_day, ends_on, next_step, next_step_on,
      version, created_at, updated_at)
    values (${id}, ${number}, ${memberId}, 'active', ${what.planId}, ${anchorDay}, ${period.to},
      ${step?.step ?? null}, ${step?.on ?? null}, 1, ${now}, ${now})`;
  await insertPeriod(tx, id, period, what);
  const membership = await lockMembership(tx.sql, id);
  const data =
    input.type === 'membership.imported'
      ? {}
      : { origin: what.origin, ...(what.orderId ? { orderId: what.orderId } : {}) };
  await append(tx, membershipStream(id), 'new', [newsOf(membership, { type: input.type, period, data })]);
  await audit(tx, membership, 'membership.begin', { number, ...period, origin: what.origin });
  return membership;
}

/** How a membership stands that is covered until `endsOn`, as far as its days decide: what comes next, and in which status. */
export function standingUntil(tx: TxCtx, endsOn: string) {
  const today = dayOf(tx.now());
  const step = nextStep(endsOn, today);
  return {
    endsOn,
    status: endsOn > today ? ('active' as const) : ('grace' as const),
    nextStep: step?.step ?? null,
    nextStepOn: step?.on ?? null,
    stepSent: false,
  };
}

/** In which plan a locked membership is by its days, and which one follows. */
export async function plansNow(tx: TxCtx, before: Pick<Membership, 'id' | 'planId' | 'nextPlanId' | 'planFrom'>) {
  return plansOn(dayOf(tx.now()), await periodsOf(tx.sql, [before.id]), before);
}

/** Days after the last ones. They may be in another plan, which then begins with them. */
export async function appendPeriod(
  tx: TxCtx,
  before: Membership,
  period: Period,
  what: NewPeriod,
  news: { type: string; data: Record<string, string> },
): Promise<Membership> {
  await insertPeriod(tx, before.id, period, what);
  const standing = standingUntil(tx, period.to);
  const plan = await plansNow(tx, before);
  // Who pays again has changed their mind about leaving.
  const stays = what.origin === 'paid' ? { cancelAtEnd: false, cancelReasonSealed: null } : {};
  const after = await changeMembership(tx, before, { ...standing, ...plan, ...stays }, [{ ...news, period }]);
  await audit(tx, after, 'membership.extend', { ...period, origin: what.origin });
  return after;
}

/** Takes the days from `on` off a period; `amount` stays with those that are left. One that has none left is not in force any more. */
export async function cutPeriod(
  tx: TxCtx,
  period: Period & { id: string },
  on: string,
  amount: number,
  cause: string,
): Promise<void> {
  if (on <= period.from) {
    await tx.sql`
      update membership_periods set voided_at = ${tx.now().toISOString()}, void_cause = ${cause} where id = ${period.id}`;
    return;
  }
  await tx.sql`
    update membership_periods set period = daterange(lower(period), ${on}::date), amount = ${amount} where id = ${period.id}`;
}

export const audit = (
  tx: TxCtx,
  membership: Membership,
  action: string,
  after: Record<string, string | number | boolean | null>,
  reason?: string,
) =>
  writeAudit(tx, {
    action,
    resourceType: 'membership',
    resourceId: membership.id,
    subjectId: membership.memberId,
    after,
    ...(reason === undefined ? {} : { reason }),
  });
