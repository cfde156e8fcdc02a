import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { aProduct, card, place, untilOrder } from '#server/orders/orders.testing.ts';
import { testDatabase } from '#test/database.ts';
import { tellOfExpiringCards } from '../cards/commands/expiry.ts';
import { callAs, testHouse, untilPayment } from './payments.testing.ts';

const legacyDatabase = testDatabase({ empty: true });
/** Several partners are told, one after the other. */
const patienceMs = 30_000;
const mails: Email[] = [];
const smtp = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData: (stream, _session, done) => {
    void buffer(stream)
      .then((raw) => PostalMime.parse(raw))
      .then((mail) => {
        mails.push(mail);
        done();
      }, done);
  },
});
beforeAll(async () => {
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
});
afterAll(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
const house = testHouse(({ urls, credentials: { crmToken } }) => ({
  LEGACY_DATABASE_URL: legacyDatabase.url,
  CRM_URL: urls.crm,
  CRM_ACCESS_TOKEN: crmToken,
  SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
}));
const app = house.app;
const sql = () => app.current.database.sql;
const legacy = () => partnersOf(app.current).legacy();
let staff: Pick<Person, 'caller'>;
let ada: Person;
beforeAll(async () => {
  // A first connection on a busy machine takes longer than a later call may.
  await eventually(() => legacy().install());
  await partnersOf(app.current).crm().install();
  const user = await aSignedInUser(app.current, { roles: ['staff'] });
  staff = { caller: { name: 'staff', actor: user.actor, headers: { cookie: user.cookie } } };
  ada = await aMember(app.current, 'ada');
});

const receiptOf = async (orderId: string) =>
  (await sql()`select number from documents where order_id = ${orderId} and kind = 'receipt'`)[0]?.number;

/** The one mail to her with such a subject, when it has come. */
async function theMail(subject: RegExp): Promise<Email> {
  const [row] = await sql()`select email from users where member_id = ${ada.memberId}`;
  const found = () => mails.filter((mail) => mail.to?.[0]?.address === row?.email && subject.test(mail.subject ?? ''));
  await eventually(() => expect(found()).toHaveLength(1), patienceMs);
  const [mail] = found();
  if (!mail) throw new Error('no such mail');
  return mail;
}

const contactOf = async (memberId: string): Promise<Record<string, string>> => {
  const answer = await fetch(
    `${house.sandbox.urls.crm}/crm/v3/objects/contacts/${memberId}?idProperty=guildhall_id&properties=last_payment_amount,last_payment_currency,last_payment_on`,
    { headers: { authorization: `Bearer ${house.sandbox.credentials.crmToken}` } },
  );
  return ((await answer.json()) as { properties: Record<string, string> }).properties;
};

it('a paid order reaches the legacy system, the CRM and the mailbox, with its receipt; and so does what goes back', async () => {
  const course = await aProduct(app.current, { digital: true, amount: 12_345 });
  const order = await place(app.current, ada.memberId, [course.line()], card());
  await untilOrder(app.current, order.id, 'completed', patienceMs);
  const [payment] = await sql()`select id, number, settled_at from payments where order_id = ${order.id}`;
  await eventually(async () => {
    expect(await legacy().readPayment(payment?.id)).toMatchObject({
      number: payment?.number,
      memberId: ada.memberId,
      status: 'succeeded',
      amount: 12_345,
      refundedAmount: 0,
    });
    expect(await contactOf(ada.memberId)).toMatchObject({
      last_payment_amount: '123.45',
      last_payment_currency: 'EUR',
      last_payment_on: new Date(payment?.settled_at).toISOString().slice(0, 10),
    });
  }, patienceMs);
  await eventually(async () => expect(await receiptOf(order.id)).toBeDefined());
  const number = await receiptOf(order.id);
  const mail = await theMail(new RegExp(`receipt ${number}`));
  expect(mail.attachments).toMatchObject([{ filename: `${number}.pdf`, mimeType: 'application/pdf' }]);
  expect(Buffer.from(mail.attachments[0]?.content as ArrayBuffer).toString('latin1')).toMatch(/^%PDF-1\.7.*%%EOF\s*$/s);

  await callAs(house, staff, 'POST', `/payments/${payment?.id}/refunds`, { amount: 2_345, reason: 'Sorry' });
  await untilPayment(app.current, payment?.id, 'partially_refunded');
  await eventually(async () => {
    expect(await legacy().readPayment(payment?.id)).toMatchObject({
      status: 'partially_refunded',
      refundedAmount: 2_345,
    });
  }, patienceMs);
  // The credit note tells, and the refund does not tell again.
  await theMail(/€23.45 goes back/);
}, 90_000);

it('money that goes back without a sale is told of too', async () => {
  const { body } = await callAs(house, ada, 'POST', '/payments', {
    purpose: 'top_up',
    amount: 777,
    currency: 'EUR',
    paymentMethod: 'pm_card_visa',
  });
  await untilPayment(app.current, body.id, 'succeeded');
  await callAs(house, staff, 'POST', `/payments/${body.id}/refunds`, { reason: 'Sorry' });
  await theMail(/€7.77 goes back/);
}, 90_000);

/** A card as it is typed into the gateway's frame: its token. */
async function aTypedCard(expires: Date): Promise<string> {
  const answer = await fetch(new URL('/v1/payment_methods', house.sandbox.urls.gateway), {
    method: 'POST',
    headers: { authorization: `Bearer ${house.sandbox.credentials.gateway.publishableKey}` },
    body: new URLSearchParams({
      type: 'card',
      'card[number]': '5555555555554444',
      'card[exp_month]': String(expires.getUTCMonth() + 1),
      'card[exp_year]': String(expires.getUTCFullYear()),
      'card[cvc]': '123',
    }),
  });
  return ((await answer.json()) as { id: string }).id;
}

it('a card that runs out is told of by mail', async () => {
  const now = new Date();
  await callAs(house, ada, 'POST', '/cards', { paymentMethod: await aTypedCard(now) });
  await eventually(async () => {
    const [card] = await sql()`select status from cards where member_id = ${ada.memberId} and last4 = '4444'`;
    expect(card?.status).toBe('active');
  }, patienceMs);
  const lastDay = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0));
  const ctx = { ...createContext(app.current, { actor: { kind: 'system', name: 'test' } }), now: () => lastDay };
  expect(await inTransaction(ctx, (tx) => tellOfExpiringCards(tx, 10))).toBe(1);
  await theMail(/runs out in/);
}, 90_000);
