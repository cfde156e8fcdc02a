import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { eventTypesChannel } from './subscriptions.ts';

/** A paused subscription finishes its batch under way and then stays where it is. @throws AppError `not_found` */
export const pauseSubscription = (ctx: Ctx, name: string) => setStatus(ctx, name, 'paused');

/** @throws AppError `not_found` */
export const resumeSubscription = (ctx: Ctx, name: string) => setStatus(ctx, name, 'running');

async function setStatus(ctx: Ctx, name: string, status: 'paused' | 'running'): Promise<void> {
  requirePermission(ctx, 'subscriptions:manage');
  await inTransaction(ctx, async (tx) => {
    const lanes = await tx.sql`
      update subscriptions set status = ${status}, moved_at = clock_timestamp(), error = null
      where name = ${name} returning 1`;
    if (lanes.length === 0) throw notFound('There is no such subscription.');
    await writeAudit(tx, {
      action: status === 'paused' ? 'subscription.pause' : 'subscription.resume',
      resourceType: 'subscription',
      resourceId: name,
    });
    tx.afterCommit(async () => {
      await ctx.app.database.sql`select pg_notify(${eventTypesChannel}, '')`;
    });
  });
}
