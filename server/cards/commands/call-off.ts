import type { Ctx, TxCtx } from '#server/context/context.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import type { Gateway, GatewaySetup } from '#server/integrations/gateway/index.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { callOffLater } from './activate.ts';
import { settleCard } from './set-up.ts';

/** How long the bank's question may wait for an answer. */
const abandonedAfterMs = 30 * 60_000;

/** Calls off, in jobs, up to `limit` cards that their holders have not confirmed. @returns how many */
export async function sweepOpenCards(tx: TxCtx, limit: number): Promise<number> {
  const before = new Date(tx.now().getTime() - abandonedAfterMs).toISOString();
  const rows = await tx.sql<{ id: string; memberId: string; setupIntentId: string }[]>`
    select id, member_id as "memberId", setup_intent_id as "setupIntentId" from cards
    where status = 'requires_action' and setup_intent_id is not null and updated_at < ${before}
    order by updated_at limit ${limit} for update skip locked`;
  // Looked at now: the next sweep comes to others.
  await tx.sql`
    update cards set updated_at = ${tx.now().toISOString()} where id = any(${rows.map(({ id }) => id)}::uuid[])`;
  for (const { setupIntentId, ...card } of rows) await callOffLater(tx, card, setupIntentId);
  return rows.length;
}

/**
 * Ends a card's set-up at the gateway, so that it cannot be confirmed any more; one that was confirmed after all is kept, or
 * let go if its card was given up here. @throws PartnerError
 */
export async function callOffSetup(
  ctx: Ctx,
  { cardId, memberId, setupIntentId }: { cardId: string; memberId: string; setupIntentId: string },
): Promise<(tx: TxCtx) => Promise<void>> {
  const call = await callPartner(ctx, { system: 'gateway', operation: 'call-off-card', memberId }, () =>
    withBreaker('gateway', () => end(partnersOf(ctx.app).gateway(), setupIntentId)),
  );
  return async (tx) => {
    await call.record(tx);
    await settleCard(tx, cardId, call.result);
  };
}

async function end(gateway: Gateway, setupIntentId: string): Promise<GatewaySetup> {
  const found = await gateway.retrieveSetupIntent(setupIntentId);
  if (found.status === 'succeeded' || found.status === 'canceled') return found;
  return gateway.cancelSetupIntent({ setupIntentId, idempotencyKey: `setup:${setupIntentId}:cancel` });
}
