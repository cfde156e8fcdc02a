import type { MemberStatus } from '#db/schema/members.ts';
import { type Allowance, takeAllowance } from '#server/access/allowance.ts';
import { type Claim, type ClaimInput, checkClaim, settleClaim } from '#server/access/commands/claims.ts';
import { replacePassword } from '#server/access/commands/passwords.ts';
import { awaitEmail, markEmailVerified } from '#server/access/commands/users.ts';
import { consumeToken, issueToken, peekToken } from '#server/access/mailed-tokens.ts';
import { hasPassword } from '#server/access/queries/users.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, memberCacheKey, waitingEmail, writeMember } from '../record.ts';
import { isOpen, normaliseEmail } from '../rules.ts';
import { emailOfAnother, freeEmail } from './email.ts';

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
    const email = waitingEmail(member);
    if (!(await freeEmail(tx, email, { memberId, proved: true }))) throw emailOfAnother();
    await markEmailVerified(tx, userId, email);
    if (nextHash !== null) await replacePassword(tx, userId, nextHash);
    const { id, status, version } = await markRecordVerified(tx, await moveEmail(tx, member));
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
  const after = await writeMember(tx.sql, before, { verifiedAt: now.toISOString() }, now);
  await append(tx, memberStream(memberId), before.version, [
    { type: 'member.verified', data: { memberId, version: after.version } },
  ]);
  await writeAudit(tx, { action: 'member.verify', resourceType: 'member', resourceId: memberId });
  tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(memberId)]));
  return after;
}

/** The record moves to the address that waited. */
async function moveEmail(tx: TxCtx, before: MemberRecord): Promise<MemberRecord> {
  const { id, pendingEmail } = before;
  if (pendingEmail === null) return before;
  const key = await tx.app.dataKeys.obtain(tx.sql, id);
  const email = seal(key, 'email', pendingEmail);
  const after = await writeMember(tx.sql, before, { email: pendingEmail, pendingEmail: null }, tx.now());
  await append(tx, memberStream(id), before.version, [
    { type: 'member.profile.updated', data: { memberId: id, version: after.version, changes: { email } } },
  ]);
  await writeAudit(tx, {
    action: 'member.update',
    resourceType: 'member',
    resourceId: id,
    before: { email: seal(key, 'email', before.email) },
    after: { email },
  });
  tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(id)]));
  return after;
}

/**
 * Asks for the verification mail again, if somebody's address waits for it: a new member's, or one that was changed and not
 * withdrawn when the password was (in their own browser one may have that again). Says nothing about whether there is, nor about whether it had enough mails.
 */
export async function resendVerification(ctx: Ctx, email: string): Promise<void> {
  await silentWhenTooMany(
    inTransaction(ctx, async (tx) => {
      const own = tx.actor.kind === 'user' && tx.actor.scopes === null ? tx.actor.memberId : null;
      const [found] = await tx.sql<{ id: string }[]>`
        select m.id from members m join users u on u.member_id = m.id
        where u.disabled_at is null
          and ((lower(m.pending_email) = ${email} and (u.pending_email = ${email} or m.id = ${own}::uuid))
            or (lower(m.email) = ${email} and m.pending_email is null and m.verified_at is null))
        order by m.id is not distinct from ${own}::uuid desc, m.pending_email nulls first, m.updated_at desc limit 1`;
      const member = found && (await lockMember(tx.sql, found.id));
      // The same entry whether somebody waits or not, as for a reset.
      await writeAudit(tx, {
        action: 'member.request-verification',
        resourceType: 'member',
        resourceId: member?.id ?? null,
      });
      if (member && waitingEmail(member) === email && isOpen(member.status)) await requestVerification(tx, member);
    }),
  );
}

const silentWhenTooMany = (asked: Promise<void>) =>
  asked.catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'too_many_requests')) throw error;
  });

const hour = 3600;
/** Whoever is signed in can type any address: neither its owner nor we are to be flooded through us. */
const mailsToAddress: Allowance = { name: 'verification-address', points: 5, windowSeconds: hour };
const mailsOfMember: Allowance = { name: 'verification-member', points: 10, windowSeconds: hour };

/**
 * Asks for another mail that verifies the address; a reaction sends it.
 * @throws AppError `too_many_requests` when this address, or this member, had enough of them
 */
export async function requestVerification(tx: TxCtx, member: MemberRecord): Promise<void> {
  const [user] = await tx.sql<{ id: string }[]>`select id from users where member_id = ${member.id}`;
  if (!user) throw ruleViolated('This member cannot sign in, so there is nothing to verify.');
  await refuseFlood(tx, member);
  await awaitEmail(tx, member.id, waitingEmail(member));
  await append(tx, `user-${user.id}`, 'any', [
    { type: 'member.verification.requested', data: { memberId: member.id, userId: user.id } },
  ]);
}

async function refuseFlood(tx: TxCtx, member: MemberRecord): Promise<void> {
  const waits = [
    await takeAllowance(tx, mailsToAddress, normaliseEmail(waitingEmail(member))),
    await takeAllowance(tx, mailsOfMember, member.id),
  ];
  const retryAfterSeconds = Math.max(...waits.map((seconds) => seconds ?? 0));
  if (retryAfterSeconds === 0) return;
  throw new AppError('too_many_requests', 'Too many mails were asked for to verify an address. Nothing was changed.', {
    retryAfterSeconds,
  });
}
