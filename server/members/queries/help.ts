import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, requirePermission } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';

/** How many members wait for an answer, and since when. */
export async function openHelpRequests(ctx: Ctx): Promise<{ open: number; oldestAt: string | null }> {
  const [row] = await ctx.sql<{ open: number; oldestAt: string | null }[]>`
    select count(*)::int as open, min(created_at) as "oldestAt" from help_requests where status = 'open'`;
  return { open: row?.open ?? 0, oldestAt: row?.oldestAt ? new Date(row.oldestAt).toISOString() : null };
}

export interface HelpRequestView {
  id: string;
  memberId: string;
  memberNumber: string;
  memberName: string;
  topic: string;
  message: string;
  status: string;
  createdAt: string;
  closedAt: string | null;
}

/** What members asked, the longest waiting first. What they wrote is opened for whoever may act on members; that is audited. */
export async function listHelpRequests(
  ctx: Ctx,
  filter: { status: 'open' | 'closed'; memberId?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ data: HelpRequestView[]; nextCursor: string | null }> {
  requirePermission(ctx, 'members:act');
  const { sql } = ctx;
  const [at, id] = filter.cursor ? decodeCursor(filter.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Array<HelpRequestView & { sealed: string }>>`
    select h.id, h.member_id as "memberId", m.number as "memberNumber", m.given_name || ' ' || m.family_name as "memberName",
      h.topic, h.message_sealed as sealed, h.status, h.created_at as "createdAt", h.closed_at as "closedAt"
    from help_requests h join members m on m.id = h.member_id
    where h.status = ${filter.status}
      ${filter.memberId ? sql`and h.member_id = ${filter.memberId}` : sql``}
      ${at && id ? sql`and (h.created_at, h.id) > (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by h.created_at, h.id limit ${filter.limit + 1}`;
  const shown = rows.slice(0, filter.limit);
  const keys = await ctx.app.dataKeys.findMany(sql, [...new Set(shown.map((row) => row.memberId))]);
  const memberIds = [...new Set(shown.map((row) => row.memberId))];
  await writeAudit(ctx, {
    action: 'help.read',
    resourceType: 'help-request',
    after: { count: shown.length, memberIds },
  });
  const last = shown.at(-1);
  return {
    data: shown.map(({ sealed, ...row }) => ({
      ...row,
      message: openOrNull(keys.get(row.memberId) ?? null, 'helpMessage', sealed) ?? 'Erased',
      createdAt: new Date(row.createdAt).toISOString(),
      closedAt: row.closedAt && new Date(row.closedAt).toISOString(),
    })),
    nextCursor: rows.length > filter.limit && last ? encodeCursor([last.createdAt, last.id]) : null,
  };
}
