import type { MemberStatus } from '#db/schema/members.ts';
import type { Ctx } from '#server/context/context.ts';

/** A member's status as our own record has it; null for nobody. The caller has checked who asks. */
export async function memberStatusOf(ctx: Ctx, memberId: string): Promise<MemberStatus | null> {
  const [row] = await ctx.sql<{ status: MemberStatus }[]>`select status from members where id = ${memberId}`;
  return row?.status ?? null;
}

/** The plan on a member's record: the one they joined for, until they have a membership. */
export async function memberPlanOf(ctx: Ctx, memberId: string): Promise<string | null> {
  const [row] = await ctx.sql<{ planId: string }[]>`select plan_id as "planId" from members where id = ${memberId}`;
  return row?.planId ?? null;
}

/** What a member is called; null for nobody, and for somebody who was erased. The caller masks it for whoever asks. */
export async function memberNameOf(
  ctx: Ctx,
  memberId: string,
): Promise<{ givenName: string; familyName: string } | null> {
  const [row] = await ctx.sql<{ givenName: string; familyName: string }[]>`
    select given_name as "givenName", family_name as "familyName" from members where id = ${memberId} and status <> 'erased'`;
  return row ?? null;
}

/** What lists show beside a member's id; no name of somebody who was erased. The caller masks it for whoever asks. */
export async function memberLabelsOf(
  ctx: Ctx,
  memberIds: readonly string[],
): Promise<Map<string, { number: string; name: { givenName: string; familyName: string } | null }>> {
  const rows = await ctx.sql<{ id: string; number: string; status: string; givenName: string; familyName: string }[]>`
    select id, number, status, given_name as "givenName", family_name as "familyName"
    from members where id = any(${[...new Set(memberIds)]}::uuid[])`;
  return new Map(
    rows.map(({ id, number, status, ...name }) => [id, { number, name: status === 'erased' ? null : name }]),
  );
}

export const fullName = (name: { givenName: string; familyName: string } | null | undefined): string | null =>
  name ? `${name.givenName} ${name.familyName}` : null;
