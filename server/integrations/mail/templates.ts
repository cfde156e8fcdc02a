import { type MailContent, type RenderedMail, renderMail } from './layout.ts';
import { type LoanTemplateInputs, loanTemplates } from './loan-templates.ts';
import { type MembershipTemplateInputs, membershipTemplates } from './membership-templates.ts';
import { type MoneyTemplateInputs, moneyTemplates } from './money-templates.ts';
import { counted, day, greeting, instant } from './wording.ts';

/** What every mail needs. Links are absolute http(s) addresses, times RFC 3339. */
interface Common {
  organisation: string;
  givenName: string | null;
}

export interface VerifyEmailInput extends Common {
  verifyUrl: string;
  expiresInHours: number;
}

export function verifyEmail(input: VerifyEmailInput): RenderedMail {
  return mail(input, {
    subject: `Confirm your e-mail address for ${input.organisation}`,
    preheader: `One click and your ${input.organisation} account is ready.`,
    heading: 'Confirm your e-mail address',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(`Thank you for joining ${input.organisation}. Please confirm that this address is yours.`),
      { kind: 'button', label: 'Confirm address', url: input.verifyUrl },
      { kind: 'note', text: `The link works once, for ${counted(input.expiresInHours, 'hour')}.` },
    ],
    footer: `You get this mail because someone joined ${input.organisation} with this address. If it was not you, ignore it: nothing happens without your confirmation.`,
  });
}

export interface PasswordResetInput extends Common {
  resetUrl: string;
  expiresInMinutes: number;
}

export function passwordReset(input: PasswordResetInput): RenderedMail {
  return mail(input, {
    subject: `Set a new password for ${input.organisation}`,
    preheader: `The link works for ${counted(input.expiresInMinutes, 'minute')}.`,
    heading: 'Set a new password',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('Someone asked for a new password for your account. If that was you, choose one here.'),
      { kind: 'button', label: 'Choose a new password', url: input.resetUrl },
      {
        kind: 'note',
        text: `The link works once, for ${counted(input.expiresInMinutes, 'minute')}. A new password signs you out on all devices.`,
      },
    ],
    footer: 'If you did not ask for this, ignore this mail: your password stays as it is.',
  });
}

export interface WelcomeInput extends Common {
  memberNumber: string;
  planName: string | null;
  portalUrl: string;
}

export function welcome(input: WelcomeInput): RenderedMail {
  const plan = input.planName === null ? [] : ([['Plan', input.planName]] as const);
  return mail(input, {
    subject: `Welcome to ${input.organisation}`,
    preheader: `Your member number is ${input.memberNumber}.`,
    heading: `Welcome to ${input.organisation}`,
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(
        'Your address is confirmed and your account is ready. Please keep your member number: we ask for it when you call.',
      ),
      { kind: 'facts', rows: [['Member number', input.memberNumber], ...plan] },
      paragraph(
        'In your portal you see your membership, keep your details current and choose what we write to you about.',
      ),
      { kind: 'button', label: 'Open your portal', url: input.portalUrl },
    ],
    footer: `You get this mail because you joined ${input.organisation}.`,
  });
}

export interface ProfileUpdatedInput extends Common {
  /** Names of the changed fields as a person reads them (`Phone number`); never values. */
  changedFields: readonly string[];
  changedAt: string;
  profileUrl: string;
}

export function profileUpdated(input: ProfileUpdatedInput): RenderedMail {
  return mail(input, {
    subject: `Your details at ${input.organisation} were changed`,
    preheader: `Changed: ${input.changedFields.join(', ')}.`,
    heading: 'Your details were changed',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(`On ${instant(input.changedAt)} these details of your account were changed:`),
      { kind: 'list', items: input.changedFields },
      paragraph('For your safety we do not repeat the values in a mail. You can see them in your profile.'),
      { kind: 'button', label: 'See your profile', url: input.profileUrl },
      { kind: 'note', text: 'Not you? Change your password, and tell us.' },
    ],
    footer: 'We write to you about every change of your details; this cannot be turned off.',
  });
}

export interface AccountLockedInput extends Common {
  lockedForMinutes: number;
  resetUrl: string;
}

export function accountLocked(input: AccountLockedInput): RenderedMail {
  return mail(input, {
    subject: `Your ${input.organisation} account is locked for ${counted(input.lockedForMinutes, 'minute')}`,
    preheader: 'There were too many failed attempts to sign in.',
    heading: 'Your account is locked for a while',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(
        `Someone tried several times to sign in to your account with a wrong password. To protect it, nobody can sign in for ${counted(input.lockedForMinutes, 'minute')}. After that it opens by itself.`,
      ),
      paragraph('If it was you and you forgot the password, set a new one:'),
      { kind: 'button', label: 'Set a new password', url: input.resetUrl },
      { kind: 'note', text: 'If it was not you, your password did its work. A new one does no harm.' },
    ],
    footer: 'This mail concerns the safety of your account; it cannot be turned off.',
  });
}

export interface EmailAlreadyRegisteredInput extends Common {
  signInUrl: string;
  resetUrl: string;
}

export function emailAlreadyRegistered(input: EmailAlreadyRegisteredInput): RenderedMail {
  return mail(input, {
    subject: `You already have an account at ${input.organisation}`,
    preheader: 'Someone tried to join with your address.',
    heading: 'You already have an account',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(
        `Someone just tried to join ${input.organisation} with this address. There is an account for it already, so no second one was made.`,
      ),
      paragraph('If it was you, simply sign in:'),
      { kind: 'button', label: 'Sign in', url: input.signInUrl },
      paragraph('If you do not remember the password, you can set a new one:'),
      { kind: 'link', label: 'Set a new password', url: input.resetUrl },
    ],
    footer: 'If it was not you, there is nothing to do: whoever it was saw nothing of your account.',
  });
}

export interface NewSignInInput extends Common {
  /** As a person reads it: `Firefox on Linux`. */
  device: string;
  signedInAt: string;
  sessionsUrl: string;
}

export function newSignIn(input: NewSignInInput): RenderedMail {
  return mail(input, {
    subject: `New sign-in to your ${input.organisation} account`,
    preheader: `${input.device}, ${instant(input.signedInAt)}`,
    heading: 'New sign-in to your account',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('Your account was just used from a device that we have not seen before.'),
      {
        kind: 'facts',
        rows: [
          ['Device', input.device],
          ['Time', instant(input.signedInAt)],
        ],
      },
      paragraph('If it was you, all is well. If not, end that session and change your password.'),
      { kind: 'button', label: 'Review your sessions', url: input.sessionsUrl },
    ],
    footer: 'This mail concerns the safety of your account; it cannot be turned off.',
  });
}

export interface SessionEndedInput extends Common {
  device: string;
  endedAt: string;
  sessionsUrl: string;
}

export function sessionEnded(input: SessionEndedInput): RenderedMail {
  return mail(input, {
    subject: `A device was signed out of your ${input.organisation} account`,
    preheader: `${input.device}, ${instant(input.endedAt)}`,
    heading: 'A device was signed out',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('This session of your account was ended:'),
      {
        kind: 'facts',
        rows: [
          ['Device', input.device],
          ['Time', instant(input.endedAt)],
        ],
      },
      { kind: 'button', label: 'Review your sessions', url: input.sessionsUrl },
    ],
    footer: 'If you did not ask for this, change your password and tell us.',
  });
}

export interface MemberResignedInput extends Common {
  memberNumber: string;
  /** The last day of the membership, YYYY-MM-DD. */
  endsOn: string;
  portalUrl: string;
}

export function memberResigned(input: MemberResignedInput): RenderedMail {
  return mail(input, {
    subject: `Your resignation from ${input.organisation}`,
    preheader: `Your membership ends on ${day(input.endsOn)}.`,
    heading: 'We have recorded your resignation',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('We are sorry to see you go, and thank you for the time you were with us.'),
      {
        kind: 'facts',
        rows: [
          ['Member number', input.memberNumber],
          ['Membership ends on', day(input.endsOn)],
        ],
      },
      paragraph(
        'Nothing more is charged. Until then you keep the rights of your plan; you can download your data any time.',
      ),
      { kind: 'button', label: 'Open your portal', url: input.portalUrl },
      { kind: 'note', text: 'Changed your mind? Come back in your portal, any time. Not you? Write to us.' },
    ],
    footer: `You get this mail because you are a member of ${input.organisation}.`,
  });
}

export interface HelpRequestReceivedInput extends Common {
  /** The number that both sides quote. */
  reference: string;
  topic: string;
  receivedAt: string;
  helpUrl: string;
}

export function helpRequestReceived(input: HelpRequestReceivedInput): RenderedMail {
  return mail(input, {
    subject: `We have your question (${input.reference})`,
    preheader: 'A person reads it and answers you by mail.',
    heading: 'We have your question',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('Thank you for writing to us. A person reads your question and answers you by mail.'),
      {
        kind: 'facts',
        rows: [
          ['Reference', input.reference],
          ['About', input.topic],
          ['Received', instant(input.receivedAt)],
        ],
      },
      { kind: 'button', label: 'Open the help page', url: input.helpUrl },
    ],
    footer: 'You get this mail because you asked for help while you were signed in.',
  });
}

export interface HelpRequestRepliedInput extends Common {
  reference: string;
  topic: string;
  askedAt: string;
  /** What staff wrote, plain. */
  paragraphs: readonly string[];
  helpUrl: string;
}

export function helpRequestReplied(input: HelpRequestRepliedInput): RenderedMail {
  return mail(input, {
    subject: `Our answer to your question (${input.reference})`,
    preheader: `You asked about: ${input.topic}.`,
    heading: 'Our answer to your question',
    blocks: [
      paragraph(greeting(input.givenName)),
      ...input.paragraphs.map(paragraph),
      {
        kind: 'facts',
        rows: [
          ['Reference', input.reference],
          ['About', input.topic],
          ['Asked', instant(input.askedAt)],
        ],
      },
      { kind: 'button', label: 'See question and answer', url: input.helpUrl },
      { kind: 'note', text: 'Something is still open? Write to us again on the help page.' },
    ],
    footer: 'You get this mail because you asked for help while you were signed in.',
  });
}

/** What each mail needs, by the name that events carry (`email.sent`). */
export interface TemplateInputs extends LoanTemplateInputs, MembershipTemplateInputs, MoneyTemplateInputs {
  'verify-email': VerifyEmailInput;
  'password-reset': PasswordResetInput;
  welcome: WelcomeInput;
  'profile-updated': ProfileUpdatedInput;
  'account-locked': AccountLockedInput;
  'email-already-registered': EmailAlreadyRegisteredInput;
  'new-sign-in': NewSignInInput;
  'session-ended': SessionEndedInput;
  'member-resigned': MemberResignedInput;
  'help-request-received': HelpRequestReceivedInput;
  'help-request-replied': HelpRequestRepliedInput;
}

export type TemplateName = keyof TemplateInputs;
export type TemplateInput<Name extends TemplateName> = TemplateInputs[Name];

export const templates: { readonly [Name in TemplateName]: (input: TemplateInputs[Name]) => RenderedMail } = {
  ...loanTemplates,
  ...membershipTemplates,
  ...moneyTemplates,
  'verify-email': verifyEmail,
  'password-reset': passwordReset,
  welcome,
  'profile-updated': profileUpdated,
  'account-locked': accountLocked,
  'email-already-registered': emailAlreadyRegistered,
  'new-sign-in': newSignIn,
  'session-ended': sessionEnded,
  'member-resigned': memberResigned,
  'help-request-received': helpRequestReceived,
  'help-request-replied': helpRequestReplied,
};

function mail({ organisation }: Common, content: Omit<MailContent, 'organisation'>): RenderedMail {
  return renderMail({ organisation, ...content });
}

function paragraph(text: string) {
  return { kind: 'paragraph', text } as const;
}
