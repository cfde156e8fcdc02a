import { type MailContent, type RenderedMail, renderMail } from './layout.ts';
import { counted, day, greeting } from './wording.ts';

interface Common {
  organisation: string;
  givenName: string | null;
}

export interface RenewalDueInput extends Common {
  planName: string;
  /** With its currency: `€129.00`. */
  amount: string;
  /** Whether it still runs. */
  situation: 'ends' | 'ended';
  /** The last day that is paid for. */
  lastDayOn: string;
  renewUrl: string;
  expiresInDays: number;
}

export function renewalDue(input: RenewalDueInput): RenderedMail {
  const when = `${input.situation} on ${day(input.lastDayOn)}`;
  return mail(input, {
    subject: `Your membership ${when}`,
    preheader: `Renew for ${input.amount}: one button, no password.`,
    heading: `Your membership ${when}`,
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('Renew with the button below. You need no password; it is for this renewal only.'),
      facts(input.planName, input.amount),
      { kind: 'button', label: `Renew · ${input.amount}`, url: input.renewUrl },
      { kind: 'note', text: `The link works for ${counted(input.expiresInDays, 'day')}. Do not pass it on.` },
    ],
    footer: `You get this mail because you are a member of ${input.organisation}.`,
  });
}

export interface RenewalPlannedInput extends Common {
  planName: string;
  amount: string;
  chargedOn: string;
  /** `Visa ••4242` */
  card: string;
  membershipUrl: string;
}

export function renewalPlanned(input: RenewalPlannedInput): RenderedMail {
  return mail(input, {
    subject: `Your membership renews on ${day(input.chargedOn)}`,
    preheader: `${input.amount} with ${input.card}. You need not do anything.`,
    heading: `Your membership renews on ${day(input.chargedOn)}`,
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('You need not do anything. Should you want another card or plan, or leave, do it before that day.'),
      {
        kind: 'facts',
        rows: [
          ['Plan', input.planName],
          ['Amount', input.amount],
          ['Charged on', day(input.chargedOn)],
          ['Card', input.card],
        ],
      },
      { kind: 'button', label: 'See your membership', url: input.membershipUrl },
    ],
    footer: `You get this mail because your membership of ${input.organisation} renews by itself.`,
  });
}

export interface RenewedInput extends Common {
  planName: string;
  paidUntilOn: string;
  membershipUrl: string;
}

export function renewed(input: RenewedInput): RenderedMail {
  return mail(input, {
    subject: 'Your membership is renewed',
    preheader: `It is paid until ${day(input.paidUntilOn)}.`,
    heading: 'Your membership is renewed',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('Thank you. The receipt is among your orders.'),
      {
        kind: 'facts',
        rows: [
          ['Plan', input.planName],
          ['Paid until', day(input.paidUntilOn)],
        ],
      },
      { kind: 'button', label: 'See your membership', url: input.membershipUrl },
    ],
    footer: `You get this mail because you are a member of ${input.organisation}.`,
  });
}

export interface PaymentFailedInput extends Common {
  planName: string;
  amount: string;
  /** Why, in a sentence or two. */
  why: string;
  /** What we do about it. */
  next: string;
  renewUrl: string;
  expiresInDays: number;
}

export function paymentFailed(input: PaymentFailedInput): RenderedMail {
  return mail(input, {
    subject: 'Your membership could not be renewed',
    preheader: input.why,
    heading: 'Your membership could not be renewed',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(input.why),
      paragraph(`${input.next} Sooner than that, you can pay with the button below, with this card or another.`),
      facts(input.planName, input.amount),
      { kind: 'button', label: `Renew · ${input.amount}`, url: input.renewUrl },
      { kind: 'note', text: `The link works for ${counted(input.expiresInDays, 'day')}. Do not pass it on.` },
    ],
    footer: `You get this mail because your membership of ${input.organisation} renews by itself.`,
  });
}

export interface LapsedInput extends Common {
  planName: string;
  endedOn: string;
  joinUrl: string;
}

export function lapsed(input: LapsedInput): RenderedMail {
  return mail(input, {
    subject: `Your membership of ${input.organisation} has lapsed`,
    preheader: `It ended on ${day(input.endedOn)}. You are welcome to come back.`,
    heading: 'Your membership has lapsed',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('It was not renewed within a month of its end. You are welcome to come back at any time.'),
      {
        kind: 'facts',
        rows: [
          ['Plan', input.planName],
          ['Ended on', day(input.endedOn)],
        ],
      },
      { kind: 'button', label: 'Join again', url: input.joinUrl },
    ],
    footer: `You get this mail because you were a member of ${input.organisation}.`,
  });
}

export interface CancelledInput extends Common {
  planName: string;
  endsOn: string;
  membershipUrl: string;
}

export function cancelled(input: CancelledInput): RenderedMail {
  return mail(input, {
    subject: 'Your membership is cancelled',
    preheader: `It ends on ${day(input.endsOn)}. Nothing more is charged.`,
    heading: 'Your membership is cancelled',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('It runs until the day below, and nothing more is charged. Until then you can take it back.'),
      {
        kind: 'facts',
        rows: [
          ['Plan', input.planName],
          ['Ends on', day(input.endsOn)],
        ],
      },
      { kind: 'button', label: 'See your membership', url: input.membershipUrl },
    ],
    footer: `You get this mail because you cancelled your membership of ${input.organisation}.`,
  });
}

const facts = (planName: string, amount: string) =>
  ({
    kind: 'facts',
    rows: [
      ['Plan', planName],
      ['Amount', amount],
    ],
  }) as const;

const paragraph = (text: string) => ({ kind: 'paragraph', text }) as const;

function mail({ organisation }: Common, content: Omit<MailContent, 'organisation'>): RenderedMail {
  return renderMail({ organisation, ...content });
}

export interface MembershipTemplateInputs {
  'renewal-due': RenewalDueInput;
  'renewal-planned': RenewalPlannedInput;
  renewed: RenewedInput;
  'payment-failed': PaymentFailedInput;
  lapsed: LapsedInput;
  cancelled: CancelledInput;
}

export const membershipTemplates = {
  'renewal-due': renewalDue,
  'renewal-planned': renewalPlanned,
  renewed,
  'payment-failed': paymentFailed,
  lapsed,
  cancelled,
};
