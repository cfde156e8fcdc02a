import { cardInWords } from '#server/cards/queries/cards.ts';
import { cardName, expiryOf } from '#server/cards/rules.ts';
import type { Ctx, TxCtx } from '#server/context/context.ts';
import { creditInWords, documentInWords, refundInWords } from '#server/documents/queries/mail.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import type { TemplateInput } from '#server/integrations/mail/index.ts';

export const moneyTemplates = ['receipt', 'invoice', 'refunded', 'card-expiring'] as const;
type Template = (typeof moneyTemplates)[number];

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const templateOfDocument: Record<string, Template> = {
  receipt: 'receipt',
  invoice: 'invoice',
  credit_note: 'refunded',
};

/** Which mail an event about money causes. */
export const moneyMailOf: Record<string, (event: StoredEvent) => { template: Template; facts: JsonObject } | null> = {
  'document.issued': ({ data }) => {
    const template = templateOfDocument[text(data.kind)];
    return template ? { template, facts: { documentId: text(data.documentId) } } : null;
  },
  // Of a refund that takes a sale back its credit note tells: that is seen when the mail is made.
  'payment.refunded': ({ data, occurredAt }) => ({
    template: 'refunded',
    facts: { refundId: text(data.refundId), on: occurredAt.slice(0, 10) },
  }),
  'card.expiring': ({ data }) => ({
    template: 'card-expiring',
    facts: { cardId: text(data.cardId), expires: text(data.expires) },
  }),
};

interface Common {
  organisation: string;
  givenName: string | null;
}
type Job = { facts: { readonly [name: string]: unknown } };
type Compose<Name extends Template> = (
  tx: TxCtx,
  who: unknown,
  job: Job,
  common: Common,
) => Promise<TemplateInput<Name> | null>;

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

const url = (ctx: Ctx, path: string) => new URL(path, ctx.app.settings.GUILDHALL_URL).toString();

/** Where its reader goes on: to the order itself; money that is for none moves on the account. */
const seeOf = (ctx: Ctx, orderId: string | null) =>
  orderId === null
    ? { seeLabel: 'See your account', seeUrl: url(ctx, '/account') }
    : { seeLabel: 'See this order', seeUrl: url(ctx, `/orders/${orderId}`) };

async function documentInput(tx: TxCtx, { facts }: Job, common: Common): Promise<TemplateInput<'receipt'>> {
  const { number, total, lines, issuedOn, orderId } = await documentInWords(tx, text(facts.documentId));
  return { ...common, number, total, lines, issuedOn, ...seeOf(tx, orderId) };
}

/** null: there is nothing to say about it, for another mail does, or the card was changed meanwhile. */
export const composeMoneyMail: { [Name in Template]: Compose<Name> } = {
  receipt: (tx, _who, job, common) => documentInput(tx, job, common),
  invoice: (tx, _who, job, common) => documentInput(tx, job, common),
  refunded: async (tx, _who, { facts }, common) => {
    const documentId = text(facts.documentId);
    const told = documentId
      ? await creditInWords(tx, documentId)
      : await refundInWords(tx, text(facts.refundId), text(facts.on));
    if (told === null) return null;
    const { orderId, ...words } = told;
    return { ...common, ...words, ...seeOf(tx, orderId) };
  },
  'card-expiring': async (tx, _who, { facts }, common) => {
    const card = await cardInWords(tx, text(facts.cardId));
    const expires = text(facts.expires);
    if (card === null || expires !== expiryOf(card.expYear, card.expMonth)) return null;
    const { brand, last4, forRenewals } = card;
    return {
      ...common,
      card: cardName(brand, last4),
      expires: monthName.format(new Date(`${expires}-01`)),
      usedFor: forRenewals ? 'your renewals' : 'your purchases',
      cardsUrl: url(tx, '/cards'),
    };
  },
};
