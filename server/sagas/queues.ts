import { z } from 'zod';
import { id } from '#server/gateway/shapes.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { databaseQueue, partnerQueue } from '#server/queue/define.ts';
import { runDatabaseTurn, runPartnerTurn, stopTurn } from './turn.ts';

const payload = z.strictObject({ sagaId: id, turn: z.int().positive(), timedOut: z.boolean() });

/**
 * Free, not strict: there is one job for each turn of a saga, and a timer that lies in the future must not hold up what
 * comes before it. The saga's row is the lock.
 */
const shared = {
  payload,
  order: 'free',
  onDeadLetter: stopTurn,
} as const;

/** Steps that touch our own database. */
export const sagaSteps = databaseQueue({
  ...shared,
  name: 'saga-steps',
  concurrency: 8,
  expireSeconds: 30,
  handle: (tx, job) => runDatabaseTurn(tx, job.payload, job.signal),
});

/** Steps that call a partner: the gateway's, when our credentials are refused. */
export const sagaCalls = partnerQueue({
  ...shared,
  name: 'saga-calls',
  flow: 'gateway',
  concurrency: 16,
  expireSeconds: 90,
  handle: (ctx, job) => runPartnerTurn(ctx, job.payload, job.signal),
  test: (ctx) => partnersOf(ctx.app).gateway().check(),
});
