import { requirePerson } from '#server/access/commands/sessions.ts';
import { recordLook } from '#server/audit/commands.ts';
import { cardForRenewals } from '#server/cards/queries/resolve.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { notFound, notYours } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';
import { findMembership, type Membership, membershipsOf, type PeriodRecord, periodsOf } from '../record.ts';
import { dayOf, lastDay, laterOf } from '../rules.ts';
import type { MembershipsQuery, MembershipView } from '../shapes.ts';
import { priceOn } from './prices.ts';
import { renewalOf } from './quote.ts';

/** One’s own, or with `memberships:read` anybody’s: then the reading is audited. @throws AppError `not_found` */
export async function getMembership(ctx: Ctx, id: string): Promise<MembershipView> {
  return viewOf(ctx, await readableMembership(ctx, id));
}

/** @throws AppError `not_found` for one that is not there or not the caller's to see */
export async function readableMembership(ctx: Ctx, id: string): Promise<Membership> {
  const membership = await findMembership(ctx.sql, id);
  if (!membership) throw notFound();
  if (isOwn(ctx, membership.memberId) && can(ctx, 'self')) return membership;
  if (!can(ctx, 'memberships:read')) throw notYours();
  const { memberId: subjectId } = membership;
  await recordLook(ctx, { resourceType: 'membership', resourceId: id, part: 'membership', subjectId });
  return membership;
}

/** One's own, or a member's for whoever may see them; the newest first. A person has had few: all of them are one page. */
export async function listMemberships(
  ctx: Ctx,
  { memberId }: MembershipsQuery,
): Promise<{ data: MembershipView[]; nextCursor: null }> {
  const whose = memberId === undefined || memberId === 'me' ? requirePerson(ctx).memberId : memberId;
  if (whose === null) return { data: [], nextCursor: null };
  if (!isOwn(ctx, whose)) {
    if (!can(ctx, 'memberships:read')) throw notYours();
    await recordLook(ctx, { resourceType: 'member', resourceId: whose, part: 'memberships' });
  }
  const data = [];
  for (const membership of await membershipsOf(ctx.sql, whose)) data.push(await viewOf(ctx, membership));
  return { data, nextCursor: null };
}

/** For people; whoever calls has checked that they may see it. */
export async function viewOf(ctx: Ctx, membership: Membership): Promise<MembershipView> {
  const today = dayOf(ctx.now());
  const periods = await periodsOf(ctx.sql, [membership.id]);
  const current = periods.find(({ from, to }) => from <= today && today < to);
  const card = membership.endedAt === null ? await cardForRenewals(ctx, membership.memberId) : null;
  const { id, number, memberId, status, planId, planCode, planName, endsOn, autoRenew, cancelAtEnd } = membership;
  return {
    ...{ id, number, memberId, status, autoRenew, cancelAtEnd },
    plan: { id: planId, code: planCode, name: planName },
    period: current ? { from: current.from, to: current.to } : null,
    paidUntil: lastDay({ to: endsOn }),
    card: card && { brand: card.brand, last4: card.last4 },
    renewal: await renewalView(ctx, membership, card !== null),
    nextPlan: await nextPlanView(ctx, membership),
    cancelReason: await reasonOf(ctx, membership),
    periods: periods.map(periodView).reverse(),
    attempts: await attemptsOf(ctx, membership.id),
    actions: actionsOf(ctx, membership),
    version: membership.version,
    createdAt: membership.createdAt,
    endedAt: membership.endedAt,
  };
}

async function renewalView(ctx: Ctx, membership: Membership, hasCard: boolean): Promise<MembershipView['renewal']> {
  if (membership.endedAt !== null || membership.cancelAtEnd) return null;
  const { price, period } = await renewalOf(ctx, membership);
  return {
    plan: { id: price.planId, code: price.planCode, name: price.planName },
    period,
    amount: { amount: price.amount, currency: price.currency },
    automatic: membership.autoRenew && hasCard,
    on: laterOf(period.from, membership.nextStepOn ?? period.from),
  };
}

async function nextPlanView(ctx: Ctx, membership: Membership): Promise<MembershipView['nextPlan']> {
  if (membership.nextPlanId === null) return null;
  const from = membership.planFrom ?? membership.endsOn;
  const next = await priceOn(ctx, membership.nextPlanId, from);
  return next && { id: next.planId, code: next.planCode, name: next.planName, from };
}

async function reasonOf(ctx: Ctx, { memberId, cancelReasonSealed }: Membership): Promise<string | null> {
  if (cancelReasonSealed === null) return null;
  return openOrNull(await ctx.app.dataKeys.find(ctx.sql, memberId), 'cancelReason', cancelReasonSealed);
}

const periodView = ({ id, from, to, planName, origin, amount, currency, orderId }: PeriodRecord) => ({
  ...{ id, from, to, origin, orderId },
  plan: planName,
  amount: { amount, currency },
});

async function attemptsOf(ctx: Ctx, membershipId: string): Promise<MembershipView['attempts']> {
  const rows = await ctx.sql<MembershipView['attempts']>`
    select ends_on::text as "endsOn", step, status, failure_code as code, at from renewal_attempts
    where membership_id = ${membershipId} order by at desc, step desc limit 24`;
  return rows.map((row) => ({ ...row, at: rfc3339(row.at) }));
}

function actionsOf(ctx: Ctx, membership: Membership): MembershipView['actions'] {
  const may = isOwn(ctx, membership.memberId) || can(ctx, 'memberships:manage');
  if (!may || membership.endedAt !== null) return [];
  return ['renew', 'change', membership.cancelAtEnd ? 'undo-cancel' : 'cancel', 'auto-renewal'];
}
