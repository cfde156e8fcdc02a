import type { MemberStatus } from '#db/schema/members.ts';
import { type Claim, type ClaimInput, checkClaim, settleClaim } from '#server/access/commands/claims.ts';
import { replacePassword } from '#server/access/commands/passwords.ts';
import { markEmailVerified } from '#server/access/commands/users.ts';
import { consumeToken, issueToken, peekToken } from '#server/access/mailed-tokens.ts';
import { hasPassword } from '#server/access/queries/users.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { notFound, notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, writeMember } from '../record.ts';
import { mayBecome } from '../rules.ts';
import { memberCacheKey } from './profile.ts';

export interface StatusChanged {
  id: string;
  status: MemberStatus;
  version: number;
}

export interface Verified extends StatusChanged {
  /** For someone whom staff added, and who has no password yet: with it they choose one. */
  choosePasswordToken: string | null;
  /** The password of whoever joined was replaced, and every session of the account ended. */
  passwordReplaced: boolean;
}

export interface VerifyInput extends ClaimInput {
  token: string;
}

/**
 * What comes before `verifyEmail`, outside of any transaction: the password that was chosen when joining is checked, or a
 * new one hashed, where the link alone is not enough. @throws AppError `rule_violated`
 */
export async function checkVerification(ctx: Ctx, { token, ...input }: VerifyInput): Promise<Claim | null> {
  const { userId } = await peekToken(ctx, 'verify-email', token);
  return checkClaim(ctx, userId, input);
}

/**
 * From the link in the mail. It works once; from then on the address signs in. Whoever calls it inside a transaction brings
 * the claim along.
 * @throws AppError `rule_violated` in words for the person who followed it, `conflict` when somebody else has the address
 */
export async function verifyEmail(ctx: Ctx, input: VerifyInput, checked?: Claim | null): Promise<Verified> {
  const { token } = input;
  const claim = checked === undefined ? await checkVerification(ctx, input) : checked;
  return inTransaction(ctx, async (tx) => {
    const { memberId } = await peekToken(tx, 'verify-email', token);
    if (!memberId) throw notFound();
    // The record first, as a change of it does: that withdraws the links to the address it leaves.
    const member = await lockMember(tx.sql, memberId);
    const { userId } = await consumeToken(tx, 'verify-email', token);
    const nextHash = await settleClaim(tx, userId, claim);
    await markEmailVerified(tx, userId, member.email);
    if (nextHash !== null) await replacePassword(tx, userId, nextHash);
    const { id, status, version } = await markRecordVerified(tx, member);
    // Following the link proved that the address is theirs, which is all that a reset mail would prove.
    const choosePasswordToken = (await hasPassword(tx, userId))
      ? null
      : await issueToken(tx, { userId, purpose: 'reset-password' });
    return { id, status, version, choosePasswordToken, passwordReplaced: nextHash !== null };
  });
}

export const markVerified = async (tx: TxCtx, memberId: string): Promise<StatusChanged> =>
  markRecordVerified(tx, await lockMember(tx.sql, memberId));

async function markRecordVerified(tx: TxCtx, before: MemberRecord): Promise<StatusChanged> {
  const memberId = before.id;
  if (before.verifiedAt) return before;
  const now = tx.now();
  const [again] = await tx.sql`
    select 1 from events where stream = ${memberStream(memberId)} and type = 'member.verified' limit 1`;
  const after = await writeMember(tx.sql, before, { verifiedAt: now.toISOString() }, now);
  await append(tx, memberStream(memberId), before.version, [
    { type: 'member.verified', data: { memberId, version: after.version, ...(again ? { again: true } : {}) } },
  ]);
  await writeAudit(tx, { action: 'member.verify', resourceType: 'member', resourceId: memberId });
  tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(memberId)]));
  return after;
}

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
