import { defineReaction } from '#server/events/define.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import { helpReference } from '#server/members/rules.ts';
import { jobIdOf } from '#server/queue/enqueue.ts';
import { inAppOf } from './in-app.ts';
import { loanMailOf, loanTemplates } from './loan-mails.ts';
import { membershipMailOf, membershipTemplates } from './membership-mails.ts';
import { moneyMailOf, moneyTemplates } from './money-mails.ts';

/** What a mail job knows: ids, and facts that are not personal. Everything else is read when the mail is made. */
export interface MailJob {
  /** Made from what is meant, not from the attempt: a job that is redriven is another job, but sends the same mail. */
  mailId: string;
  template: MailTemplate;
  memberId: string | null;
  userId: string | null;
  facts: JsonObject;
}

export const mailTemplates = [
  'verify-email',
  'password-reset',
  'welcome',
  'profile-updated',
  'account-locked',
  'member-resigned',
  'help-request-received',
  'help-request-replied',
  ...loanTemplates,
  ...membershipTemplates,
  ...moneyTemplates,
] as const;
export type MailTemplate = (typeof mailTemplates)[number];

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);

const changedFields = (event: StoredEvent): string[] => {
  const changes = event.data.changes;
  const fields = changes && typeof changes === 'object' ? Object.keys(changes) : [];
  return textOf(event.data.pendingEmail) === null ? fields : [...fields, 'pendingEmail'];
};

/** Which mail an event causes, if any. */
const mailOf: Record<string, (event: StoredEvent) => { template: MailTemplate; facts?: JsonObject } | null> = {
  // People who are imported have an account elsewhere already: no mail goes out to thousands at once.
  'member.registered': (event) => (event.data.channel === 'import' ? null : { template: 'verify-email' }),
  'member.verification.requested': () => ({ template: 'verify-email' }),
  // One is welcomed once, however many addresses one moves to.
  'member.verified': (event) => (event.data.again ? null : { template: 'welcome' }),
  // Of a new address the owner of the old one hears: see below.
  'member.profile.updated': (event) =>
    textOf(event.data.previousEmail) === null && changedFields(event).length > 0
      ? { template: 'profile-updated', facts: { fields: changedFields(event), at: event.occurredAt } }
      : null,
  'member.status.changed': (event) =>
    event.data.to === 'resigned' ? { template: 'member-resigned', facts: { at: event.occurredAt } } : null,
  'support.requested': (event) => ({
    template: 'help-request-received',
    facts: {
      topic: textOf(event.data.topic),
      at: event.occurredAt,
      reference: helpReference(textOf(event.data.requestId) ?? event.id),
    },
  }),
  'support.replied': (event) => ({ template: 'help-request-replied', facts: { replyId: textOf(event.data.replyId) } }),
  'password.reset.requested': () => ({ template: 'password-reset' }),
  'session.locked': (event) => ({ template: 'account-locked', facts: { minutes: Number(event.data.minutes ?? 15) } }),
  ...loanMailOf,
  ...membershipMailOf,
  ...moneyMailOf,
};

const mail = defineReaction({
  name: 'mail',
  types: Object.keys(mailOf),
  queue: 'mail',
  payload: (event) => {
    const wanted = mailOf[event.type]?.(event);
    return wanted
      ? {
          mailId: jobIdOf('mail', event.id),
          template: wanted.template,
          memberId: textOf(event.data.memberId),
          userId: textOf(event.data.userId),
          facts: wanted.facts ?? {},
        }
      : null;
  },
});

/**
 * Who moves to a new address is told at the one that signs in, as it was at that moment: it may have been somebody else who
 * moved it, and by the time of the mail the new one may sign in.
 */
const mailToPreviousAddress = defineReaction({
  name: 'mail-previous-address',
  types: ['member.profile.updated'],
  queue: 'mail',
  payload: (event) => {
    const to = textOf(event.data.previousEmail);
    return to
      ? {
          mailId: jobIdOf('mail-previous-address', event.id),
          template: 'profile-updated',
          memberId: textOf(event.data.memberId),
          userId: null,
          facts: { fields: changedFields(event), at: event.occurredAt, sealedTo: to },
        }
      : null;
  },
});

const inApp = defineReaction({
  name: 'in-app',
  types: Object.keys(inAppOf),
  queue: 'notify',
  payload: (event) => {
    const wanted = inAppOf[event.type]?.(event);
    return wanted
      ? {
          ...wanted,
          memberId: wanted.memberId ?? textOf(event.data.memberId),
          userId: textOf(event.data.userId),
          eventId: event.id,
          at: event.occurredAt,
        }
      : null;
  },
});

export const reactions = [mail, mailToPreviousAddress, inApp];
