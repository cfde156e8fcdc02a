import type { Ctx, TxCtx } from '#server/context/context.ts';
import { moneyText } from '#server/documents/money.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import type { TemplateInput } from '#server/integrations/mail/index.ts';

export const loanTemplates = ['loan-granted', 'loan-rejected', 'loan-late', 'loan-settled'] as const;
type Template = (typeof loanTemplates)[number];

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** `€1,200.00`: what an event about a loan is about. */
function amountOf({ data }: StoredEvent): string {
  // The events were checked against their schemas when they were appended.
  const { amount, currency } = data.amount as { amount: number; currency: string };
  return moneyText(amount, currency);
}

const mail = (template: Template) => (event: StoredEvent) => ({
  template,
  facts: { loanId: text(event.data.loanId), amount: amountOf(event), dueOn: text(event.data.dueOn) },
});

/** Which mail a loan's event causes. */
export const loanMailOf: Record<string, (event: StoredEvent) => { template: Template; facts: JsonObject }> = {
  'loan.disbursed': mail('loan-granted'),
  'loan.rejected': mail('loan-rejected'),
  'loan.in_arrears': mail('loan-late'),
  'loan.settled': mail('loan-settled'),
};

/** What a member reads in the portal of their loan. */
export const loanNewsOf: Record<
  string,
  (event: StoredEvent) => { kind: string; title: string; body: string; link: string }
> = {
  'loan.disbursed': (event) => ({
    kind: 'loan-granted',
    title: 'Your loan is granted',
    body: `${amountOf(event)} is in your account.`,
    link: linkOf(event),
  }),
  'loan.rejected': (event) => ({
    kind: 'loan-rejected',
    title: 'Your loan is not granted',
    body: 'Write to us if you want to talk about it.',
    link: linkOf(event),
  }),
  'loan.in_arrears': (event) => ({
    kind: 'loan-late',
    title: 'An instalment of your loan is late',
    body: `${amountOf(event)} is missing.`,
    link: linkOf(event),
  }),
  'loan.settled': (event) => ({
    kind: 'loan-settled',
    title: 'Your loan is paid back',
    body: 'Nothing is owed any more.',
    link: linkOf(event),
  }),
};

const linkOf = ({ data }: StoredEvent) => `/loans/${text(data.loanId)}`;

interface Common {
  organisation: string;
  givenName: string | null;
}
type Job = { facts: { readonly [name: string]: unknown } };
type Compose<Name extends Template> = (tx: TxCtx, who: unknown, job: Job, common: Common) => TemplateInput<Name>;

function about(ctx: Ctx, { facts }: Job, common: Common) {
  const loanUrl = new URL(`/loans/${text(facts.loanId)}`, ctx.app.settings.GUILDHALL_URL).toString();
  return { ...common, amount: text(facts.amount), loanUrl };
}

export const composeLoanMail: { [Name in Template]: Compose<Name> } = {
  'loan-granted': (tx, _who, job, common) => about(tx, job, common),
  'loan-rejected': (tx, _who, job, common) => about(tx, job, common),
  'loan-late': (tx, _who, job, common) => ({ ...about(tx, job, common), dueOn: text(job.facts.dueOn) }),
  'loan-settled': (tx, _who, job, common) => about(tx, job, common),
};
