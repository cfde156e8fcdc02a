import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { cardForRenewals } from '#server/cards/queries/resolve.ts';
import type { TxCtx } from '#server/context/context.ts';
import { id } from '#server/gateway/shapes.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { isBarred } from '#server/orders/rules.ts';
import { enqueueAll } from '#server/queue/enqueue.ts';
import { quoteRenewal, renewalOf } from '../queries/quote.ts';
import { changeMembership, findMembership, lockMember, lockMembership, type Membership } from '../record.ts';
import { addDays, dayOf, kindOfStep, type Period, type StepKind, stepAfter } from '../rules.ts';
import { audit } from './periods.ts';
import { isUnderWay, order } from './renew.ts';

export const dueStep = z.strictObject({ membershipId: id, endsOn: z.iso.date(), step: z.int() });
export type DueStep = z.output<typeof dueStep>;

/**
 * Sends up to `limit` memberships to their next step, the longest due first: one job each, in the transaction that notes it.
 * Days are UTC. @returns how many
 */
export async function sendDueSteps(tx: TxCtx, limit: number): Promise<number> {
  const due = await tx.sql<DueStep[]>`
    with due as materialized (
      select id from memberships where next_step_on <= ${dayOf(tx.now())} and next_step_on is not null and not step_sent
      order by next_step_on, id limit ${limit} for update skip locked
    )
    update memberships m set step_sent = true from due where m.id = due.id
    returning m.id as "membershipId", m.ends_on::text as "endsOn", m.next_step as step`;
  await enqueueAll(
    tx,
    due.map((step) => ({ queue: 'membership-steps', id: uuidv7(), payload: { ...step } })),
  );
  return due.length;
}

/** Does what is due around the end of a membership, if it still is: who has renewed meanwhile has another end. */
export async function takeStep(tx: TxCtx, due: DueStep): Promise<void> {
  const found = await findMembership(tx.sql, due.membershipId);
  if (!found) return;
  await lockMember(tx.sql, found.memberId);
  const membership = await lockMembership(tx.sql, due.membershipId);
  const kind = kindOfStep(due.step);
  if (membership.endsOn !== due.endsOn || membership.nextStep !== due.step || membership.endedAt || !kind) return;
  if (membership.cancelAtEnd)
    return membership.endsOn <= dayOf(tx.now()) ? end(tx, membership) : goOn(tx, membership, {}, []);
  await work[kind](tx, membership, due.step);
}

const work: Record<StepKind, (tx: TxCtx, membership: Membership, step: number) => Promise<void>> = {
  announce,
  renew: renewOrRemind,
  lapse,
};

type News = Parameters<typeof changeMembership>[3];

/** On to the step after this one. */
async function goOn(tx: TxCtx, before: Membership, change: Parameters<typeof changeMembership>[2], news: News) {
  const next = stepAfter(before.endsOn, before.nextStep ?? 0, dayOf(tx.now()));
  const planned = { nextStep: next?.step ?? null, nextStepOn: next?.on ?? null, stepSent: false };
  await changeMembership(tx, before, { ...planned, ...change }, news);
}

async function announce(tx: TxCtx, membership: Membership, step: number): Promise<void> {
  // After an outage: what has ended already is not announced.
  if (membership.endsOn <= dayOf(tx.now()) || (await isUnderWay(tx, membership.memberId))) {
    return goOn(tx, membership, {}, []);
  }
  await note(tx, membership, step, { status: 'announced' });
  await goOn(tx, membership, {}, [await renewalDue(tx, membership, step)]);
}

async function renewalDue(tx: TxCtx, membership: Membership, step: number) {
  const { price, period } = await renewalOf(tx, membership);
  const automatic = membership.autoRenew && (await cardForRenewals(tx, membership.memberId)) !== null;
  const amount = { amount: price.amount, currency: price.currency };
  return { type: 'membership.renewal_due', period, data: { step, amount, automatic } };
}

/** Charges the card that is kept for it, or reminds with a link. Whoever is not charged today is in grace from today on. */
async function renewOrRemind(tx: TxCtx, membership: Membership, step: number): Promise<void> {
  const { memberId } = membership;
  if (await isUnderWay(tx, memberId)) return goOn(tx, membership, {}, []);
  const status = await memberStatusOf(tx, memberId);
  // Nothing is asked of somebody who is suspended; the days go by all the same.
  if (status === null || isBarred(status)) return goOn(tx, membership, inGrace, graceNews(membership));
  if (!membership.autoRenew) {
    await note(tx, membership, step, { status: 'reminded' });
    return goOn(tx, membership, inGrace, [...graceNews(membership), await renewalDue(tx, membership, step)]);
  }
  const card = await cardForRenewals(tx, memberId);
  if (card === null) {
    await note(tx, membership, step, { status: 'no_card', code: 'no_card' });
    return goOn(tx, membership, inGrace, [
      ...graceNews(membership),
      await renewalFailed(tx, membership, step, 'no_card'),
    ]);
  }
  const line = await quoteRenewal(tx, membership);
  const payment =
    line.unitAmount === 0
      ? ({ kind: 'invoice' } as const)
      : { kind: 'card' as const, ...card, save: false, offSession: true };
  const placed = await order(tx, membership, 'renewal', [line], payment);
  await note(tx, membership, step, { status: 'under_way', orderId: placed.id });
  await goOn(tx, membership, {}, []);
}

const inGrace = { status: 'grace' } as const;

function graceNews(membership: Membership): News {
  if (membership.status !== 'active') return [];
  return [{ type: 'membership.grace_started', period: sinceEnd(membership) }];
}

const sinceEnd = ({ endsOn }: Membership): Period => ({ from: endsOn, to: endsOn });

async function renewalFailed(tx: TxCtx, membership: Membership, step: number, code: string) {
  const { price, period } = await renewalOf(tx, membership);
  const next = stepAfter(membership.endsOn, step, dayOf(tx.now()));
  const nextTryOn = next && kindOfStep(next.step) === 'renew' ? next.on : null;
  const amount = { amount: price.amount, currency: price.currency };
  return { type: 'membership.renewal_failed', period, data: { step, amount, code, nextTryOn } };
}

/** A month without being paid for. Money that is on its way is waited for. */
async function lapse(tx: TxCtx, membership: Membership): Promise<void> {
  if (await isUnderWay(tx, membership.memberId)) {
    const nextStepOn = addDays(dayOf(tx.now()), 1);
    await changeMembership(tx, membership, { nextStepOn, stepSent: false }, []);
    return;
  }
  const after = await changeMembership(tx, membership, { status: 'lapsed' }, [
    { type: 'membership.lapsed', period: sinceEnd(membership) },
  ]);
  await audit(tx, after, 'membership.lapse', { endsOn: after.endsOn });
}

/** What was cancelled has come to its end. */
async function end(tx: TxCtx, membership: Membership): Promise<void> {
  const after = await changeMembership(tx, membership, { status: 'cancelled' }, [
    { type: 'membership.cancelled', period: sinceEnd(membership), data: { cause: 'asked' } },
  ]);
  await audit(tx, after, 'membership.end', { endsOn: after.endsOn });
}

async function note(
  tx: TxCtx,
  { id, endsOn }: Membership,
  step: number,
  what: { status: string; orderId?: string; code?: string },
): Promise<void> {
  await tx.sql`
    insert into renewal_attempts (membership_id, ends_on, step, order_id, status, failure_code, at)
    values (${id}, ${endsOn}, ${step}, ${what.orderId ?? null}, ${what.status}, ${what.code ?? null}, ${tx.now().toISOString()})
    on conflict (membership_id, ends_on, step) do update set order_id = excluded.order_id, status = excluded.status,
      failure_code = excluded.failure_code, at = excluded.at`;
}

export const failedRenewal = z.strictObject({ orderId: id, code: z.string() });

/** An outage of ours or the payment service's is not the member's: it is tried again the next day, and nobody is written to. */
const outages: readonly string[] = ['gateway_unavailable', 'not_charged'];

/** A charge by night was refused: the member hears of it, with a link to pay in another way, and is in grace once it has ended. */
export async function noteFailedRenewal(tx: TxCtx, { orderId, code }: z.output<typeof failedRenewal>): Promise<void> {
  const [attempt] = await tx.sql<{ membershipId: string; endsOn: string; step: number }[]>`
    select membership_id as "membershipId", ends_on::text as "endsOn", step from renewal_attempts
    where order_id = ${orderId} and status = 'under_way'`;
  // Whoever was there when it was refused knows.
  if (!attempt) return;
  const found = await findMembership(tx.sql, attempt.membershipId);
  if (!found) return;
  await lockMember(tx.sql, found.memberId);
  const membership = await lockMembership(tx.sql, attempt.membershipId);
  await tx.sql`update renewal_attempts set status = 'failed', failure_code = ${code} where order_id = ${orderId}`;
  if (membership.endsOn !== attempt.endsOn || membership.endedAt !== null) return;
  if (outages.includes(code)) {
    const again = { nextStep: attempt.step, nextStepOn: addDays(dayOf(tx.now()), 1), stepSent: false };
    await changeMembership(tx, membership, again, []);
    return;
  }
  await changeMembership(tx, membership, inGrace, [
    ...graceNews(membership),
    await renewalFailed(tx, membership, attempt.step, code),
  ]);
}
