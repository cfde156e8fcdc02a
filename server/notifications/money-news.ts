import { moneyText } from '#server/documents/money.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import { wordsOf } from '#server/payments/rules.ts';
import type { Wanted } from './wanted.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** `€1,200.00` */
function money(value: JsonObject[string] | undefined): string {
  // The events were checked against their schemas when they were appended.
  const { amount, currency } = value as { amount: number; currency: string };
  return moneyText(amount, currency);
}

const orderLink = ({ data }: StoredEvent) => `/orders/${text(data.orderId)}`;
const transferLink = ({ data }: StoredEvent) => `/transfers/${text(data.transferId)}`;
const ofOrder = ({ data }: StoredEvent) => data.orderId !== undefined;
/** The membership that it paid for, or did not, tells of it. */
const ofMembership = ({ data }: StoredEvent) => (data.items as { kind: string }[]).every(({ kind }) => kind === 'plan');

const received: Record<string, string> = {
  top_up: 'Money is on your account',
  donation: 'Thank you for your donation',
  loan_repayment: 'Your repayment has arrived',
};

const transferFailed = (event: StoredEvent): Wanted => ({
  kind: 'transfer-failed',
  title: 'Your transfer did not go through',
  body: `${money(event.data.amount)} stays on your account.`,
  link: transferLink(event),
});

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** What a member reads in the portal of their money. Of others nothing: not whom it went to, nor whom it came from. */
export const moneyNewsOf: Record<string, (event: StoredEvent) => Wanted | null> = {
  'order.completed': (event) =>
    ofMembership(event)
      ? null
      : {
          kind: 'order-completed',
          title: `Your order ${text(event.data.number)} is complete`,
          body: `It came to ${money(event.data.total)}. See what was sent and what is ready.`,
          link: orderLink(event),
        },
  'order.failed': (event) =>
    event.data.origin === 'renewal'
      ? null
      : {
          kind: 'order-failed',
          title: 'Your order did not go through',
          body: wordsOf(text(event.data.code)) ?? 'Nothing was charged.',
          link: orderLink(event),
        },
  'order.cancelled': (event) => ({
    kind: 'order-cancelled',
    title: 'Your order was cancelled',
    body: `${money(event.data.total)} goes back to you.`,
    link: orderLink(event),
  }),
  // One's own card at the checkout: the order tells of it.
  'payment.completed': (event) =>
    ofOrder(event) && event.data.method === 'card'
      ? null
      : {
          kind: 'payment-received',
          title: received[text(event.data.purpose)] ?? 'Your payment has arrived',
          body: `We have received ${money(event.data.amount)}.`,
          link: ofOrder(event)
            ? orderLink(event)
            : event.data.loanId
              ? `/loans/${text(event.data.loanId)}`
              : '/account',
        },
  'payment.refunded': (event) => ({
    kind: 'refunded',
    title: 'Money is on its way back to you',
    body: `${money(event.data.amount)} goes back the way it came. Your bank may take some days.`,
    link: ofOrder(event) ? orderLink(event) : '/account',
  }),
  'transfer.completed': (event) => ({
    kind: 'transfer-received',
    title: 'You have received a transfer',
    body: `${money(event.data.amount)} is on your account.`,
    link: transferLink(event),
    memberId: text(event.data.toMemberId),
  }),
  'transfer.failed': transferFailed,
  'transfer.compensated': transferFailed,
  'card.expiring': (event) => ({
    kind: 'card-expiring',
    title: 'A card of yours runs out soon',
    body: `It can be used until the end of ${monthName.format(new Date(`${text(event.data.expires)}-01`))}.`,
    link: '/cards',
  }),
};
