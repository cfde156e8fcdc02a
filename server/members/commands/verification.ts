import { type Allowance, takeAllowance } from '#server/access/allowance.ts';
import { awaitEmail } from '#server/access/commands/users.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { AppError, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import '../events.ts';
import { lockMember, type MemberRecord } from '../record.ts';
import { isOpen, normaliseEmail } from '../rules.ts';

/**
 * Asks for the verification mail again, if somebody's address waits for it: a new member's, or one that was changed and not
 * withdrawn. Says nothing about whether there is, nor about whether it had enough mails.
 */
export async function resendVerification(ctx: Ctx, email: string): Promise<void> {
  await silentWhenTooMany(
    inTransaction(ctx, async (tx) => {
      const [found] = await tx.sql<{ id: string }[]>`
      select m.id from members m join users u on u.member_id = m.id
      where lower(m.email) = ${email} and m.verified_at is null and u.disabled_at is null
        and lower(m.email) in (lower(u.email), u.pending_email)`;
      const member = found && (await lockMember(tx.sql, found.id));
      if (member && member.verifiedAt === null && isOpen(member.status)) await requestVerification(tx, member);
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
  await awaitEmail(tx, member.id, member.email);
  await append(tx, `user-${user.id}`, 'any', [
    { type: 'member.verification.requested', data: { memberId: member.id, userId: user.id } },
  ]);
}

async function refuseFlood(tx: TxCtx, member: MemberRecord): Promise<void> {
  const waits = [
    await takeAllowance(tx, mailsToAddress, normaliseEmail(member.email)),
    await takeAllowance(tx, mailsOfMember, member.id),
  ];
  const retryAfterSeconds = Math.max(...waits.map((seconds) => seconds ?? 0));
  if (retryAfterSeconds === 0) return;
  throw new AppError('too_many_requests', 'Too many mails were asked for to verify an address. Nothing was changed.', {
    retryAfterSeconds,
  });
}
