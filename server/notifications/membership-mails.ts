import type { Ctx, TxCtx } from '#server/context/context.ts';
import { moneyText } from '#server/documents/money.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import type { TemplateInput } from '#server/integrations/mail/index.ts';
import { issueRenewalLink } from '#server/memberships/commands/links.ts';
import { membershipInWords } from '#server/memberships/queries/mail.ts';
import { wordsOf } from '#server/payments/rules.ts';

export const membershipTemplates = [
  'renewal-due',
  'renewal-planned',
  'renewed',
  'payment-failed',
  'lapsed',
  'cancelled',
] as const;
type Template = (typeof membershipTemplates)[number];

interface Facts {
  membershipId: string;
  endsOn: string;
  on: string;
  amount: string;
  code: string;
  nextTryOn: string;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

function factsOf(event: StoredEvent): Facts & { [name: string]: string } {
  // The events were checked against their schemas when they were appended.
  const { period, amount, membershipId, code, nextTryOn } = event.data;
  const { from } = period as { from: string };
  const money = amount as { amount: number; currency: string } | undefined;
  return {
    membershipId: text(membershipId),
    endsOn: from,
    on: event.occurredAt.slice(0, 10),
    amount: money ? moneyText(money.amount, money.currency) : '',
    code: text(code),
    nextTryOn: text(nextTryOn),
  };
}

const mail = (template: Template) => (event: StoredEvent) => ({ template, facts: factsOf(event) });

/** Which mail a membership's event causes. Receipts for what was paid are the orders' own. */
export const membershipMailOf: Record<string, (event: StoredEvent) => ReturnType<ReturnType<typeof mail>> | null> = {
  'membership.renewal_due': (event) => mail(event.data.automatic ? 'renewal-planned' : 'renewal-due')(event),
  'membership.renewed': mail('renewed'),
  'membership.renewal_failed': mail('payment-failed'),
  'membership.lapsed': mail('lapsed'),
  // Who resigned gets the mail about that.
  'membership.cancel_asked': (event) => (event.data.cause ? null : mail('cancelled')(event)),
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

const url = (ctx: Ctx, path: string) => new URL(path, ctx.app.settings.GUILDHALL_URL).toString();

/** null: there is nothing to write about any more, for it was renewed, cancelled or ended meanwhile. */
export const composeMembershipMail: { [Name in Template]: Compose<Name> } = {
  'renewal-due': async (tx, _who, { facts }, common) => {
    const { membershipId, endsOn, on, amount } = facts as unknown as Facts;
    const words = await membershipInWords(tx, membershipId);
    if (words?.dueOn !== endsOn) return null;
    const token = await issueRenewalLink(tx, { membershipId, endsOn });
    if (!token) return null;
    return {
      ...common,
      planName: words.nextPlanName,
      amount,
      situation: endsOn > on ? 'ends' : 'ended',
      lastDayOn: words.endsOn,
      renewUrl: url(tx, `/renew?token=${token}`),
      expiresInDays: words.linkDays,
    };
  },
  'renewal-planned': async (tx, _who, { facts }, common) => {
    const { membershipId, endsOn, amount } = facts as unknown as Facts;
    const words = await membershipInWords(tx, membershipId);
    if (words?.dueOn !== endsOn || !words.autoRenew) return null;
    return {
      ...common,
      planName: words.nextPlanName,
      amount,
      chargedOn: endsOn,
      card: words.card,
      membershipUrl: url(tx, '/membership'),
    };
  },
  renewed: async (tx, _who, { facts }, common) => {
    const words = await membershipInWords(tx, (facts as unknown as Facts).membershipId);
    if (!words) return null;
    return { ...common, planName: words.planName, paidUntilOn: words.endsOn, membershipUrl: url(tx, '/membership') };
  },
  'payment-failed': async (tx, _who, { facts }, common) => {
    const { membershipId, endsOn, amount, code, nextTryOn } = facts as unknown as Facts;
    const words = await membershipInWords(tx, membershipId);
    if (words?.dueOn !== endsOn) return null;
    const token = await issueRenewalLink(tx, { membershipId, endsOn });
    if (!token) return null;
    return {
      ...common,
      planName: words.nextPlanName,
      amount,
      why: reasons[code] ?? wordsOf(code) ?? 'The bank refused the payment. Nothing was charged.',
      next:
        nextTryOn && words.autoRenew
          ? `We try the card again on ${dayInWords(nextTryOn)}.`
          : 'We do not try the card again.',
      renewUrl: url(tx, `/renew?token=${token}`),
      expiresInDays: words.linkDays,
    };
  },
  lapsed: async (tx, _who, { facts }, common) => {
    const words = await membershipInWords(tx, (facts as unknown as Facts).membershipId);
    if (!words) return null;
    return { ...common, planName: words.planName, endedOn: words.endsOn, joinUrl: url(tx, '/membership') };
  },
  cancelled: async (tx, _who, { facts }, common) => {
    const words = await membershipInWords(tx, (facts as unknown as Facts).membershipId);
    if (!words) return null;
    return { ...common, planName: words.planName, endsOn: words.endsOn, membershipUrl: url(tx, '/membership') };
  },
};

const reasons: Record<string, string> = {
  authentication_required: 'Your bank asks you to confirm the payment yourself. Nothing was charged.',
  no_card: 'There is no card any more that it could be paid with.',
};

const dayInWords = (day: string) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(day));
