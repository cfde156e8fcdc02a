import { z } from 'zod';
import { forgetOldAccess } from '#server/access/commands/housekeeping.ts';
import { prepareAddressKeys } from '#server/audit/address.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { sweepIdempotencyKeys } from '#server/gateway/idempotency.ts';
import { databaseQueue } from '#server/queue/define.ts';

const task = z.enum([
  'event-partitions',
  'address-keys',
  'event-ids',
  'idempotency-keys',
  'mailed-tokens',
  'oauth',
  'old-access',
  'rewrap-keys',
]);
export type MaintenanceTask = z.output<typeof task>;

const work: Record<MaintenanceTask, (tx: TxCtx) => Promise<unknown>> = {
  'event-partitions': makeEventPartitions,
  'address-keys': (tx) => prepareAddressKeys(tx.app, tx.now()),
  // Ids of events stay unique for 35 days: as long as a producer may send again.
  'event-ids': (tx) => tx.sql`delete from event_ids where recorded_at < now() - interval '35 days'`,
  'idempotency-keys': async (tx) => {
    await sweepIdempotencyKeys(tx.sql);
    await tx.sql`delete from rate_limits where expire < extract(epoch from now()) * 1000`;
  },
  'mailed-tokens': (tx) => tx.sql`delete from mailed_tokens where expires_at < now() - interval '7 days'`,
  oauth: async (tx) => {
    await tx.sql`delete from oauth_codes where expires_at < now() - interval '1 day'`;
    await tx.sql`delete from oauth_refresh_tokens where expires_at < now() - interval '1 day'`;
  },
  'old-access': forgetOldAccess,
  'rewrap-keys': rewrapKeys,
};

/** After the key ring was rotated: wraps all data keys with the new first key. In one transaction, 500 at a time. */
async function rewrapKeys(tx: TxCtx): Promise<void> {
  while ((await tx.app.dataKeys.rewrap(tx.sql)) > 0);
}

/** This month's partition and the two after it. */
export async function makeEventPartitions(ctx: Ctx): Promise<void> {
  await ctx.sql`select ensure_event_partitions((now() at time zone 'UTC')::date, 3)`;
}

/** What has to be done now and then, whatever else happens. Each task may run twice. */
export const maintenance = databaseQueue({
  name: 'maintenance',
  payload: z.strictObject({ task }),
  order: 'free',
  concurrency: 1,
  expireSeconds: 600,
  handle: async (tx, job) => {
    await work[job.payload.task](tx);
  },
});
