import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { startsOf } from '#server/events/read.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import type { Notification } from './shapes.ts';

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
  const [at, id] = page.cursor ? decodeCursor(page.cursor, ['timestamp', 'uuid']) : [];
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

/** One of the caller's own, or null. */
export async function findNotification(ctx: Ctx, id: string): Promise<Notification | null> {
  const [row] = await ctx.sql<Notification[]>`
    select id, kind, title, body, link, created_at as "createdAt", read_at as "readAt"
    from notifications where id = ${id} and user_id = ${requireUserId(ctx)}`;
  return row ? notificationOf(row) : null;
}

/**
 * What arrived after the one with this id, in the order of arrival, which is not that of the events that it tells of;
 * nothing when it is not one of the caller's own. Of the newest 200.
 */
export async function notificationsAfter(ctx: Ctx, id: string): Promise<Notification[]> {
  if (!/^[0-9a-f-]{36}$/i.test(id) || (await findNotification(ctx, id)) === null) return [];
  const { data } = await listNotifications(ctx, { limit: 200 });
  const streamOf = (one: string) => `notification-${one.toLowerCase()}`;
  const starts = await startsOf(ctx.sql, [id, ...data.map((one) => one.id)].map(streamOf));
  const start = (one: { id: string }) => starts.get(streamOf(one.id)) ?? 0;
  return data.filter((one) => start(one) > start({ id })).sort((a, b) => start(a) - start(b));
}

/** The mails that were written to a member, the first one first; not what stood in them. */
export async function mailsOf(ctx: Ctx, memberId: string) {
  const rows = await ctx.sql<{ template: string; status: string; createdAt: string; sentAt: string | null }[]>`
    select template, status, created_at as "createdAt", sent_at as "sentAt" from mails
    where member_id = ${memberId} order by created_at`;
  return rows.map((mail) => ({
    ...mail,
    createdAt: new Date(mail.createdAt).toISOString(),
    sentAt: mail.sentAt && new Date(mail.sentAt).toISOString(),
  }));
}
