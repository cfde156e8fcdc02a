import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import '#jobs/subscriptions.ts';
import { inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { readEvents } from '#server/events/read.ts';
import { sequenceAll, systemContext } from '#server/events/store.testing.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { joined } from '#server/members/members.testing.ts';
import { timeline } from '#server/members/projections/timeline.ts';
import { memberTimeline } from '#server/members/queries/timeline.ts';
import { testApp } from '#test/database.ts';
import { type NotifyJob, notify } from './in-app.ts';
import { reactions } from './reactions.ts';

const app = testApp();
const sql = () => app.current.database.sql;
let ada: Awaited<ReturnType<typeof joined>>;
let bob: Awaited<ReturnType<typeof joined>>;
beforeAll(async () => {
  [ada, bob] = [await joined(app.current), await joined(app.current)];
});

const amount = { amount: 2_550, currency: 'EUR' };
const [orderId, paymentId, planId, cardId, loanId, transferId, membershipId] = Array.from({ length: 7 }, () =>
  uuidv7(),
);
const about = () => ({ memberId: ada.memberId });
const order = (of: 'product' | 'plan', more: JsonObject) => ({
  ...about(),
  orderId,
  total: amount,
  origin: 'checkout',
  items: [{ line: 1, kind: of, quantity: 1, amount: 2_550, ...(of === 'plan' ? { planId } : { productId: uuidv7() }) }],
  ...more,
});
const payment = (more: JsonObject) => ({ ...about(), paymentId, amount, purpose: 'top_up', ...more });
const transfer = (more: JsonObject = {}) => ({
  ...about(),
  toMemberId: bob.memberId,
  transferId,
  fromAccountId: uuidv7(),
  toAccountId: uuidv7(),
  amount,
  ...more,
});
const membership = (status: string, more: JsonObject = {}) => ({
  ...about(),
  membershipId,
  period: { from: '2026-01-01', to: '2027-01-01' },
  status,
  planId,
  planCode: 'professional',
  paidUntil: '2026-12-31',
  ...more,
});
const loan = (more: JsonObject = {}) => ({ ...about(), loanId, amount, ...more });

/** Appends it, and gives what each of them then reads of it. */
async function tell(type: string, data: JsonObject) {
  const { ids } = await inTransaction(systemContext(app.current), (tx) =>
    append(tx, `test-${uuidv7()}`, 'new', [{ type, data }]),
  );
  await sequenceAll(sql());
  const event = (await readEvents(sql(), { after: 0, limit: 1_000 })).find(({ id }) => id === ids[0]);
  if (!event) throw new Error('the event is not there');
  await inTransaction(systemContext(app.current), async (tx) => {
    await timeline.apply(tx, [event]);
    const payload = reactions.find(({ name }) => name === 'in-app')?.payload(event);
    if (payload) await notify(tx, payload as unknown as NotifyJob);
  });
  return { ada: await readBy(ada, event.id), bob: await readBy(bob, event.id) };
}

async function readBy({ memberId, ctx }: typeof ada, eventId: string) {
  const [news] = await sql()<{ title: string; body: string; link: string }[]>`
    select title, body, link from notifications where event_id = ${eventId} and member_id = ${memberId}`;
  const { data } = await memberTimeline(ctx, memberId, { limit: 200 });
  return {
    news: news && [news.title, news.body, news.link],
    line: data.find((one) => one.eventId === eventId)?.summary,
  };
}

const nothing = { news: undefined, line: undefined };

it.each<[string, () => JsonObject, [string, string, string] | undefined, string | undefined]>([
  ['order.created', () => order('product', { number: 'O-000001' }), undefined, 'Ordered O-000001 for €25.50'],
  [
    'order.completed',
    () => order('product', { number: 'O-000001' }),
    [
      'Your order O-000001 is complete',
      'It came to €25.50. See what was sent and what is ready.',
      `/orders/${orderId}`,
    ],
    'Order O-000001 complete',
  ],
  ['order.completed', () => order('plan', { number: 'O-000002' }), undefined, 'Order O-000002 complete'],
  [
    'order.failed',
    () => order('product', { code: 'insufficient_funds' }),
    [
      'Your order did not go through',
      'There was not enough money on the card. Nothing was charged. Try another card.',
      `/orders/${orderId}`,
    ],
    'Order failed: not enough money on the card',
  ],
  [
    'order.failed',
    () => order('plan', { code: 'expired_card', origin: 'renewal' }),
    undefined,
    'Order failed: the card has expired',
  ],
  [
    'order.cancelled',
    () => order('product', { code: 'out_of_stock' }),
    ['Your order was cancelled', '€25.50 goes back to you.', `/orders/${orderId}`],
    'Order cancelled, €25.50 goes back',
  ],
  [
    'payment.completed',
    () => payment({ method: 'card' }),
    ['Money is on your account', 'We have received €25.50.', '/account'],
    'Paid €25.50',
  ],
  ['payment.completed', () => payment({ method: 'card', purpose: 'order', orderId }), undefined, 'Paid €25.50'],
  [
    'payment.completed',
    () => payment({ method: 'bank_transfer', purpose: 'order', orderId }),
    ['Your payment has arrived', 'We have received €25.50.', `/orders/${orderId}`],
    'Paid €25.50',
  ],
  [
    'payment.completed',
    () => payment({ method: 'card', purpose: 'loan_repayment', loanId }),
    ['Your repayment has arrived', 'We have received €25.50.', `/loans/${loanId}`],
    'Paid €25.50',
  ],
  [
    'payment.refunded',
    () => payment({ purpose: 'order', orderId, refundId: uuidv7(), refundedAmount: 2_550 }),
    [
      'Money is on its way back to you',
      '€25.50 goes back the way it came. Your bank may take some days.',
      `/orders/${orderId}`,
    ],
    '€25.50 given back',
  ],
  [
    'transfer.compensated',
    () => transfer({ code: 'rule_violated' }),
    ['Your transfer did not go through', '€25.50 stays on your account.', `/transfers/${transferId}`],
    'Transfer of €25.50 came back',
  ],
  [
    'card.expiring',
    () => ({ memberId: ada.memberId, cardId, expires: '2027-03' }),
    ['A card of yours runs out soon', 'It can be used until the end of March 2027.', '/cards'],
    'Told that a card runs out in 2027-03',
  ],
  [
    'membership.activated',
    () => membership('active', { origin: 'paid' }),
    ['Your membership has begun', 'It is paid until 31 December 2026.', '/membership'],
    'Membership begun, paid until 31 December 2026',
  ],
  [
    'membership.renewed',
    () => membership('active', { origin: 'paid' }),
    ['Your membership is renewed', 'It is paid until 31 December 2026.', '/membership'],
    'Membership renewed, paid until 31 December 2026',
  ],
  [
    'membership.grace_started',
    () => membership('grace'),
    [
      'Your membership has run out',
      'It was paid until 31 December 2026. Renew it now and nothing is lost.',
      '/membership',
    ],
    'Membership has run out, days of grace begin',
  ],
  [
    'membership.lapsed',
    () => membership('lapsed'),
    ['Your membership has ended', 'You can begin again whenever you like.', '/membership'],
    'Membership lapsed',
  ],
  [
    'loan.disbursed',
    () => loan({ accountId: uuidv7(), entryId: uuidv7() }),
    ['Your loan is granted', '€25.50 is in your account.', `/loans/${loanId}`],
    'Loan of €25.50 paid out',
  ],
  [
    'loan.rejected',
    () => loan(),
    ['Your loan is not granted', 'Write to us if you want to talk about it.', `/loans/${loanId}`],
    'Loan not granted',
  ],
  [
    'membership.cancelled',
    () => membership('cancelled', { cause: 'refund' }),
    [
      'Your membership has ended',
      'The money for it went back to you, so the days that it paid for are over. You can join again at any time.',
      '/membership',
    ],
    'Membership ended, for its money went back',
  ],
  ['membership.cancelled', () => membership('cancelled', { cause: 'erased' }), undefined, 'Membership ended'],
  ['order.failed', () => order('plan', { code: 'undone', origin: 'renewal' }), undefined, 'Order failed'],
  [
    'payment.refund',
    () => payment({ purpose: 'order', orderId, refundId: uuidv7(), cause: 'by_staff' }),
    undefined,
    '€25.50 is to be given back',
  ],
  [
    'document.issued',
    () => ({ ...about(), documentId: uuidv7(), kind: 'credit_note', number: 'C-000003', total: amount }),
    undefined,
    'Credit note C-000003 issued, €25.50',
  ],
  [
    'shipment.cancelled',
    () => ({ ...about(), orderId, shipmentId: uuidv7() }),
    undefined,
    'Parcel not sent, for the money went back',
  ],
  [
    'loan.instalment_due',
    () => loan({ instalment: 1, dueOn: '2026-01-31', principal: 2_000, interest: 550 }),
    undefined,
    'Instalment of €25.50 due on 31 January 2026',
  ],
  ['loan.write_off_proposed', () => loan(), undefined, 'Proposed to write off €25.50 of the loan'],
  [
    'loan.in_arrears',
    () => loan({ instalment: 1, dueOn: '2026-01-01' }),
    ['An instalment of your loan is late', '€25.50 is missing.', `/loans/${loanId}`],
    'Loan late by €25.50',
  ],
])('%s is told to its member alone', async (type, data, news, line) => {
  expect(await tell(type, data())).toEqual({ ada: { news, line }, bob: nothing });
});

it('a transfer is told to who receives it; who sent it finds it on their timeline', async () => {
  const told = await tell('transfer.completed', transfer());
  expect(told).toEqual({
    ada: { news: undefined, line: 'Transferred €25.50' },
    bob: {
      news: ['You have received a transfer', '€25.50 is on your account.', `/transfers/${transferId}`],
      line: 'Received €25.50 by transfer',
    },
  });
});

it('what follows from a membership’s days is told once, by the membership', async () => {
  const status = (reason: string) => ({ memberId: ada.memberId, version: 9, from: 'active', to: 'lapsed', reason });
  expect((await tell('member.status.changed', status('membership-lapsed'))).ada.news).toBeUndefined();
  expect((await tell('member.status.changed', status('by staff'))).ada.news).toBeDefined();
});
