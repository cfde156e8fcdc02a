import { v7 as uuidv7 } from 'uuid';
import { recordRefusal, writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { personOf, sessionStream, userStream } from '../events.ts';
import { verifyPassword } from '../passwords.ts';
import { isRole, type Role } from '../permissions.ts';
import { lockout, normaliseEmail } from '../rules.ts';
import { addressOf, startSession } from './sessions.ts';

export interface SignedIn {
  sessionId: string;
  userId: string;
}

interface Account {
  id: string;
  memberId: string | null;
  roles: Role[];
  passwordHash: string | null;
  disabled: boolean;
  locked: boolean;
}

type Failure = 'unknown' | 'password' | 'locked' | 'disabled';

/**
 * Signs a browser in. null says no, and never why: an unknown e-mail, a wrong password, a disabled and a locked account
 * are alike, in words, in time and in what is written. Not even the right password is told that the account is locked:
 * that would let a guesser go on trying through the lock and learn which guess was right. The owner hears of it by mail.
 */
export async function signIn(ctx: Ctx, input: { email: string; password: string }): Promise<SignedIn | null> {
  const account = await findAccount(ctx, input.email);
  const usable = account && !account.disabled && !account.locked ? account : null;
  // Outside of any transaction: hashing takes its time. Always done, against a dummy when there is nothing to compare.
  const right = await verifyPassword(usable?.passwordHash ?? null, input.password);
  const started = usable && right ? await start(ctx, usable) : null;
  if (started) return started;
  await fail(ctx, account, failureOf(account));
  return null;
}

function failureOf(account: Account | null): Failure {
  if (!account) return 'unknown';
  if (account.disabled) return 'disabled';
  return account.locked ? 'locked' : 'password';
}

async function findAccount(ctx: Ctx, email: string): Promise<Account | null> {
  const [row] = await ctx.sql<(Omit<Account, 'roles'> & { roles: string[] })[]>`
    select id, member_id as "memberId", roles, password_hash as "passwordHash", disabled_at is not null as disabled,
      coalesce(locked_until > ${ctx.now().toISOString()}, false) as locked
    from users where lower(email) = ${normaliseEmail(email)}`;
  return row ? { ...row, roles: row.roles.filter(isRole) } : null;
}

/** null when the account was locked, disabled or given another password while the password was being checked. */
async function start(ctx: Ctx, account: Account): Promise<SignedIn | null> {
  return inTransaction(ctx, async (tx) => {
    const now = tx.now().toISOString();
    const [row] = await tx.sql<{ roles: string[] }[]>`
      update users set failed_sign_ins = 0, failed_since = null, locked_until = null
      where id = ${account.id} and password_hash = ${account.passwordHash} and disabled_at is null
        and (locked_until is null or locked_until <= ${now})
      returning roles`;
    if (!row) return null;
    const sessionId = await startSession(tx, { ...account, roles: row.roles.filter(isRole) }, 'browser');
    return { sessionId, userId: account.id };
  });
}

const nobody = '00000000-0000-0000-0000-000000000000';

/** Writes the same for everybody, so that the time does not tell who has an account. */
async function fail(ctx: Ctx, account: Account | null, reason: Failure): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const lockedNow = await countFailure(tx, account?.id ?? nobody);
    const from = await addressOf(tx);
    const who = account ? personOf(account) : {};
    await append(tx, account ? userStream(account.id) : sessionStream(uuidv7()), 'any', [
      { type: 'session.failed', data: { ...who, reason, ...from } },
    ]);
    if (!account || !lockedNow) return;
    const minutes = lockout.lockedMs / 60_000;
    await append(tx, userStream(account.id), 'any', [
      { type: 'session.locked', data: { ...personOf(account), minutes, ...from } },
    ]);
    await writeAudit(tx, {
      action: 'user.lock',
      resourceType: 'user',
      resourceId: account.id,
      reason: `${lockout.failures} failed sign-ins`,
      after: { minutes },
    });
  });
  await recordRefusal(ctx, { action: 'session.start', resourceType: 'user', resourceId: account?.id ?? null, reason });
}

/** One statement, so that guesses sent at the same moment are all counted. True for the one that locks the account. */
async function countFailure(tx: TxCtx, userId: string): Promise<boolean> {
  const now = tx.now();
  const windowStart = new Date(now.getTime() - lockout.windowMs).toISOString();
  const lockedUntil = new Date(now.getTime() + lockout.lockedMs).toISOString();
  const [row] = await tx.sql<{ failures: number }[]>`
    update users set
      failed_since = case when failed_since > ${windowStart} then failed_since else ${now.toISOString()} end,
      failed_sign_ins = case when failed_since > ${windowStart} then failed_sign_ins + 1 else 1 end,
      locked_until = case when failed_since > ${windowStart} and failed_sign_ins + 1 >= ${lockout.failures}
        then ${lockedUntil} else locked_until end
    where id = ${userId} and disabled_at is null and (locked_until is null or locked_until <= ${now.toISOString()})
    returning failed_sign_ins as failures`;
  if (row?.failures !== lockout.failures) return false;
  // The count begins anew after the lock.
  await tx.sql`update users set failed_sign_ins = 0, failed_since = null where id = ${userId}`;
  return true;
}
