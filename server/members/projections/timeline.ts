import { moneyText } from '#server/documents/money.ts';
import { defineProjection } from '#server/events/define.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import { shortReason } from '#server/payments/rules.ts';
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

const money = (value: JsonObject[string] | undefined) => {
  // The events were checked against their schemas when they were appended.
  const { amount, currency } = value as { amount: number; currency: string };
  return moneyText(amount, currency);
};

const because = (what: string, code: unknown) => {
  const why = shortReason(text(code));
  return why ? `${what}: ${why}` : what;
};

const documentNames: Record<string, string> = { invoice: 'Invoice', receipt: 'Receipt', credit_note: 'Credit note' };

/** Money, by its amounts. Of others nothing: not whom it went to, nor whom it came from. */
const moneyLines: Record<string, Say> = {
  'order.created': ({ data }) => guildhall(`Ordered ${text(data.number)} for ${money(data.total)}`),
  'order.completed': ({ data }) => guildhall(`Order ${text(data.number)} complete`),
  'order.failed': ({ data }) => guildhall(because('Order failed', data.code)),
  'order.cancelled': ({ data }) => guildhall(`Order cancelled, ${money(data.total)} goes back`),
  'payment.completed': ({ data }) => guildhall(`Paid ${money(data.amount)}`),
  'payment.refund': ({ data }) => guildhall(`${money(data.amount)} is to be given back`),
  'payment.refunded': ({ data }) => guildhall(`${money(data.amount)} given back`),
  'payment.refund_failed': ({ data }) => guildhall(`${money(data.amount)} could not be given back`),
  'shipment.handed_over': () => guildhall('Parcel sent'),
  'shipment.cancelled': () => guildhall('Parcel not sent, for the money went back'),
  'document.issued': ({ data }) =>
    guildhall(`${documentNames[text(data.kind)] ?? 'Document'} ${text(data.number)} issued, ${money(data.total)}`),
  'payment.disputed': ({ data }) => guildhall(`The bank took ${money(data.amount)} back`),
  'transfer.completed': ({ data }) => guildhall(`Transferred ${money(data.amount)}`),
  'transfer.failed': ({ data }) => guildhall(`Transfer of ${money(data.amount)} failed`),
  'transfer.compensated': ({ data }) => guildhall(`Transfer of ${money(data.amount)} came back`),
  'card.added': () => guildhall('Card added'),
  'card.removed': () => guildhall('Card removed'),
  'card.expiring': ({ data }) => guildhall(`Told that a card runs out in ${text(data.expires)}`),
  'loan.applied': ({ data }) => guildhall(`Applied for a loan of ${money(data.amount)}`),
  'loan.approved': ({ data }) => guildhall(`Loan of ${money(data.amount)} granted`),
  'loan.rejected': () => guildhall('Loan not granted'),
  'loan.disbursed': ({ data }) => guildhall(`Loan of ${money(data.amount)} paid out`),
  'loan.repaid': ({ data }) => guildhall(`${money(data.amount)} of the loan paid back`),
  'loan.in_arrears': ({ data }) => guildhall(`Loan late by ${money(data.amount)}`),
  'loan.settled': () => guildhall('Loan paid back'),
  'loan.withdrawn': () => guildhall('Application for a loan withdrawn'),
  'loan.first_approved': ({ data }) => guildhall(`Loan of ${money(data.amount)}: the first of two people agreed`),
  'loan.instalment_due': ({ data }) => guildhall(`Instalment of ${money(data.amount)} due on ${day(data.dueOn)}`),
  'loan.repayment_returned': ({ data }) => guildhall(`Repayment of ${money(data.amount)} went back, it is owed again`),
  'loan.write_off_proposed': ({ data }) => guildhall(`Proposed to write off ${money(data.amount)} of the loan`),
  'loan.written_off': ({ data }) => guildhall(`${money(data.amount)} of the loan written off`),
};

/** What the same event is to the other one. */
const lineOfReceiver: Record<string, Say> = {
  'transfer.completed': ({ data }) => guildhall(`Received ${money(data.amount)} by transfer`),
};

/** One line per event type, in words that a member understands. Names of fields, never their values. */
const lineOf: Record<string, Say> = {
  'member.registered': (event) =>
    guildhall(
      event.data.channel === 'staff' ? 'Added by staff' : event.data.channel === 'import' ? 'Imported' : 'Joined',
    ),
  'member.verified': () => guildhall('E-mail address verified'),
  'member.profile.updated': (event) => guildhall(profileLine(event)),
  'member.status.changed': (event) => guildhall(statusLine(event)),
  'member.extended': (event) => guildhall(`Membership extended to ${day(event.data.paidUntil)}`),
  'membership.activated': (event) => guildhall(`Membership begun, paid until ${day(event.data.paidUntil)}`),
  'membership.renewed': (event) => guildhall(`Membership renewed, paid until ${day(event.data.paidUntil)}`),
  'membership.changed': (event) => guildhall(`Membership changed: ${text(event.data.planCode)}`),
  'membership.grace_started': () => guildhall('Membership has run out, days of grace begin'),
  'membership.lapsed': () => guildhall('Membership lapsed'),
  'membership.cancelled': ({ data }) =>
    guildhall(data.cause === 'refund' ? 'Membership ended, for its money went back' : 'Membership ended'),
  'membership.cancel_asked': () => guildhall('Membership ends with what is paid for'),
  'membership.cancel_undone': () => guildhall('Membership goes on after what is paid for'),
  'membership.auto_renewal.changed': (event) =>
    guildhall(event.data.on ? 'Automatic renewal switched on' : 'Automatic renewal switched off'),
  'membership.renewal_due': () => guildhall('Renewal announced'),
  'membership.renewal_failed': (event) => guildhall(because('Renewal failed', event.data.code)),
  ...moneyLines,
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
 * True, and no news to the person it is about: what Guildhall and its mails do behind the scenes, what staff write and decide
 * among themselves, papers and refunds that the money itself tells of, and who tried to sign in as them (a lock is mailed to them).
 */
export const noNews = [
  'sync.completed',
  'sync.failed',
  'email.sent',
  'notification.sent',
  'member.noted',
  'payment.refund',
  'payment.refund_failed',
  'document.issued',
  'loan.first_approved',
  'loan.write_off_proposed',
  'session.started',
  'session.failed',
  'session.ended',
] as const;

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `14 March 2027` for `2027-03-14`. */
const day = (value: unknown) => (typeof value === 'string' ? dayFormat.format(new Date(`${value}T00:00:00Z`)) : '');

function statusLine({ data }: StoredEvent): string {
  if (data.to === 'resigned') return `Resigned, status ${text(data.from)} until then`;
  const change = `Status changed from ${text(data.from)} to ${text(data.to)}`;
  return data.reason === 'rejoin' ? `Came back. ${change}` : change;
}

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

type Say = (event: StoredEvent) => Line;

function rowOf(event: StoredEvent, memberId: string, say: Say | undefined) {
  return memberId && say ? [{ event, memberId, line: say(event) }] : [];
}

/** Keeps `member_timeline`: what happened to a member over all systems. */
export const timeline = defineProjection({
  name: 'member-timeline',
  types: Object.keys(lineOf),
  async apply(ctx, events) {
    const rows = events.flatMap((event) => [
      ...rowOf(event, text(event.data.memberId), lineOf[event.type]),
      ...rowOf(event, text(event.data.toMemberId), lineOfReceiver[event.type]),
    ]);
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
