import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, isOwn, requirePermission } from '#server/context/context.ts';
import { maskEmail } from '#server/crypto/mask.ts';
import { openOrNull, type SubjectKey } from '#server/crypto/seals.ts';
import { notYours } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { helpReference, helpTopicLabel } from '../rules.ts';

/** How many members wait for an answer, and since when. */
export async function openHelpRequests(ctx: Ctx): Promise<{ open: number; oldestAt: string | null }> {
  const [row] = await ctx.sql<{ open: number; oldestAt: string | null }[]>`
    select count(*)::int as open, min(created_at) as "oldestAt" from help_requests where status = 'open'`;
  return { open: row?.open ?? 0, oldestAt: row?.oldestAt ? new Date(row.oldestAt).toISOString() : null };
}

export interface HelpRequestView {
  id: string;
  reference: string;
  memberId: string;
  memberNumber: string;
  memberName: string;
  topic: string;
  message: string;
  status: string;
  createdAt: string;
  closedAt: string | null;
  /** Where an answer goes by mail, masked; null: they never proved an address, and read it on their help page only. */
  mailTo: string | null;
  replies: HelpReplyView[];
}

export interface HelpReplyView {
  id: string;
  text: string;
  /** For staff: who wrote it. */
  author: string | null;
  createdAt: string;
}

interface SealedReply {
  id: string;
  requestId: string;
  sealed: string;
  author: string | null;
  createdAt: string;
}

/** The replies to these requests, the oldest first. */
const repliesTo = (ctx: Ctx, requestIds: string[]) => ctx.sql<SealedReply[]>`
  select r.id, r.request_id as "requestId", r.text_sealed as sealed, u.name as author, r.created_at as "createdAt"
  from help_replies r left join users u on u.id = r.author_user_id
  where r.request_id = any(${requestIds}::uuid[]) order by r.created_at, r.id`;

const replyView = (key: SubjectKey | null, reply: SealedReply): HelpReplyView => ({
  id: reply.id,
  text: openOrNull(key, 'helpReply', reply.sealed) ?? 'Erased',
  author: reply.author,
  createdAt: new Date(reply.createdAt).toISOString(),
});

/** What members asked, the longest waiting first. What they wrote is opened for whoever may act on members; that is audited. */
export async function listHelpRequests(
  ctx: Ctx,
  filter: { status: 'open' | 'closed'; memberId?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ data: HelpRequestView[]; nextCursor: string | null }> {
  requirePermission(ctx, 'members:act');
  const { sql } = ctx;
  const [at, id] = filter.cursor ? decodeCursor(filter.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Array<Omit<HelpRequestView, 'replies' | 'reference'> & { sealed: string }>>`
    select h.id, h.member_id as "memberId", m.number as "memberNumber", m.given_name || ' ' || m.family_name as "memberName",
      h.topic, h.message_sealed as sealed, h.status, h.created_at as "createdAt", h.closed_at as "closedAt",
      (select u.email from users u where u.member_id = h.member_id and u.email_verified_at is not null and u.disabled_at is null) as "mailTo"
    from help_requests h join members m on m.id = h.member_id
    where h.status = ${filter.status}
      ${filter.memberId ? sql`and h.member_id = ${filter.memberId}` : sql``}
      ${at && id ? sql`and (h.created_at, h.id) > (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by h.created_at, h.id limit ${filter.limit + 1}`;
  const shown = rows.slice(0, filter.limit);
  const memberIds = [...new Set(shown.map((row) => row.memberId))];
  const [keys, replies] = await Promise.all([
    ctx.app.dataKeys.findMany(sql, memberIds),
    repliesTo(
      ctx,
      shown.map((row) => row.id),
    ),
  ]);
  await writeAudit(ctx, {
    action: 'help.read',
    resourceType: 'help-request',
    after: { count: shown.length, memberIds },
  });
  const last = shown.at(-1);
  return {
    data: shown.map(({ sealed, ...row }) => ({
      ...row,
      reference: helpReference(row.id),
      message: openOrNull(keys.get(row.memberId) ?? null, 'helpMessage', sealed) ?? 'Erased',
      createdAt: new Date(row.createdAt).toISOString(),
      closedAt: row.closedAt && new Date(row.closedAt).toISOString(),
      mailTo: row.mailTo && maskEmail(row.mailTo),
      replies: replies
        .filter(({ requestId }) => requestId === row.id)
        .map((reply) => replyView(keys.get(row.memberId) ?? null, reply)),
    })),
    nextCursor: rows.length > filter.limit && last ? encodeCursor([last.createdAt, last.id]) : null,
  };
}

export interface OwnHelpRequest {
  id: string;
  reference: string;
  topic: string;
  message: string;
  status: string;
  createdAt: string;
  closedAt: string | null;
  replies: { id: string; text: string; createdAt: string }[];
}

/** What a member asked, and what was answered, the newest first. Their own words, so in the clear. */
export async function ownHelpRequests(ctx: Ctx, memberId: string): Promise<OwnHelpRequest[]> {
  if (!isOwn(ctx, memberId)) throw notYours();
  const [key, rows] = await Promise.all([
    ctx.app.dataKeys.find(ctx.sql, memberId),
    ctx.sql<Array<Omit<OwnHelpRequest, 'replies' | 'reference' | 'message'> & { sealed: string }>>`
      select id, topic, message_sealed as sealed, status, created_at as "createdAt", closed_at as "closedAt"
      from help_requests where member_id = ${memberId} order by created_at desc, id desc`,
  ]);
  const replies = await repliesTo(
    ctx,
    rows.map(({ id }) => id),
  );
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    reference: helpReference(row.id),
    message: openOrNull(key, 'helpMessage', sealed) ?? 'Erased',
    createdAt: new Date(row.createdAt).toISOString(),
    closedAt: row.closedAt && new Date(row.closedAt).toISOString(),
    replies: replies
      .filter(({ requestId }) => requestId === row.id)
      .map((reply) => {
        const { author: _author, ...view } = replyView(key, reply);
        return view;
      }),
  }));
}

/** A reply as its mail says it; null when it cannot be read any more. For the mail only. */
export async function helpReplyForMail(
  ctx: Ctx,
  replyId: string,
): Promise<{ reference: string; topic: string; askedAt: string; paragraphs: string[] } | null> {
  const [row] = await ctx.sql<
    { requestId: string; memberId: string; topic: string; askedAt: string; sealed: string }[]
  >`
    select h.id as "requestId", h.member_id as "memberId", h.topic, h.created_at as "askedAt", r.text_sealed as sealed
    from help_replies r join help_requests h on h.id = r.request_id where r.id = ${replyId}`;
  const key = row ? await ctx.app.dataKeys.find(ctx.sql, row.memberId) : null;
  const written = row && openOrNull(key, 'helpReply', row.sealed);
  if (!row || !written) return null;
  return {
    reference: helpReference(row.requestId),
    topic: helpTopicLabel(row.topic),
    askedAt: new Date(row.askedAt).toISOString(),
    paragraphs: written
      .split(/\n+/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  };
}
