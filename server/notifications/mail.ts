import { issueToken } from '#server/access/mailed-tokens.ts';
import { type MailRecipient, mailRecipient } from '#server/access/queries/users.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { open, seal } from '#server/crypto/seals.ts';
import { documentAttachment } from '#server/documents/queries/mail.ts';
import { append } from '#server/events/append.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import { type TemplateInput, type TemplateName, templates } from '#server/integrations/mail/index.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { helpReplyForMail } from '#server/members/queries/help.ts';
import { helpTopicLabel } from '#server/members/rules.ts';
import './events.ts';
import { composeLoanMail } from './loan-mails.ts';
import { composeMembershipMail } from './membership-mails.ts';
import { composeMoneyMail } from './money-mails.ts';
import type { MailJob, MailTemplate } from './reactions.ts';

const verifyHours = 48;
const resetMinutes = 60;

const fieldNames: Record<string, string> = {
  givenName: 'Given name',
  familyName: 'Family name',
  email: 'E-mail address',
  pendingEmail: 'E-mail address, as soon as the new one is confirmed',
  phone: 'Phone number',
  dateOfBirth: 'Birth date',
  address: 'Postal address',
  mailChoices: 'Mail choices',
};

interface Common {
  organisation: string;
  givenName: string | null;
}
type Compose<Name extends TemplateName> = (
  tx: TxCtx,
  who: MailRecipient,
  job: MailJob,
  common: Common,
) => Promise<TemplateInput<Name> | null> | TemplateInput<Name>;

/** Makes the input of each template when the mail is first tried; it is then kept, so that every try sends the same mail. null: there is nothing to write any more. */
const compose: { [Name in MailTemplate]: Compose<Name> } = {
  ...composeLoanMail,
  ...composeMembershipMail,
  ...composeMoneyMail,
  'verify-email': async (tx, who, _job, common) => ({
    ...common,
    verifyUrl: portal(
      tx,
      `/verify-email?token=${await issueToken(tx, { userId: who.userId, purpose: 'verify-email' })}`,
    ),
    expiresInHours: verifyHours,
  }),
  'password-reset': async (tx, who, _job, common) => ({
    ...common,
    resetUrl: portal(
      tx,
      `/reset-password?token=${await issueToken(tx, { userId: who.userId, purpose: 'reset-password' })}`,
    ),
    expiresInMinutes: resetMinutes,
  }),
  welcome: (tx, who, _job, common) => ({
    ...common,
    memberNumber: who.memberNumber ?? '',
    planName: who.planName,
    portalUrl: portal(tx, '/'),
  }),
  'profile-updated': (tx, _who, job, common) => ({
    ...common,
    changedFields: list(job.facts.fields).map((field) => fieldNames[field] ?? field),
    changedAt: text(job.facts.at),
    profileUrl: portal(tx, '/profile'),
  }),
  'account-locked': (tx, _who, job, common) => ({
    ...common,
    lockedForMinutes: Number(job.facts.minutes),
    resetUrl: portal(tx, '/forgot-password'),
  }),
  'member-resigned': (tx, who, job, common) => ({
    ...common,
    memberNumber: who.memberNumber ?? '',
    endsOn: who.paidUntil ?? text(job.facts.at).slice(0, 10),
    portalUrl: portal(tx, '/'),
  }),
  'help-request-received': (tx, _who, job, common) => ({
    ...common,
    reference: text(job.facts.reference),
    topic: helpTopicLabel(text(job.facts.topic)),
    receivedAt: text(job.facts.at),
    helpUrl: portal(tx, '/help'),
  }),
  'help-request-replied': async (tx, _who, job, common) => {
    const reply = await helpReplyForMail(tx, text(job.facts.replyId));
    return reply && { ...common, ...reply, helpUrl: portal(tx, '/help#questions') };
  },
};

const portal = (ctx: Ctx, path: string) => new URL(path, ctx.app.settings.GUILDHALL_URL).toString();
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

interface Prepared {
  id: string;
  subjectId: string;
  messageId: string;
  sealed: string;
  status: string;
  memberId: string | null;
  userId: string;
}

/**
 * Sends the mail of a job. A try that was cut off after the server took the mail is repeated with the same Message-ID,
 * which is what receivers drop doubles by. Gives what is to be written together with the job's completion.
 */
export async function deliverMail(ctx: Ctx, job: MailJob): Promise<(tx: TxCtx) => Promise<void>> {
  const mail = await inTransaction(ctx, (tx) => prepare(tx, job));
  if (mail?.status !== 'queued') return async () => {};
  const key = await ctx.app.dataKeys.find(ctx.sql, mail.subjectId);
  // Erased between asking and sending: there is nobody to write to.
  if (!key) return (tx) => finish(tx, mail, 'failed', 'recipient erased');
  const { to, input } = JSON.parse(open(key, 'mailInput', mail.sealed)) as { to: string; input: never };
  const rendered = templates[job.template](input);
  const documentId = text(job.facts.documentId);
  const attachments = documentId ? [await documentAttachment(ctx, documentId)] : [];
  const call = await callPartner(ctx, { system: 'mail', operation: job.template, memberId: mail.memberId }, () =>
    withBreaker('mail', () =>
      partnersOf(ctx.app)
        .mail()
        .send({ messageId: mail.messageId, to, ...rendered, attachments }),
    ),
  );
  return async (tx) => {
    await call.record(tx);
    await finish(tx, mail, 'sent', null);
    await append(tx, `mail-${mail.id}`, 'new', [
      {
        type: 'email.sent',
        data: {
          ...(mail.memberId ? { memberId: mail.memberId } : {}),
          userId: mail.userId,
          template: job.template,
          mailId: mail.id,
        },
      },
    ]);
  };
}

async function prepare(tx: TxCtx, job: MailJob): Promise<Prepared | null> {
  const { mailId } = job;
  const existing = await load(tx, mailId);
  if (existing) return existing;
  const who = await mailRecipient(tx, { memberId: job.memberId, userId: job.userId });
  if (!who || isUnasked(job, who)) return null;
  const subjectId = who.memberId ?? who.userId;
  const key = await tx.app.dataKeys.obtain(tx.sql, subjectId);
  const common = { organisation: tx.app.settings.GUILDHALL_ORGANISATION, givenName: who.givenName };
  const input = await compose[job.template](tx, who, job, common);
  if (input === null) return null;
  const sealedTo = text(job.facts.sealedTo);
  // The link must reach the address that it verifies; everything else goes to the one that was verified.
  const address = job.template === 'verify-email' ? (who.pendingEmail ?? who.email) : who.email;
  const to = sealedTo ? open(key, 'email', sealedTo) : address;
  await tx.sql`
    insert into mails (id, member_id, user_id, template, input_sealed, subject_id, message_id, cause_event_id, correlation_id, created_at)
    values (${mailId}, ${who.memberId}, ${who.userId}, ${job.template},
      ${seal(key, 'mailInput', JSON.stringify({ to, input }))}, ${subjectId},
      ${`${mailId}@${new URL(tx.app.settings.GUILDHALL_URL).hostname}`}, ${tx.causationId}, ${tx.correlationId}, ${tx.now().toISOString()})
    on conflict (id) do nothing`;
  return load(tx, mailId);
}

/**
 * An address that nobody proved may be a stranger's: changing one's profile again and again must not fill their mailbox, nor may
 * they read what is answered to somebody else.
 */
const isUnasked = (job: MailJob, who: MailRecipient) =>
  !who.proved &&
  ((job.template === 'profile-updated' && !job.facts.sealedTo) || job.template === 'help-request-replied');

async function load(tx: TxCtx, mailId: string): Promise<Prepared | null> {
  const [row] = await tx.sql<Prepared[]>`
    update mails set attempts = attempts + 1 where id = ${mailId}
    returning id, subject_id as "subjectId", message_id as "messageId", input_sealed as sealed, status,
      member_id as "memberId", user_id as "userId"`;
  return row ?? null;
}

/** What the mail was made of (its link included) is not needed any more once it is out. */
async function finish(tx: TxCtx, mail: Prepared, status: 'sent' | 'failed', error: string | null): Promise<void> {
  await tx.sql`
    update mails set status = ${status}, error = ${error}, sent_at = ${status === 'sent' ? tx.now().toISOString() : null},
      input_sealed = '' where id = ${mail.id}`;
}
