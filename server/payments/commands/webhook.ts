import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import type { GatewayEvent } from '#server/integrations/gateway/index.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { enqueue } from '#server/queue/enqueue.ts';

const refusals = {
  bad_signature: 'The signature is not the payment service’s.',
  too_old: 'The message is too old.',
  unreadable: 'The message cannot be read.',
} as const;

/**
 * Takes what the gateway tells: each event once, by its id. It only says what to look at; a job asks what is true.
 * @throws AppError `invalid_request` for a message that the gateway has not signed just now
 */
export async function takeWebhook(ctx: Ctx, rawBody: string, signature: string | null): Promise<void> {
  const verdict = partnersOf(ctx.app).gateway().verifyWebhook(rawBody, signature);
  if (!verdict.ok) throw new AppError('invalid_request', refusals[verdict.reason]);
  await inTransaction(ctx, async (tx) => {
    if (await isNew(tx, verdict.event)) await lookLater(tx, verdict.event);
  });
}

async function isNew(tx: TxCtx, { eventId, type, subject, createdAt }: GatewayEvent): Promise<boolean> {
  const written = await tx.sql`
    insert into webhook_events (event_id, type, subject, created_at, received_at)
    values (${eventId}, ${type}, ${JSON.stringify(subject)}::text::jsonb, ${createdAt}, ${tx.now().toISOString()})
    on conflict (event_id) do nothing returning 1`;
  return written.length > 0;
}

async function lookLater(tx: TxCtx, { subject }: GatewayEvent): Promise<void> {
  switch (subject.kind) {
    case 'payment':
      return enqueue(tx, { queue: 'gateway-events', payload: { kind: 'payment', objectId: subject.intentId } });
    case 'refund':
      return enqueue(tx, { queue: 'gateway-events', payload: { kind: 'refund', objectId: subject.refundId } });
    case 'dispute':
      return enqueue(tx, { queue: 'gateway-events', payload: { kind: 'dispute', objectId: subject.disputeId } });
    case 'setup':
      return enqueue(tx, { queue: 'card-news', payload: { kind: 'setup', objectId: subject.setupIntentId } });
    case 'payment_method':
      return enqueue(tx, {
        queue: 'card-news',
        payload: { kind: 'payment_method', objectId: subject.paymentMethodId },
      });
    case 'other':
      return;
  }
}
