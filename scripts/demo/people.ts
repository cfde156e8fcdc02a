import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { demoMemberEmail, demoPassword } from '#server/access/demo.ts';
import { orderItems } from '#server/checkout/commands.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { join } from '#server/members/commands/join.ts';
import { markVerified } from '#server/members/commands/verification.ts';
import { startingPlans } from '#server/memberships/plans.ts';

/** The demo's member joins and pays as anyone does, so that gateway, partners, mailbox and audit trail hear of it. Once. */
export async function makeDemoMember(ctx: Ctx): Promise<void> {
  const existing = await ctx.sql`select 1 from members where lower(email) = ${demoMemberEmail}`;
  const plan = startingPlans.find((one) => one.code === 'professional');
  if (existing.length > 0 || !plan) return;
  const { memberId, userId } = await join(ctx, {
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
  const actor = { kind: 'user', userId, memberId, roles: ['member'], sessionId: uuidv7(), scopes: null } as const;
  const items = [{ planId: plan.id, quantity: 1 }];
  await orderItems(createContext(ctx.app, { actor: { ...actor, roles: [...actor.roles] }, source: 'import' }), {
    items,
    paymentMethod: 'pm_card_visa',
    saveCard: true,
  });
  await untilActive(ctx, memberId);
}

const patienceMs = 60_000;

/** The house is at work: the membership begins once the order is complete. */
async function untilActive(ctx: Ctx, memberId: string): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await delay(100)) {
    const [row] = await ctx.sql`select 1 from members where id = ${memberId} and status = 'active'`;
    if (row) return;
  }
  throw new Error('the demo’s member did not become active: the first order did not go through');
}
