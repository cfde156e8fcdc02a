import { recordRefusal } from '#server/audit/commands.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { notFound, ruleViolated } from '#server/errors/errors.ts';
import { checkPassword, hashPassword, verifyPassword } from '../passwords.ts';
import { isBrowserOf } from './sessions.ts';

/** What whoever follows the link in the mail says about the password that the account was made with. */
export interface ClaimInput {
  password?: string | undefined;
  newPassword?: string | undefined;
}

/** What was checked of that, outside of any transaction. */
export interface Claim {
  /** The account's password as it was then. */
  passwordHash: string | null;
  /** To be set in its place. */
  nextHash: string | null;
}

interface Account {
  email: string;
  passwordHash: string | null;
  proved: boolean;
}

async function findAccount(ctx: Ctx, userId: string): Promise<Account> {
  const [row] = await ctx.sql<Account[]>`
    select email, password_hash as "passwordHash", email_verified_at is not null as proved from users where id = ${userId}`;
  if (!row) throw notFound();
  return row;
}

/**
 * Whether a link in a mail is not enough to prove the account's address. Anybody can join with an address that is not
 * theirs. Its owner, who follows the link, proves the address, and must not thereby hand an account in their name to
 * whoever knows its password. So until an address of the account was proved once, the link is taken from who also holds
 * the password, or is signed in to the account; anybody else chooses a new one.
 */
export async function needsClaim(ctx: Ctx, userId: string): Promise<boolean> {
  const account = await findAccount(ctx, userId);
  return !account.proved && account.passwordHash !== null && !isBrowserOf(ctx, userId);
}

/**
 * Checks a claim before the transaction that settles it: hashing takes its time. null where none is needed.
 * @throws AppError `rule_violated` when neither password is there, or the one that is there will not do
 */
export async function checkClaim(ctx: Ctx, userId: string, input: ClaimInput): Promise<Claim | null> {
  if (!(await needsClaim(ctx, userId))) return null;
  const { email, passwordHash } = await findAccount(ctx, userId);
  if (input.newPassword !== undefined) {
    checkPassword(input.newPassword, email, 'newPassword');
    return { passwordHash, nextHash: await hashPassword(input.newPassword) };
  }
  if (input.password === undefined) throw claimNeeded('is needed: the one that was chosen when joining');
  if (await verifyPassword(passwordHash, input.password)) return { passwordHash, nextHash: null };
  await recordRefusal(ctx, { action: 'user.claim', resourceType: 'user', resourceId: userId, reason: 'password' });
  throw claimNeeded('is not the one that was chosen when joining');
}

/**
 * Within the command that proves the address, and before it does: holds the account, and gives the hash to set with
 * `replacePassword` afterwards, or null where the password stays.
 * @throws AppError `rule_violated` when the claim is missing, or the password was changed since it was checked
 */
export async function settleClaim(tx: TxCtx, userId: string, claim: Claim | null): Promise<string | null> {
  await tx.sql`select 1 from users where id = ${userId} for update`;
  if (!(await needsClaim(tx, userId))) return null;
  const { passwordHash } = await findAccount(tx, userId);
  if (claim?.passwordHash !== passwordHash) throw claimNeeded('is needed: the one that was chosen when joining');
  return claim.nextHash;
}

const claimNeeded = (message: string) =>
  ruleViolated('Enter the password that was chosen when joining, or choose a new one (newPassword).', [
    { path: 'password', message },
  ]);
