import type { MemberStatus } from '#db/schema/members.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, memberCacheKey, writeMember } from '../record.ts';
import { mayBecome } from '../rules.ts';

/**
 * Changes the status, writes event and audit. `reason` is a person's words and goes to the audit trail only; the event
 * carries `cause`, a word of ours, for events are read by partners.
 */
export async function changeStatus(
  tx: TxCtx,
  before: MemberRecord,
  to: MemberStatus,
  cause: string,
  reason: string,
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
    reason,
    before: { status: before.status },
    after: { status: to },
  });
  tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(before.id)]));
  return after;
}

/** A member leaves by their own word. */
export async function resign(ctx: Ctx, id: string, reason: string): Promise<MemberRecord> {
  if (!isOwn(ctx, id)) throw notYours();
  return inTransaction(ctx, async (tx) => changeStatus(tx, await lockMember(tx.sql, id), 'resigned', 'resign', reason));
}
