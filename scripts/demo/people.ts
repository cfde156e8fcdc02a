import { demoMemberEmail, demoPassword } from '#server/access/demo.ts';
import { type Ctx, inTransaction } from '#server/context/context.ts';
import { act } from '#server/members/commands/actions.ts';
import { join } from '#server/members/commands/join.ts';
import { markVerified } from '#server/members/commands/verification.ts';
import { startingPlans } from '#server/memberships/plans.ts';

/** The demo's member joins as anyone does, so that partners, mailbox and audit trail hear of it. Once. */
export async function makeDemoMember(ctx: Ctx): Promise<void> {
  const existing = await ctx.sql`select 1 from members where lower(email) = ${demoMemberEmail}`;
  const plan = startingPlans.find((one) => one.code === 'professional');
  if (existing.length > 0 || !plan) return;
  const { memberId } = await join(ctx, {
    givenName: 'Ada',
    familyName: 'Okafor',
    email: demoMemberEmail,
    password: demoPassword,
    phone: '+49 30 5550142',
    dateOfBirth: '1987-04-12',
    address: { line1: 'Lindenweg 3', city: 'Berlin', postalCode: '10115', country: 'DE' },
    planId: plan.id,
  });
  await inTransaction(ctx, (tx) => markVerified(tx, memberId));
  await act(ctx, memberId, 'reinstate', 'The demo member has paid.');
  await act(ctx, memberId, 'extend', 'The demo member has paid.');
}
