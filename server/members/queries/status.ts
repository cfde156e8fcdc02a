import type { MemberStatus } from '#db/schema/members.ts';
import type { Ctx } from '#server/context/context.ts';

/** A member's status as our own record has it; null for nobody. The caller has checked who asks. */
export async function memberStatusOf(ctx: Ctx, memberId: string): Promise<MemberStatus | null> {
  const [row] = await ctx.sql<{ status: MemberStatus }[]>`select status from members where id = ${memberId}`;
  return row?.status ?? null;
}
