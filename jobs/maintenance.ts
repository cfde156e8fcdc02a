import { z } from 'zod';
import { forgetOldAccess, forgetOldGrants } from '#server/access/commands/housekeeping.ts';
import { prepareAddressKeys } from '#server/audit/address.ts';
import { sweepOpenCards } from '#server/cards/commands/call-off.ts';
import { tellOfExpiringCards } from '#server/cards/commands/expiry.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { sweepIdempotencyKeys } from '#server/gateway/idempotency.ts';
import { openMissingAccounts } from '#server/ledger/commands/accounts.ts';
import { checkLedger } from '#server/ledger/commands/checks.ts';
import { sweepLoans } from '#server/loans/commands/dues.ts';
import { sendDueSteps } from '#server/memberships/commands/steps.ts';
import {
  beginNextPlans,
  forgetOldLinks,
  importMemberships,
  showPricesOfToday,
} from '#server/memberships/commands/sweeps.ts';
import { sweepRefundedOrders } from '#server/orders/commands/follow-payment.ts';
import { sweepAbandoned } from '#server/payments/commands/start.ts';
import { databaseQueue } from '#server/queue/define.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';

const task = z.enum([
  'event-partitions',
  'address-keys',
  'event-ids',
  'idempotency-keys',
  'mailed-tokens',
  'oauth',
  'old-access',
  'rewrap-keys',
  'partner-calls',
  'inbox',
  'webhook-events',
  'member-accounts',
  'ledger-check',
  'loan-dues',
  'expiring-cards',
  'plan-prices',
  'membership-import',
  'membership-plans',
  'membership-steps',
  'renewal-links',
  'abandoned-payments',
  'open-cards',
  'refunded-orders',
  'invariants',
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
  oauth: forgetOldGrants,
  'old-access': forgetOldAccess,
  'rewrap-keys': (tx) => tx.app.dataKeys.rewrap(tx.sql, keysAtATime),
  'partner-calls': (tx) => forget(tx, 'partner_calls', 'at'),
  inbox: (tx) => forget(tx, 'inbox', 'handled_at'),
  // The gateway sends an event again for three days.
  'webhook-events': (tx) => forget(tx, 'webhook_events', 'received_at', 30),
  'member-accounts': (tx) => openMissingAccounts(tx, accountsAtATime),
  invariants: (tx) => checkInvariants(tx),
  'ledger-check': (tx) => checkLedger(tx, { kind: 'schedule' }),
  'loan-dues': (tx) => sweepLoans(tx, loansAtATime),
  'abandoned-payments': (tx) => sweepAbandoned(tx, paymentsAtATime),
  'open-cards': (tx) => sweepOpenCards(tx, cardsAtATime),
  'refunded-orders': (tx) => sweepRefundedOrders(tx, ordersAtATime),
  'expiring-cards': (tx) => tellOfExpiringCards(tx, cardsAtATime),
  'plan-prices': showPricesOfToday,
  'membership-import': (tx) => importMemberships(tx, importsAtATime),
  'membership-plans': (tx) => beginNextPlans(tx, importsAtATime),
  'membership-steps': (tx) => sendDueSteps(tx, stepsAtATime),
  'renewal-links': forgetOldLinks,
};

const keysAtATime = 500;
/** Each with its event and its audit entry: a second's work. */
const accountsAtATime = 200;
/** Each with its event. */
const cardsAtATime = 500;
const paymentsAtATime = 500;
/** Each with its job. */
const loansAtATime = 500;
/** Each with its events: a second's work. */
const importsAtATime = 200;
/** Each with its job. What is left comes with the next sweep: at once, the same ones would be found again. */
const ordersAtATime = 500;
/** Each with its job, all in two statements. */
const stepsAtATime = 1_000;
const rowsAtATime = 10_000;
/** How long it can be seen what a partner was asked, and what was handled is known. */
const keptDays = 90;

/**
 * Tasks that do one batch in a job and, while a batch is full, leave the rest to another: whoever needs a row that is being
 * written waits for one batch, never for the whole table.
 */
const batches: Partial<Record<MaintenanceTask, number>> = {
  'rewrap-keys': keysAtATime,
  'partner-calls': rowsAtATime,
  inbox: rowsAtATime,
  'webhook-events': rowsAtATime,
  'member-accounts': accountsAtATime,
  'loan-dues': loansAtATime,
  'expiring-cards': cardsAtATime,
  'membership-import': importsAtATime,
  'membership-plans': importsAtATime,
  'membership-steps': stepsAtATime,
  'abandoned-payments': paymentsAtATime,
  'open-cards': cardsAtATime,
};

async function forget(
  tx: TxCtx,
  table: 'partner_calls' | 'inbox' | 'webhook_events',
  column: 'at' | 'handled_at' | 'received_at',
  days = keptDays,
): Promise<number> {
  const before = new Date(tx.now().getTime() - days * 24 * 3_600_000).toISOString();
  const deleted = await tx.sql`
    delete from ${tx.sql(table)} where ctid = any(array(
      select ctid from ${tx.sql(table)} where ${tx.sql(column)} < ${before} limit ${rowsAtATime} for update skip locked))`;
  return deleted.count;
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
    const { task } = job.payload;
    const done = await work[task](tx);
    const full = batches[task];
    if (full !== undefined && done === full) await enqueue(tx, { queue: 'maintenance', payload: { task } });
  },
});
