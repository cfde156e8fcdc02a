import { sessionAddressField } from '#server/access/commands/sessions.ts';
import { appGrantsOf } from '#server/access/queries/sessions.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { auditAbout } from '#server/audit/queries.ts';
import { type Ctx, isOwn } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { notFound, notYours } from '#server/errors/errors.ts';
import { partnerCallsOf } from '#server/integrations/queries.ts';
import { memberViewOf, openContact } from '../personal.ts';
import { findMember } from '../record.ts';
import { heldEvents } from './held-events.ts';
import { ownHelpRequests } from './help.ts';

/** Everything we hold about a member, for the member: GDPR articles 15 and 20. Plain JSON, values in the clear. */
export async function exportMember(ctx: Ctx, id: string): Promise<Record<string, unknown>> {
  if (!isOwn(ctx, id) || ctx.actor.kind !== 'user') throw notYours();
  const record = await findMember(ctx.sql, id);
  if (!record) throw notFound();
  const key = await ctx.app.dataKeys.find(ctx.sql, id);
  const { masked: _, ...member } = memberViewOf(record, await openContact(ctx.app, ctx.sql, record), false);
  const { sql } = ctx;
  const [notes, help, timeline, notifications, mails, sessions, partners, events, apps, calls] = await Promise.all([
    sql<Array<{ textSealed: string; createdAt: string }>>`
      select text_sealed as "textSealed", created_at as "createdAt" from member_notes where member_id = ${id} order by created_at`,
    ownHelpRequests(ctx, id),
    sql`select at, type, system, summary, event_id as "eventId" from member_timeline where member_id = ${id} order by at, position`,
    sql`
      select n.kind, n.title, n.body, n.created_at as "createdAt", n.read_at as "readAt"
      from notifications n where n.member_id = ${id} order by n.created_at`,
    sql`
      select template, status, created_at as "createdAt", sent_at as "sentAt" from mails where member_id = ${id} order by created_at`,
    sql<Array<{ addressSealed: string | null; createdAt: string; endedAt: string | null; userAgent: string | null }>>`
      select s.kind, s.last_seen_at as "lastSeenAt", s.ended_reason as "endedReason", s.address_sealed as "addressSealed", s.created_at as "createdAt", s.ended_at as "endedAt", s.user_agent as "userAgent"
      from sessions s join users u on u.id = s.user_id where u.member_id = ${id} order by s.created_at`,
    sql`
      select system, record_id as "recordId", ack_version as "version", ack_at as "at" from sync_states where member_id = ${id}`,
    heldEvents(ctx, id, key),
    appGrantsOf(ctx, id),
    partnerCallsOf(ctx, id),
  ]);
  const { userId } = ctx.actor;
  const helped = help.map((request) => ['help-request', request.id] as const);
  const audit = await auditAbout(ctx, { resources: [['member', id], ['user', userId], ...helped], userId });
  await writeAudit(ctx, { action: 'member.export', resourceType: 'member', resourceId: id });
  return {
    exportedAt: ctx.now().toISOString(),
    member,
    notes: notes.map(({ textSealed, ...note }) => ({ text: openOrNull(key, 'note', textSealed), ...inUtc(note) })),
    helpRequests: help,
    timeline: timeline.map(inUtc),
    notifications: notifications.map(inUtc),
    mails: mails.map(inUtc),
    sessions: sessions.map(({ addressSealed, ...session }) => ({
      ...inUtc(session),
      address: openOrNull(key, sessionAddressField, addressSealed),
    })),
    apps,
    copiesAtPartners: partners.map(inUtc),
    callsToPartners: calls,
    events,
    audit,
  };
}

/** The driver hands times over as Postgres writes them; here they are RFC 3339 in UTC. */
const inUtc = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      /^at$|At$/.test(name) && typeof value === 'string' ? new Date(value).toISOString() : value,
    ]),
  );
