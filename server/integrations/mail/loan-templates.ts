import { type RenderedMail, renderMail } from './layout.ts';
import { day, greeting } from './wording.ts';

export interface LoanInput {
  organisation: string;
  givenName: string | null;
  /** `€129.00`: what the mail is about. */
  amount: string;
  loanUrl: string;
}

export interface LoanLateInput extends LoanInput {
  dueOn: string;
}

interface Words {
  subject: string;
  heading: string;
  sentences: string[];
  button: string;
}

function mail({ organisation, givenName, loanUrl }: LoanInput, { subject, heading, sentences, button }: Words) {
  return renderMail({
    organisation,
    subject: `${subject} · ${organisation}`,
    preheader: sentences[0] ?? heading,
    heading,
    blocks: [
      { kind: 'paragraph', text: greeting(givenName) },
      ...sentences.map((text) => ({ kind: 'paragraph', text }) as const),
      { kind: 'button', label: button, url: loanUrl },
    ],
    footer: `You get this mail because you asked ${organisation} for a loan.`,
  });
}

const granted = (input: LoanInput): RenderedMail =>
  mail(input, {
    subject: `Your loan of ${input.amount} is granted`,
    heading: 'Your loan is granted',
    sentences: [
      `${input.amount} is in your account.`,
      'The first instalment is due in a month; the plan is in your portal.',
    ],
    button: 'See the instalments',
  });

const rejected = (input: LoanInput): RenderedMail =>
  mail(input, {
    subject: 'Your application for a loan',
    heading: 'We cannot grant your loan',
    sentences: [
      `We have looked at your application for ${input.amount}, and cannot grant it.`,
      'Answer this mail if you want to talk about it, or about another way.',
    ],
    button: 'See your application',
  });

const late = (input: LoanLateInput): RenderedMail =>
  mail(input, {
    subject: 'An instalment of your loan is late',
    heading: 'An instalment is late',
    sentences: [
      `${input.amount} was due on ${day(input.dueOn)}, and has not reached us.`,
      'You can pay it from your account or by card. If you cannot, answer this mail: the sooner we know, the more we can do.',
    ],
    button: `Pay ${input.amount}`,
  });

const settled = (input: LoanInput): RenderedMail =>
  mail(input, {
    subject: 'Your loan is paid back',
    heading: 'Your loan is paid back',
    sentences: [`The ${input.amount} that we lent you is paid back. Nothing is owed any more. Thank you.`],
    button: 'See the loan',
  });

export interface LoanTemplateInputs {
  'loan-granted': LoanInput;
  'loan-rejected': LoanInput;
  'loan-late': LoanLateInput;
  'loan-settled': LoanInput;
}

export const loanTemplates = {
  'loan-granted': granted,
  'loan-rejected': rejected,
  'loan-late': late,
  'loan-settled': settled,
};
