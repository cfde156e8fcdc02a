import type { Ctx } from '#server/context/context.ts';
import { normaliseEmail } from '../rules.ts';

/** Whom a mail goes to, with what its templates say about them. The address is personal: for the mail only. */
export interface MailRecipient {
  userId: string;
  memberId: string | null;
  /** What signs in. */
  email: string;
  /** Whether somebody showed that mail to it reaches them. */
  proved: boolean;
  /** A member's new address that waits to be verified. */
  pendingEmail: string | null;
  givenName: string | null;
  memberNumber: string | null;
  planName: string | null;
  /** YYYY-MM-DD */
  paidUntil: string | null;
}

/** By user, or by member. null for nobody, and for people who were erased or disabled: they get no mail. */
export async function mailRecipient(
  ctx: Ctx,
  who: { memberId: string | null; userId: string | null },
): Promise<MailRecipient | null> {
  // Waits for a change of the e-mail that is under way: a link that verifies the new address must not go to the old one.
  await ctx.sql`
    select 1 from members m where m.id = coalesce(${who.memberId}::uuid, (select member_id from users where id = ${who.userId}::uuid))
    for key share`;
  const [row] = await ctx.sql<MailRecipient[]>`
    select u.id as "userId", u.member_id as "memberId", u.email, u.email_verified_at is not null as proved, m.pending_email as "pendingEmail", m.given_name as "givenName",
      m.number as "memberNumber", p.name as "planName", m.paid_until::text as "paidUntil"
    from users u left join members m on m.id = u.member_id left join plans p on p.id = m.plan_id
    where (u.id = ${who.userId}::uuid or (${who.userId}::uuid is null and u.member_id = ${who.memberId}::uuid))
      and u.disabled_at is null and coalesce(m.status, '') <> 'erased'`;
  return row ?? null;
}

/** The user that signs in for a member, or null. */
export async function userOfMember(ctx: Ctx, memberId: string): Promise<{ id: string } | null> {
  const [row] = await ctx.sql<{ id: string }[]>`select id from users where member_id = ${memberId}`;
  return row ?? null;
}

/** Whether the user can sign in with a password at all. */
export async function hasPassword(ctx: Ctx, userId: string): Promise<boolean> {
  const [row] = await ctx.sql<
    { has: boolean }[]
  >`select password_hash is not null as has from users where id = ${userId}`;
  return row?.has ?? false;
}

/**
 * Who signs in with this address, or null. `proved`: somebody showed that mail to an address of the account reaches them, or
 * it has a staff role, which nobody gets by joining.
 */
export async function accountWithEmail(
  ctx: Ctx,
  email: string,
): Promise<{ memberId: string | null; proved: boolean } | null> {
  const [row] = await ctx.sql<{ memberId: string | null; proved: boolean }[]>`
    select member_id as "memberId", email_verified_at is not null or roles && array['staff', 'admin', 'auditor'] as proved
    from users where lower(email) = ${normaliseEmail(email)}`;
  return row ?? null;
}
