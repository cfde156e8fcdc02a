import { v5 as uuidv5 } from 'uuid';
import { userOfMember } from '#server/access/queries/users.ts';
import type { TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import { helpTopicLabel } from '#server/members/rules.ts';
import './events.ts';
import { loanNewsOf } from './loan-mails.ts';
import { moneyNewsOf } from './money-news.ts';
import type { Wanted } from './wanted.ts';

const confirmNewEmail: Wanted = {
  kind: 'confirm-email',
  title: 'Please confirm your new e-mail address',
  body: 'We sent a mail with a link to it. Until you have followed it, the address that you had counts.',
  link: '/profile',
};

function statusNews({ data }: StoredEvent): Wanted | null {
  const link = '/membership';
  // What follows from a membership's days, the membership tells.
  if (String(data.reason).startsWith('membership-')) return null;
  if (data.to === 'resigned')
    return {
      kind: 'status-changed',
      title: 'You have resigned',
      body: 'What you paid for stays yours. You can come back any time.',
      link,
    };
  if (data.reason === 'rejoin')
    return {
      kind: 'status-changed',
      title: 'Welcome back',
      body:
        data.to === 'pending'
          ? 'Your membership begins as soon as it is paid.'
          : 'Your membership goes on. See when it renews.',
      link,
    };
  return {
    kind: 'status-changed',
    title: `Your membership is now ${String(data.to)}`,
    body: 'If this is not what you expected, write to us.',
    link,
  };
}

/** Who was erased, or has died, is not written to. */
function membershipEnded({ data }: StoredEvent): Wanted | null {
  const why: Record<string, string> = {
    refund: 'The money for it went back to you, so the days that it paid for are over. You can join again at any time.',
    asked: 'It ran until the end of what you had paid for, as you asked. You can join again at any time.',
  };
  const body = why[String(data.cause)];
  return body ? { kind: 'membership-ended', title: 'Your membership has ended', body, link: '/membership' } : null;
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const day = (value: unknown) => dayFormat.format(new Date(`${String(value)}T00:00:00Z`));

/** What a member reads in the portal, without personal values. */
export const inAppOf: Record<string, (event: StoredEvent) => Wanted | null> = {
  ...loanNewsOf,
  ...moneyNewsOf,
  'member.registered': (event) =>
    event.data.channel === 'import'
      ? null
      : {
          kind: 'verify-email',
          title: 'Please verify your e-mail address',
          body: 'We sent you a mail with a link. It works for 48 hours.',
          link: null,
        },
  'member.verified': () => ({
    kind: 'verified',
    title: 'Your e-mail address is verified',
    body: 'Welcome. Your account is complete.',
    link: '/profile',
  }),
  'member.profile.updated': (event) => {
    // A new address that is not wanted any more is no news.
    if (event.data.pendingEmail === null) return null;
    if (event.data.pendingEmail !== undefined) return confirmNewEmail;
    return {
      kind: 'profile-updated',
      title: 'Your profile was changed',
      body: event.actor.kind === 'user' && event.source === 'portal' ? 'You changed it.' : 'See what is there now.',
      link: '/profile',
    };
  },
  'member.status.changed': statusNews,
  'member.extended': (event) => ({
    kind: 'extended',
    title: 'Your membership was extended',
    body: `It now runs until ${day(event.data.paidUntil)}.`,
    link: '/membership',
  }),
  'membership.activated': (event) => ({
    kind: 'membership-begun',
    title: 'Your membership has begun',
    body: `It is paid until ${day(event.data.paidUntil)}.`,
    link: '/membership',
  }),
  'membership.grace_started': (event) => ({
    kind: 'membership-grace',
    title: 'Your membership has run out',
    body: `It was paid until ${day(event.data.paidUntil)}. Renew it now and nothing is lost.`,
    link: '/membership',
  }),
  'membership.cancelled': membershipEnded,
  'membership.lapsed': () => ({
    kind: 'membership-lapsed',
    title: 'Your membership has ended',
    body: 'You can begin again whenever you like.',
    link: '/membership',
  }),
  'membership.renewal_due': (event) => ({
    kind: 'renewal-due',
    title: event.data.automatic ? 'Your membership renews soon' : 'Time to renew your membership',
    body: event.data.automatic ? 'See when, how much and with which card.' : 'It takes a minute.',
    link: '/membership',
  }),
  'membership.renewed': (event) => ({
    kind: 'renewed',
    title: 'Your membership is renewed',
    body: `It is paid until ${day(event.data.paidUntil)}.`,
    link: '/membership',
  }),
  'membership.renewal_failed': () => ({
    kind: 'renewal-failed',
    title: 'Your membership could not be renewed',
    body: 'The card was not charged. Pay with another one, or try again.',
    link: '/membership',
  }),
  'support.replied': (event) => ({
    kind: 'help-replied',
    title: 'We answered your question',
    body: `It was about: ${helpTopicLabel(String(event.data.topic))}. Read the answer on the help page.`,
    link: '/help#questions',
  }),
  'support.answered': (event) => ({
    kind: 'help-answered',
    title: 'Your question was answered',
    body: `It was about: ${helpTopicLabel(String(event.data.topic))}.`,
    link: '/help',
  }),
  'support.requested': () => ({
    kind: 'help-received',
    title: 'We have your question',
    body: 'Someone answers within two working days.',
    link: '/help',
  }),
};

export interface NotifyJob extends Omit<Wanted, 'memberId'> {
  memberId: string | null;
  userId: string | null;
  eventId: string;
  at: string;
}

const namespace = '5a3cbb0e-1c2f-5d9c-8d62-0f6f4f1f9a11';

/** Puts a notification into the portal. Runs in one transaction with the job's completion, so it is there once. */
export async function notify(tx: TxCtx, job: NotifyJob): Promise<void> {
  const userId = job.userId ?? (job.memberId && (await userOfMember(tx, job.memberId))?.id);
  if (!userId) return;
  const id = uuidv5(`${job.kind}:${job.eventId}`, namespace);
  const inserted = await tx.sql`
    insert into notifications (id, user_id, member_id, kind, title, body, link, event_id, created_at)
    values (${id}, ${userId}, ${job.memberId}, ${job.kind}, ${job.title}, ${job.body}, ${job.link}, ${job.eventId}, ${job.at})
    on conflict do nothing returning id`;
  if (inserted.length === 0) return;
  await append(tx, `notification-${id}`, 'new', [
    {
      type: 'notification.sent',
      data: { ...(job.memberId ? { memberId: job.memberId } : {}), userId, notificationId: id, channel: 'in-app' },
    },
  ]);
}
