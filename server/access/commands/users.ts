import { v7 as uuidv7 } from 'uuid';
import { can, isOwn, type TxCtx } from '#server/context/context.ts';
import { AppError, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { personOf, userStream } from '../events.ts';
import { announce } from '../live.ts';
import { withdrawTokens } from '../mailed-tokens.ts';
import { isRole, type Role } from '../permissions.ts';
import { isStaff, normaliseEmail } from '../rules.ts';
import { endAllSessions } from './sessions.ts';

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

/**
 * Keeps the account's e-mail and name as the member's. Links mailed to the old address stop working.
 * @throws AppError `forbidden` when somebody without `access:manage` changes the e-mail of a colleague who has a staff role:
 * with a reset mail to an address of their choice they would take over that role.
 */
export async function changeUserIdentity(
  tx: TxCtx,
  memberId: string,
  { email, name }: { email: string; name: string },
): Promise<void> {
  const [user] = await tx.sql<{ id: string; email: string; roles: string[] }[]>`
    select id, email, roles from users where member_id = ${memberId} for update`;
  if (!user) return;
  const moved = normaliseEmail(email) !== normaliseEmail(user.email);
  if (moved && isStaff(user.roles.filter(isRole)) && !isOwn(tx, memberId) && !can(tx, 'access:manage')) {
    throw new AppError(
      'forbidden',
      'This member has a staff role. Changing their e-mail needs the permission access:manage.',
    );
  }
  await tx.sql`
    update users set email = ${normaliseEmail(email)}, name = ${name}, version = version + 1,
      email_verified_at = case when ${moved} then null else email_verified_at end, updated_at = ${tx.now().toISOString()}
    where id = ${user.id}`;
  if (moved) await withdrawTokens(tx, user.id, ['verify-email', 'reset-password']);
}

/** Notes that the link in the verification mail was followed. */
export async function markEmailVerified(tx: TxCtx, userId: string): Promise<{ memberId: string | null }> {
  const now = tx.now().toISOString();
  const [row] = await tx.sql<{ member_id: string | null }[]>`
    update users set email_verified_at = coalesce(email_verified_at, ${now}), updated_at = ${now}
    where id = ${userId} returning member_id`;
  if (!row) throw notFound();
  return { memberId: row.member_id };
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

/** Takes the person out of the account: nobody can sign in to it again, and nothing in it says who it was. */
export async function eraseUser(tx: TxCtx, memberId: string): Promise<void> {
  const [user] = await tx.sql<{ id: string }[]>`select id from users where member_id = ${memberId} for update`;
  if (!user) return;
  await endAllSessions(tx, user.id, 'erased');
  const now = tx.now().toISOString();
  await tx.sql`
    update users set email = ${`erased-${user.id}@erased.invalid`}, name = 'Erased person', password_hash = null,
      roles = '{}', disabled_at = coalesce(disabled_at, ${now}), version = version + 1, updated_at = ${now}
    where id = ${user.id}`;
  // The browser's own words about itself can tell people apart.
  await tx.sql`update sessions set user_agent = null, address_sealed = null where user_id = ${user.id}`;
  await tx.sql`delete from mailed_tokens where user_id = ${user.id}`;
  await announce(tx, `user:${user.id}`);
}
