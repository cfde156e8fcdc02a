import type { Ctx, TxCtx } from '#server/context/context.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import type { Gateway, GatewaySetup } from '#server/integrations/gateway/index.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { settleCard } from './set-up.ts';

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
