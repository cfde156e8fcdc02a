import { recordRefusal, writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { addressGroup } from '#server/gateway/address.ts';
import { type Allowance, takeAllowance } from '../allowance.ts';
import { personOf, userStream } from '../events.ts';
import { consumeToken, peekToken, withdrawTokens } from '../mailed-tokens.ts';
import { checkPassword, hashPassword, verifyPassword } from '../passwords.ts';
import { normaliseEmail } from '../rules.ts';
import { forgetConsents } from './consents.ts';
import { endAllSessions, requirePerson } from './sessions.ts';

interface Person {
  id: string;
  memberId: string | null;
}

const hour = 3600;
/** Counted by who asks as well: a stranger who asks in somebody's name must not use up what they may ask for themselves. */
const resetsFromAddress: Allowance = { name: 'reset-address-email', points: 5, windowSeconds: hour };
const resetsOfEmail: Allowance = { name: 'reset-email', points: 20, windowSeconds: hour };

async function mayBeMailed(tx: TxCtx, email: string): Promise<boolean> {
  const from = tx.sourceAddress === null ? 'unknown' : addressGroup(tx.sourceAddress);
  if ((await takeAllowance(tx, resetsFromAddress, `${from} ${email}`)) !== null) return false;
  return (await takeAllowance(tx, resetsOfEmail, email)) === null;
}

/**
 * Asks for a reset mail. Says the same, and writes an audit entry, whether somebody has this e-mail or not, and whether it had
 * enough such mails.
 */
export async function requestPasswordReset(ctx: Ctx, input: { email: string }): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [user] = await tx.sql<Person[]>`
      select id, member_id as "memberId" from users
      where lower(email) = ${normaliseEmail(input.email)} and disabled_at is null`;
    if ((await mayBeMailed(tx, normaliseEmail(input.email))) && user) {
      await append(tx, userStream(user.id), 'any', [{ type: 'password.reset.requested', data: personOf(user) }]);
    }
    await writeAudit(tx, { action: 'password.request-reset', resourceType: 'user', resourceId: user?.id ?? null });
  });
}

/**
 * What comes before `resetPassword`, outside of any transaction: the hash of a password that is good enough.
 * @throws AppError `rule_violated` for a link that does not work (any more), and for a password that is not: then the link
 * goes on working
 */
export async function hashForReset(ctx: Ctx, input: { token: string; password: string }): Promise<string> {
  const { email } = await peekToken(ctx, 'reset-password', input.token);
  checkPassword(input.password, email);
  return hashPassword(input.password);
}

/**
 * Sets a new password by the link in a mail: unlocks the account and ends every session. Whoever calls it inside a
 * transaction brings the hash along. @throws what `hashForReset` throws
 */
export async function resetPassword(
  ctx: Ctx,
  input: { token: string; password: string },
  hash?: string,
): Promise<void> {
  const passwordHash = hash ?? (await hashForReset(ctx, input));
  await inTransaction(ctx, async (tx) => {
    const { userId } = await consumeToken(tx, 'reset-password', input.token);
    await replacePassword(tx, userId, passwordHash);
  });
}

/**
 * A new password from somebody who followed a link to the account's address, which that proves. Whoever held the account
 * before holds nothing of it any more: no session, no app, no address that it was about to move to.
 */
export async function replacePassword(tx: TxCtx, userId: string, passwordHash: string): Promise<void> {
  await setPassword(tx, userId, passwordHash, 'reset');
  const now = tx.now().toISOString();
  await tx.sql`update users set email_verified_at = coalesce(email_verified_at, ${now}) where id = ${userId}`;
  await forgetConsents(tx, userId);
  await endAllSessions(tx, userId, 'password-reset');
}

/**
 * What comes before `changePassword`, outside of any transaction: the hash of the next password.
 * @throws AppError `rule_violated` when the current one is wrong or the next one not good enough
 */
export async function hashForChange(ctx: Ctx, input: { current: string; next: string }): Promise<string> {
  const { userId } = requirePerson(ctx);
  const [user] = await ctx.sql<{ email: string; passwordHash: string | null }[]>`
    select email, password_hash as "passwordHash" from users where id = ${userId}`;
  if (!user || !(await verifyPassword(user.passwordHash, input.current))) {
    await recordRefusal(ctx, {
      action: 'password.change',
      resourceType: 'user',
      resourceId: userId,
      reason: 'password',
    });
    throw ruleViolated('The current password is not right.', [{ path: 'current', message: 'is not right' }]);
  }
  checkPassword(input.next, user.email, 'next');
  return hashPassword(input.next);
}

/**
 * Changes one's own password: the other devices are signed out, this one stays. Whoever calls it inside a transaction
 * brings the hash along. @throws what `hashForChange` throws
 */
export async function changePassword(ctx: Ctx, input: { current: string; next: string }, hash?: string): Promise<void> {
  const { userId, sessionId } = requirePerson(ctx);
  const passwordHash = hash ?? (await hashForChange(ctx, input));
  await inTransaction(ctx, async (tx) => {
    await setPassword(tx, userId, passwordHash, 'user');
    await endAllSessions(tx, userId, 'password-changed', sessionId);
  });
}

/** Also withdraws a new address that waits: somebody else may have asked for it, with the password that is replaced. */
async function setPassword(tx: TxCtx, userId: string, passwordHash: string, by: 'user' | 'reset'): Promise<void> {
  const [user] = await tx.sql<Person[]>`
    update users set password_hash = ${passwordHash}, failed_sign_ins = 0, failed_since = null, locked_until = null,
      pending_email = null, version = version + 1, updated_at = ${tx.now().toISOString()}
    where id = ${userId} returning id, member_id as "memberId"`;
  if (!user) throw new Error('the user of a token is gone');
  await withdrawTokens(tx, userId, ['reset-password']);
  await append(tx, userStream(userId), 'any', [{ type: 'password.changed', data: { ...personOf(user), by } }]);
  await writeAudit(tx, {
    action: `password.${by === 'reset' ? 'reset' : 'change'}`,
    resourceType: 'user',
    resourceId: userId,
  });
}
