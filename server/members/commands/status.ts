import type { MemberStatus } from '#db/schema/members.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, memberCacheKey, writeMember } from '../record.ts';
import { mayBecome, standingOf } from '../rules.ts';

/**
 * Changes the status, writes event and audit. `reason` is a person's words and goes to the audit trail only; the event
 * carries `cause`, a word of ours, for events are read by partners.
 */
export async function changeStatus(
  tx: TxCtx,
  before: MemberRecord,
  to: MemberStatus,
  cause: string,
  reason?: string,
): Promise<MemberRecord> {
  if (!mayBecome(before.status, to)) {
    throw ruleViolated(`A member who is ${before.status} cannot become ${to}.`);
  }
  const after = await writeMember(tx.sql, before, { status: to }, tx.now());
  await append(tx, memberStream(before.id), before.version, [
    {
      type: 'member.status.changed',
      data: { memberId: before.id, version: after.version, from: before.status, to, reason: cause },
    },
  ]);
  await writeAudit(tx, {
    action: `member.${cause}`,
    resourceType: 'member',
    resourceId: before.id,
    ...(reason === undefined ? {} : { reason }),
    before: { status: before.status },
    after: { status: to },
  });
  tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(before.id)]));
  return after;
}

/** A member leaves by their own word, and need not say why. What is paid for stays theirs; nothing more is charged. */
export async function resign(ctx: Ctx, id: string, reason?: string): Promise<MemberRecord> {
  if (!isOwn(ctx, id)) throw notYours();
  return inTransaction(ctx, async (tx) => changeStatus(tx, await lockMember(tx.sql, id), 'resigned', 'resign', reason));
}

/**
 * Who resigned comes back, by their own word: as a member while days are left that were paid for, otherwise as somebody who
 * joins, until a plan is paid. Leaving and coming back lifts no suspension.
 * @throws AppError `rule_violated` for whoever has not resigned
 */
export async function rejoin(ctx: Ctx, id: string): Promise<MemberRecord> {
  if (!isOwn(ctx, id)) throw notYours();
  return inTransaction(ctx, async (tx) => {
    const member = await lockMember(tx.sql, id);
    if (member.status !== 'resigned') throw ruleViolated('You have not resigned: there is nothing to take back.');
    if (await wasSuspended(tx, id)) return changeStatus(tx, member, 'suspended', 'rejoin');
    const covered = standingOf(member.paidUntil, tx.now().toISOString().slice(0, 10)) === 'active';
    return changeStatus(tx, member, covered ? 'active' : 'pending', 'rejoin');
  });
}

/** Whether this member was suspended when they resigned. */
async function wasSuspended(tx: TxCtx, id: string): Promise<boolean> {
  const [last] = await tx.sql<{ from: string }[]>`
    select data->>'from' as from from events
    where stream = ${memberStream(id)} and type = 'member.status.changed' and data->>'to' = 'resigned'
    order by version desc limit 1`;
  return last?.from === 'suspended';
}
