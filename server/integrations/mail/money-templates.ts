import { type MailContent, type RenderedMail, renderMail } from './layout.ts';
import { day, greeting } from './wording.ts';

interface Common {
  organisation: string;
  givenName: string | null;
}

/** Where the reader sees more of it. */
interface See {
  seeLabel: string;
  seeUrl: string;
}

/** As an earlier version composed it: such mails may still wait to be sent. */
type Older<Input extends See> = Omit<Input, 'lines' | keyof See> & { ordersUrl: string };

interface DocumentInput extends Common, See {
  number: string;
  /** `€129.00` */
  total: string;
  /** What was bought, and its amount. */
  lines: readonly (readonly [what: string, amount: string])[];
  issuedOn: string;
}

export function receipt(input: DocumentInput | Older<DocumentInput>): RenderedMail {
  return mail(input, {
    subject: `Your receipt ${input.number} from ${input.organisation}`,
    preheader: `${input.total}${forWhat(input)}. The receipt is attached.`,
    heading: 'Thank you, this is paid',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('We have received your payment. The receipt is attached to this mail as a PDF.'),
      { kind: 'facts', rows: documentRows('Receipt', input) },
      see(input),
    ],
    footer: `You get this mail because you paid ${input.organisation}.`,
  });
}

export function invoice(input: DocumentInput | Older<DocumentInput>): RenderedMail {
  return mail(input, {
    subject: `Invoice ${input.number} from ${input.organisation}`,
    preheader: `${input.total}${forWhat(input)}. The invoice is attached.`,
    heading: 'Your invoice',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph('The invoice is attached to this mail as a PDF. Please give its number when you pay.'),
      { kind: 'facts', rows: documentRows('Invoice', input) },
      see(input),
    ],
    footer: `You get this mail because ${input.organisation} has sold something to you on account.`,
  });
}

export interface RefundedInput extends Common, See {
  /** `€129.00` */
  amount: string;
  /** The credit note that is attached, if there is one. */
  number: string | null;
  /** `Visa ••4242`; null when it goes back by bank. */
  card: string | null;
  refundedOn: string;
}

export function refunded(input: RefundedInput | Older<RefundedInput>): RenderedMail {
  const where = input.card === null ? 'to your bank account' : `to your card (${input.card})`;
  const note = input.number === null ? [] : ([['Credit note', input.number]] as const);
  return mail(input, {
    subject: `${input.amount} goes back to you from ${input.organisation}`,
    preheader: `It goes back ${where}.`,
    heading: 'Your money goes back to you',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(`We have sent ${input.amount} back ${where}. Banks take up to ten days to show it.`),
      { kind: 'facts', rows: [['Amount', input.amount], ['Sent on', day(input.refundedOn)], ...note] },
      see(input),
    ],
    footer: `You get this mail because you paid ${input.organisation}.`,
  });
}

export interface CardExpiringInput extends Common {
  /** `Visa ••4242` */
  card: string;
  /** The month until whose end it works: `December 2026`. */
  expires: string;
  /** What it is kept for: `your renewals`. */
  usedFor: string;
  cardsUrl: string;
}

export function cardExpiring(input: CardExpiringInput): RenderedMail {
  return mail(input, {
    subject: `Your card at ${input.organisation} runs out in ${input.expires}`,
    preheader: `${input.card}. Add the new one in a minute.`,
    heading: 'Your card runs out soon',
    blocks: [
      paragraph(greeting(input.givenName)),
      paragraph(`The card that you keep with us, ${input.card}, works until the end of ${input.expires}.`),
      paragraph(`We keep it for ${input.usedFor}. Without a new one they cannot be paid with it.`),
      { kind: 'button', label: 'Add a new card', url: input.cardsUrl },
      { kind: 'note', text: 'We never ask for a card number by mail or on the telephone.' },
    ],
    footer: `You get this mail because you keep a card with ${input.organisation}.`,
  });
}

const linesOf = (input: DocumentInput | Older<DocumentInput>) => ('lines' in input ? input.lines : []);

function forWhat(input: DocumentInput | Older<DocumentInput>): string {
  const [first, second, ...rest] = linesOf(input).map(([what]) => what);
  if (first === undefined) return '';
  if (second === undefined) return ` for ${first}`;
  return rest.length === 0 ? ` for ${first} and ${second}` : ` for ${first} and ${rest.length + 1} more`;
}

function documentRows(
  kind: string,
  input: DocumentInput | Older<DocumentInput>,
): (readonly [what: string, value: string])[] {
  const lines = linesOf(input);
  return [
    ...lines,
    ...(lines.length === 1 ? [] : ([['Total', input.total]] as const)),
    [kind, input.number],
    ['Date', day(input.issuedOn)],
  ];
}

function see(input: See | { ordersUrl: string }) {
  const [label, url] = 'seeUrl' in input ? [input.seeLabel, input.seeUrl] : ['See your orders', input.ordersUrl];
  return { kind: 'button', label, url } as const;
}

const paragraph = (text: string) => ({ kind: 'paragraph', text }) as const;

function mail({ organisation }: Common, content: Omit<MailContent, 'organisation'>): RenderedMail {
  return renderMail({ organisation, ...content });
}

export interface MoneyTemplateInputs {
  receipt: DocumentInput;
  invoice: DocumentInput;
  refunded: RefundedInput;
  'card-expiring': CardExpiringInput;
}

export const moneyTemplates = { receipt, invoice, refunded, 'card-expiring': cardExpiring };
