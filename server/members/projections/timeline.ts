import { defineProjection } from '#server/events/define.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import { helpTopicLabel } from '../rules.ts';

interface Line {
  system: string;
  summary: string;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

const fieldNames: Record<string, string> = {
  givenName: 'given name',
  familyName: 'family name',
  email: 'e-mail',
  phone: 'phone',
  dateOfBirth: 'birth date',
  address: 'address',
  mailChoices: 'mail choices',
};

const systemNames: Record<string, string> = { legacy: 'the legacy system', crm: 'the CRM', mail: 'mail' };

const guildhall = (summary: string): Line => ({ system: 'guildhall', summary });

/** One line per event type, in words that a member understands. Names of fields, never their values. */
const lineOf: Record<string, (event: StoredEvent) => Line> = {
  'member.registered': (event) =>
    guildhall(
      event.data.channel === 'staff' ? 'Added by staff' : event.data.channel === 'import' ? 'Imported' : 'Joined',
    ),
  'member.verified': () => guildhall('E-mail address verified'),
  'member.profile.updated': (event) => guildhall(profileLine(event)),
  'member.status.changed': (event) =>
    guildhall(`Status changed from ${text(event.data.from)} to ${text(event.data.to)}`),
  'member.extended': (event) => guildhall(`Membership extended to ${text(event.data.paidUntil)}`),
  'membership.activated': (event) => guildhall(`Membership begun, paid until ${text(event.data.paidUntil)}`),
  'membership.renewed': (event) => guildhall(`Membership renewed, paid until ${text(event.data.paidUntil)}`),
  'membership.changed': (event) => guildhall(`Membership changed: ${text(event.data.planCode)}`),
  'membership.grace_started': () => guildhall('Membership has run out, days of grace begin'),
  'membership.lapsed': () => guildhall('Membership lapsed'),
  'membership.cancelled': () => guildhall('Membership ended'),
  'membership.cancel_asked': () => guildhall('Membership cancelled for its end'),
  'membership.cancel_undone': () => guildhall('Cancellation of the membership taken back'),
  'membership.renewal_due': () => guildhall('Renewal announced'),
  'membership.renewal_failed': (event) => guildhall(`Renewal failed: ${text(event.data.code).replaceAll('_', ' ')}`),
  'member.noted': () => guildhall('Note written by staff'),
  'member.erased': () => guildhall('Personal data erased'),
  'member.verification.requested': () => guildhall('Another verification mail asked for'),
  'password.reset.requested': () => guildhall('Password reset asked for'),
  'password.changed': () => guildhall('Password changed'),
  'session.started': () => ({ system: 'portal', summary: 'Signed in' }),
  'session.failed': () => ({ system: 'portal', summary: 'Sign-in failed' }),
  'session.locked': () => ({ system: 'portal', summary: 'Sign-in locked after repeated failures' }),
  'session.ended': () => ({ system: 'portal', summary: 'Signed out' }),
  'consent.given': () => ({ system: 'portal', summary: 'Let an app in' }),
  'consent.revoked': () => ({ system: 'portal', summary: 'Took an app’s permission back' }),
  'support.requested': (event) => ({
    system: 'portal',
    summary: `Asked for help: ${helpTopicLabel(text(event.data.topic))}`,
  }),
  'support.replied': (event) => guildhall(`We answered: ${helpTopicLabel(text(event.data.topic))}`),
  'support.answered': (event) => guildhall(`Question answered: ${helpTopicLabel(text(event.data.topic))}`),
  'course.started': () => ({ system: 'portal', summary: 'Course started' }),
  'course.completed': () => ({ system: 'portal', summary: 'Course completed' }),
  'sync.completed': (event) => ({
    system: text(event.data.system),
    summary: `Version ${String(event.data.version)} reached ${systemNames[text(event.data.system)] ?? text(event.data.system)}`,
  }),
  'sync.failed': (event) => ({
    system: text(event.data.system),
    summary: `Could not reach ${systemNames[text(event.data.system)] ?? text(event.data.system)}: ${text(event.data.class)}`,
  }),
  'email.sent': (event) => ({
    system: 'mail',
    summary: `Mail sent: ${text(event.data.template).replaceAll('-', ' ')}`,
  }),
  'notification.sent': () => ({ system: 'portal', summary: 'Notification shown' }),
};

/**
 * True, and no news to the person it is about: what Guildhall and its mails do behind the scenes, what staff write among
 * themselves, and who tried to sign in as them (a lock is mailed to them).
 */
export const noNews = [
  'sync.completed',
  'sync.failed',
  'email.sent',
  'notification.sent',
  'member.noted',
  'session.started',
  'session.failed',
  'session.ended',
] as const;

function profileLine(event: StoredEvent): string {
  const fields = changedFields(event);
  if (fields) return `Profile changed: ${fields}`;
  return event.data.pendingEmail === null ? 'New e-mail address withdrawn' : 'New e-mail address waits to be confirmed';
}

function changedFields(event: StoredEvent): string {
  const changes = event.data.changes;
  const names = changes && typeof changes === 'object' ? Object.keys(changes) : [];
  return names.map((name) => fieldNames[name] ?? name).join(', ');
}

/** Keeps `member_timeline`: what happened to a member over all systems. */
export const timeline = defineProjection({
  name: 'member-timeline',
  types: Object.keys(lineOf),
  async apply(ctx, events) {
    const rows = events.flatMap((event) => {
      const memberId = text(event.data.memberId);
      const line = memberId && lineOf[event.type]?.(event);
      return line ? [{ event, memberId, line }] : [];
    });
    if (rows.length === 0) return;
    await ctx.sql`
      insert into member_timeline (member_id, position, at, type, system, summary, event_id, correlation_id, actor)
      select * from unnest(${rows.map((r) => r.memberId)}::uuid[], ${rows.map((r) => r.event.position)}::bigint[],
        ${rows.map((r) => r.event.occurredAt)}::text[]::timestamptz[], ${rows.map((r) => r.event.type)}::text[],
        ${rows.map((r) => r.line.system)}::text[], ${rows.map((r) => r.line.summary)}::text[],
        ${rows.map((r) => r.event.id)}::uuid[], ${rows.map((r) => r.event.correlationId)}::uuid[],
        ${rows.map((r) => r.event.actor.kind)}::text[])
      on conflict (member_id, position) do nothing`;
  },
});
