import { awaitEmail } from '#server/access/commands/users.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import '../events.ts';
import { lockMember, type MemberRecord } from '../record.ts';
import { isOpen } from '../rules.ts';

/**
 * Asks for the verification mail again, if somebody's address waits for it: a new member's, or one that was changed and not
 * withdrawn. Says nothing about whether there is.
 */
export async function resendVerification(ctx: Ctx, email: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [found] = await tx.sql<{ id: string }[]>`
      select m.id from members m join users u on u.member_id = m.id
      where lower(m.email) = ${email} and m.verified_at is null and u.disabled_at is null
        and lower(m.email) in (lower(u.email), u.pending_email)`;
    const member = found && (await lockMember(tx.sql, found.id));
    if (member && member.verifiedAt === null && isOpen(member.status)) await requestVerification(tx, member);
  });
}

/** Asks for another mail that verifies the address; a reaction sends it. */
export async function requestVerification(tx: TxCtx, member: MemberRecord): Promise<void> {
  const [user] = await tx.sql<{ id: string }[]>`select id from users where member_id = ${member.id}`;
  if (!user) throw ruleViolated('This member cannot sign in, so there is nothing to verify.');
  await awaitEmail(tx, member.id, member.email);
  await append(tx, `user-${user.id}`, 'any', [
    { type: 'member.verification.requested', data: { memberId: member.id, userId: user.id } },
  ]);
}
