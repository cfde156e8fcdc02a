import { z } from 'zod';
import { type MemberStatus, memberStatuses } from '#db/schema/members.ts';
import { type MembershipStatus, membershipStatuses } from '#db/schema/memberships.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { id } from '#server/gateway/shapes.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, memberCacheKey, writeMember } from '../record.ts';
import { mayBecome } from '../rules.ts';
import { changeStatus } from './status.ts';

/** How a membership stands, as its events say it. */
export const membershipNews = z.strictObject({
  memberId: id,
  status: z.enum(membershipStatuses),
  planId: id,
  planCode: z.string(),
  paidUntil: z.iso.date(),
});
export type MembershipNews = z.output<typeof membershipNews>;

const statusOf: Record<MembershipStatus, MemberStatus> = {
  active: 'active',
  grace: 'grace',
  lapsed: 'lapsed',
  cancelled: 'lapsed',
};

/** What a person has decided (suspended, resigned) is not undone by days that were paid for. */
const follows: readonly MemberStatus[] = memberStatuses.filter((status) =>
  ['pending', 'active', 'grace', 'lapsed'].includes(status),
);

/** Plan, paid-until and status of the record are those of the membership. The jobs of a member come in order. */
export async function followMembership(tx: TxCtx, news: MembershipNews): Promise<void> {
  const found = await lockMember(tx.sql, news.memberId);
  if (found.status === 'erased') return;
  const member = await takeFacts(tx, found, news);
  const to = statusOf[news.status];
  if (member.status === to || !follows.includes(member.status) || !mayBecome(member.status, to)) return;
  await changeStatus(tx, member, to, `membership-${news.status}`, `The membership is ${news.status}.`);
}

async function takeFacts(tx: TxCtx, before: MemberRecord, news: MembershipNews): Promise<MemberRecord> {
  const { planId, planCode, paidUntil, memberId } = news;
  if (before.planId === planId && before.paidUntil === paidUntil) return before;
  const after = await writeMember(tx.sql, before, { planId, paidUntil }, tx.now());
  await append(tx, memberStream(memberId), before.version, [
    {
      type: 'member.membership.updated',
      data: { memberId, version: after.version, planId, planCode, paidUntil },
    },
  ]);
  await writeAudit(tx, {
    action: 'member.follow-membership',
    resourceType: 'member',
    resourceId: memberId,
    before: { planCode: before.planCode, paidUntil: before.paidUntil },
    after: { planCode, paidUntil },
  });
  tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(memberId)]));
  return after;
}
