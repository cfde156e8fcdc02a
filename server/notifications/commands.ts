import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction } from '#server/context/context.ts';
import { notFound } from '#server/errors/errors.ts';
import { notificationOf, requireUserId } from './queries.ts';
import type { Notification } from './shapes.ts';

/** Reading twice keeps the first time. @throws AppError `not_found` when it is not there or not the caller's. */
export async function markRead(ctx: Ctx, id: string): Promise<Notification> {
  const userId = requireUserId(ctx);
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx.sql<Notification[]>`
      update notifications set read_at = coalesce(read_at, ${tx.now().toISOString()})
      where id = ${id} and user_id = ${userId}
      returning id, kind, title, body, link, created_at as "createdAt", read_at as "readAt"`;
    if (!row) throw notFound();
    await writeAudit(tx, { action: 'notification.read', resourceType: 'notification', resourceId: id });
    return notificationOf(row);
  });
}
