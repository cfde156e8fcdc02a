import { v7 as uuidv7 } from 'uuid';
import { type Ctx, can, isOwn, type TxCtx } from '#server/context/context.ts';
import { AppError, conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { personOf, userStream } from '../events.ts';
import { announce } from '../live.ts';
import { withdrawTokens } from '../mailed-tokens.ts';
import { isRole, type Role } from '../permissions.ts';
import { isStaff, normaliseEmail } from '../rules.ts';
import { forgetConsents } from './consents.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { endAllSessions, isBrowserOf } from './sessions.ts';

export interface NewUser {
  email: string;
  name: string;
  /** null: the person chooses one by the link in a mail. */
  passwordHash: string | null;
  roles: Role[];
  memberId: string | null;
}

/** Makes an account, within the command that needs it, which writes event and audit entry. Gives its id. */
export async function createUser(tx: TxCtx, user: NewUser): Promise<string> {
  const id = uuidv7();
  const now = tx.now().toISOString();
  await tx.sql`
    insert into users (id, email, name, password_hash, roles, member_id, created_at, updated_at)
    values (${id}, ${normaliseEmail(user.email)}, ${user.name}, ${user.passwordHash}, ${user.roles}::text[],
      ${user.memberId}, ${now}, ${now})`;
  return id;
}

/** Keeps the account's name as the member's. */
export async function renameUser(tx: TxCtx, memberId: string, name: string): Promise<void> {
  await tx.sql`
    update users set name = ${name}, version = version + 1, updated_at = ${tx.now().toISOString()}
    where member_id = ${memberId}`;
}

/**
 * Notes a new e-mail that the caller checked to be free. The account does not move to it: what signs in, and where reset
 * mails go, stays until the link that is sent to the new address is followed. Links mailed to verify the address before stop
 * working. Gives the address that signs in, or null where nobody does.
 * @throws AppError `forbidden` for an app on the person's behalf, and for somebody without `access:manage` who changes the
 * e-mail of a colleague who has a staff role: with a reset mail to an address of their choice they would take over that account
 */
export async function changeSignInEmail(tx: TxCtx, memberId: string, newEmail: string): Promise<string | null> {
  const [user] = await tx.sql<{ id: string; email: string; roles: string[] }[]>`
    update users set version = version + 1, updated_at = ${tx.now().toISOString()}
    where member_id = ${memberId} returning id, email, roles`;
  refuseAnothersEmail(tx, memberId, user?.roles.filter(isRole) ?? []);
  if (!user) return null;
  await withdrawTokens(tx, user.id, ['verify-email']);
  await awaitEmail(tx, memberId, newEmail);
  return user.email;
}

/** The account will move to this address when its owner follows the link there. The caller checked that it may. */
export async function awaitEmail(tx: TxCtx, memberId: string, email: string): Promise<void> {
  await tx.sql`
    update users set pending_email = nullif(${normaliseEmail(email)}, lower(email)) where member_id = ${memberId}`;
}

/** The account moves nowhere any more, and no link that was mailed moves it. */
export async function forgetAwaitedEmail(tx: TxCtx, memberId: string): Promise<void> {
  const [user] = await tx.sql<{ id: string }[]>`
    update users set pending_email = null where member_id = ${memberId} returning id`;
  if (user) await withdrawTokens(tx, user.id, ['verify-email']);
}

/**
 * Closes the account of somebody who never proved its address, which then is free for its owner. `email` stands in its place.
 * The caller writes event and audit entry.
 */
export async function closeUnprovedUser(tx: TxCtx, memberId: string, email: string): Promise<void> {
  const now = tx.now().toISOString();
  const [user] = await tx.sql<{ id: string }[]>`
    update users set email = ${email}, pending_email = null, password_hash = null, disabled_at = coalesce(disabled_at, ${now}),
      version = version + 1, updated_at = ${now}
    where member_id = ${memberId} and email_verified_at is null returning id`;
  if (!user) throw signInTaken();
  await withdrawTokens(tx, user.id, ['verify-email', 'reset-password']);
  await forgetConsents(tx, user.id);
  await endAllSessions(tx, user.id, 'disabled');
  await announce(tx, `user:${user.id}`);
}

function refuseAnothersEmail(tx: TxCtx, memberId: string, roles: Role[]): void {
  // Whoever holds a stolen token would take over for good what the token opens for minutes.
  if (tx.actor.kind === 'user' && tx.actor.scopes !== null) {
    throw new AppError('forbidden', 'An app cannot change the e-mail address. Sign in with a browser to do that.');
  }
  if (isStaff(roles) && !isOwn(tx, memberId) && !can(tx, 'access:manage')) {
    throw new AppError(
      'forbidden',
      'This member has a staff role. Changing their e-mail needs the permission access:manage.',
    );
  }
}

async function isTaken(tx: TxCtx, email: string, byOtherThan: string | null): Promise<boolean> {
  const rows = await tx.sql`
    select 1 from users where lower(email) = ${normaliseEmail(email)} and id is distinct from ${byOtherThan}::uuid`;
  return rows.length > 0;
}

const signInTaken = () =>
  conflict('There is another account with this e-mail address.', [
    { path: 'email', message: 'belongs to another account' },
  ]);

/**
 * Notes that the link in the verification mail was followed, and moves the account to the address that it was sent to.
 * Links mailed to the old address stop working. Only the person in a browser may move it to an address that was withdrawn
 * when the password was changed: whoever knew the password before may have asked for it.
 * @throws AppError `conflict` when somebody else signs in with that address by now, `rule_violated` when it was withdrawn
 */
export async function markEmailVerified(tx: TxCtx, userId: string, email: string): Promise<void> {
  const [user] = await tx.sql<{ email: string; pendingEmail: string | null }[]>`
    select email, pending_email as "pendingEmail" from users where id = ${userId} for update`;
  if (!user) throw notFound();
  const now = tx.now().toISOString();
  if (normaliseEmail(user.email) === normaliseEmail(email)) {
    await tx.sql`
      update users set email_verified_at = coalesce(email_verified_at, ${now}), pending_email = null, updated_at = ${now}
      where id = ${userId}`;
    return;
  }
  if (await isTaken(tx, email, userId)) throw signInTaken();
  if (isWithdrawn(tx, userId, email, user.pendingEmail)) throw addressWithdrawn();
  await tx.sql`
    update users set email = ${normaliseEmail(email)}, email_verified_at = ${now}, pending_email = null, version = version + 1,
      updated_at = ${now} where id = ${userId}`;
  await withdrawTokens(tx, userId, ['verify-email', 'reset-password']);
}

const isWithdrawn = (ctx: Ctx, userId: string, email: string, pending: string | null) =>
  pending !== normaliseEmail(email) && !isBrowserOf(ctx, userId);

const addressWithdrawn = () =>
  ruleViolated('The password was changed after this address was asked for. Sign in, then open the link again.');

/** Whether the account waits for its owner to sign in before it moves to this address. */
export async function isAddressWithdrawn(ctx: Ctx, userId: string, email: string): Promise<boolean> {
  const [user] = await ctx.sql<{ email: string; pendingEmail: string | null }[]>`
    select email, pending_email as "pendingEmail" from users where id = ${userId}`;
  return (
    user !== undefined &&
    normaliseEmail(user.email) !== normaliseEmail(email) &&
    isWithdrawn(ctx, userId, email, user.pendingEmail)
  );
}

/** Asks for a reset mail on somebody's behalf. The caller checked that it may and writes the audit entry. */
export async function requestPasswordResetFor(tx: TxCtx, who: { memberId: string }): Promise<void> {
  const [user] = await tx.sql<{ id: string }[]>`
    select id from users where member_id = ${who.memberId} and disabled_at is null`;
  if (!user) throw ruleViolated('This member cannot sign in, so there is no password to reset.');
  await append(tx, userStream(user.id), 'any', [
    { type: 'password.reset.requested', data: personOf({ id: user.id, memberId: who.memberId }) },
  ]);
}

/**
 * Takes the person out of the account: nobody can sign in to it again, and nothing in it says who it was.
 * @throws AppError `rule_violated` for the last admin
 */
export async function eraseUser(tx: TxCtx, memberId: string): Promise<void> {
  const [user] = await tx.sql<{ id: string; roles: string[]; disabled: boolean }[]>`
    select id, roles, disabled_at is not null as disabled from users where member_id = ${memberId} for update`;
  if (!user) return;
  await refuseLastAdmin(tx, user);
  await endAllSessions(tx, user.id, 'erased');
  const now = tx.now().toISOString();
  await tx.sql`
    update users set email = ${`erased-${user.id}@erased.invalid`}, name = 'Erased person', password_hash = null,
      pending_email = null, roles = '{}', disabled_at = coalesce(disabled_at, ${now}), version = version + 1, updated_at = ${now}
    where id = ${user.id}`;
  // The browser's own words about itself can tell people apart.
  await tx.sql`update sessions set user_agent = null, address_sealed = null where user_id = ${user.id}`;
  await tx.sql`delete from mailed_tokens where user_id = ${user.id}`;
  await forgetConsents(tx, user.id);
  await announce(tx, `user:${user.id}`);
}
