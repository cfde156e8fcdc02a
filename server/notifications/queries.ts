import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';

export interface Notification {
  id: string;
  kind: string;
  title: string;
  body: string;
  link: string | null;
  createdAt: string;
  readAt: string | null;
}

/** @throws AppError `forbidden` for machines: only people have notifications. */
export function requireUserId(ctx: Ctx): string {
  if (ctx.actor.kind !== 'user') throw new AppError('forbidden', 'Only people have notifications.');
  return ctx.actor.userId;
}

export async function listNotifications(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ data: Notification[]; nextCursor: string | null }> {
  const userId = requireUserId(ctx);
  const { sql } = ctx;
  const [at, id] = page.cursor ? decodeCursor(page.cursor, 2).map(String) : [];
  const rows = await sql<Notification[]>`
    select id, kind, title, body, link, created_at as "createdAt", read_at as "readAt"
    from notifications
    where user_id = ${userId} ${at && id ? sql`and (created_at, id) < (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by created_at desc, id desc limit ${page.limit + 1}`;
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    data: shown.map(notificationOf),
    nextCursor: rows.length > page.limit && last ? encodeCursor([last.createdAt, last.id]) : null,
  };
}

export const notificationOf = (row: Notification): Notification => ({
  ...row,
  createdAt: new Date(row.createdAt).toISOString(),
  readAt: row.readAt && new Date(row.readAt).toISOString(),
});
