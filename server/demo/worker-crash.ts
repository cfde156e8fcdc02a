import { writeAudit } from '#server/audit/commands.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, inTransaction, requirePermission } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';

const channel = 'guildhall_demo_crash';

/** Tells every worker of this house to die where it is. Heard when it has committed. @throws AppError `not_found` outside of the demo */
export async function crashWorkers(ctx: Ctx): Promise<{ askedAt: string }> {
  requirePermission(ctx, 'access:manage');
  if (ctx.app.settings.GUILDHALL_MODE !== 'demo') throw notFound();
  await inTransaction(ctx, async (tx) => {
    await writeAudit(tx, { action: 'demo.worker-crash', resourceType: 'worker', resourceId: 'all' });
    await tx.sql`select pg_notify(${channel}, '')`;
  });
  return { askedAt: ctx.now().toISOString() };
}

/** A worker of the demo dies when it is told to, as in a power cut: nothing is finished, nothing is given back. */
export async function obeyCrashes(
  app: App,
  die: () => void = () => process.kill(process.pid, 'SIGKILL'),
): Promise<void> {
  if (app.settings.GUILDHALL_MODE === 'demo') await app.listener.on(channel, die);
}
