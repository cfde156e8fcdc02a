import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { rawHttp } from '#server/gateway/web.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { ledgerOf } from '#server/orders/orders.testing.ts';
import { rounds } from '#test/soak.ts';
import { sweepAbandoned } from './commands/start.ts';
import { atTheBank, callAs, testHouse, untilPayment } from './payments.testing.ts';

const house = testHouse();
const app = house.app;
const sql = () => app.current.database.sql;
const gateway = () => partnersOf(app.current).gateway();
const system = () => createContext(app.current, { actor: { kind: 'system', name: 'test' } });
let staff: Pick<Person, 'caller'>;
beforeAll(async () => {
  const user = await aSignedInUser(app.current, { roles: ['staff'] });
  staff = { caller: { name: 'staff', actor: user.actor, headers: { cookie: user.cookie } } };
});

const pay = (who: Person, more: object = {}, key?: string) =>
  callAs(
    house,
    who,
    'POST',
    '/payments',
    { purpose: 'top_up', amount: 5_000, currency: 'EUR', paymentMethod: 'pm_card_visa', ...more },
    key,
  );
const balanceOf = async (who: Person): Promise<number> =>
  (await callAs(house, who, 'GET', `/accounts/${who.accountId}`)).body.balance.amount;
const typesOf = async (paymentId: string) =>
  (await sql()`select type from events where stream = ${`payment-${paymentId}`} order by version`).map(
    (row) => row.type,
  );
const intentsOf = async (paymentId: string) =>
  (await gateway().listPaymentIntents({})).payments.filter((one) => one.paymentId === paymentId);
const paid = ['payment.initiated', 'payment.authorized', 'payment.completed'];

const unixTime = () => Math.floor(Date.now() / 1000);

/** What somebody does on the gateway's own pages. */
async function atGateway(
  path: string,
  form: Record<string, string> = {},
  key = house.sandbox.credentials.gateway.secretKey,
): Promise<{ id: string }> {
  const answer = await fetch(new URL(path, house.sandbox.urls.gateway), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { id: string };
}

/** Nothing is left to be asked: what comes next is about what comes next. */
const untilIdle = () =>
  eventually(async () => {
    const jobs = await sql()`
      select name from pgboss.job where state < 'completed' and start_after <= now() and name in ('gateway-events', 'saga-calls')`;
    expect(jobs).toEqual([]);
  });

/** Books and gateway agree to the unit. */
async function expectBooksAsGateway(): Promise<void> {
  const answer = await fetch(new URL('/v1/test_helpers/totals', house.sandbox.urls.gateway), {
    headers: { authorization: `Bearer ${house.sandbox.credentials.gateway.secretKey}` },
  });
  const totals = (await answer.json()) as { all: { currency: string; net: number }[] };
  const net = totals.all.find(({ currency }) => currency === 'eur')?.net ?? 0;
  await eventually(async () => expect((await ledgerOf(app.current)).gateway ?? 0).toBe(net), 30_000);
}

describe('a payment', () => {
  it('puts money on one’s account, once', async () => {
    const ada = await aMember(app.current, 'ada');
    const asked = await pay(ada);
    expect(asked).toMatchObject({
      status: 202,
      body: { status: 'initiated', amount: { amount: 5_000, currency: 'EUR' } },
    });
    await untilPayment(app.current, asked.body.id, 'succeeded');
    expect(await balanceOf(ada)).toBe(5_000);
    const { body } = await callAs(house, ada, 'GET', `/payments/${asked.body.id}`);
    expect(body).toMatchObject({
      status: 'succeeded',
      card: { brand: 'visa', last4: '4242' },
      behind: null,
      nextAction: null,
    });
    expect(await typesOf(asked.body.id)).toEqual(paid);
    await expectBooksAsGateway();
  });

  it('is a donation', async () => {
    const ada = await aMember(app.current, 'ada');
    const before = (await ledgerOf(app.current)).donations ?? 0;
    const { body } = await pay(ada, { purpose: 'donation', amount: 700 });
    await untilPayment(app.current, body.id, 'succeeded');
    expect((await ledgerOf(app.current)).donations).toBe(before - 700);
  });

  it('is one, however often the same request comes at once', async () => {
    const ada = await aMember(app.current, 'ada');
    const key = uuidv7();
    const answers = await Promise.all(Array.from({ length: 30 }, () => pay(ada, {}, key)));
    // On a busy machine some are told that the first is still at work.
    const done = answers.filter(({ status }) => status !== 409);
    expect(new Set(done.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const id = done[0]?.body.id;
    await untilPayment(app.current, id, 'succeeded');
    expect(await balanceOf(ada)).toBe(5_000);
    expect(await intentsOf(id)).toHaveLength(1);
    const made = await sql()`select id from payments where member_id = ${ada.memberId} and purpose = 'top_up'`;
    expect(made).toMatchObject([{ id }]);
    expect((await pay(ada, { amount: 1 }, key)).status).toBe(422);
  });

  it('is refused in words', async () => {
    const ada = await aMember(app.current, 'ada');
    const { body } = await pay(ada, { paymentMethod: 'pm_card_chargeDeclinedInsufficientFunds' });
    await untilPayment(app.current, body.id, 'failed');
    expect((await callAs(house, ada, 'GET', `/payments/${body.id}`)).body.failure).toEqual({
      code: 'insufficient_funds',
      message: expect.stringContaining('Nothing was charged'),
    });
    expect(await balanceOf(ada)).toBe(0);
  });

  it.each([
    ['nothing', { amount: 0 }, 400],
    ['less than nothing', { amount: -1 }, 400],
    ['a fraction', { amount: 1.5 }, 400],
    ['too much', { amount: 100_000_000_001 }, 400],
    ['more than a number holds', { amount: 1e300 }, 400],
    ['another currency', { currency: 'USD' }, 422],
    ['no currency', { currency: 'eur' }, 400],
    ['another purpose', { purpose: 'order' }, 400],
    ['a card number', { paymentMethod: '4242424242424242' }, 422],
    ['a card that is not there', { paymentMethod: uuidv7() }, 422],
  ])('of %s is refused, and nothing is written', async (_name, more, status) => {
    const ada = await aMember(app.current, 'ada');
    // Not those of orders: the saga of the order that every member here has placed makes its own meanwhile.
    const asked = () => sql()`select id from payments where member_id = ${ada.memberId} and order_id is null`;
    const before = await asked();
    const answer = await pay(ada, more);
    expect(answer.status).toBe(status);
    expect(answer.body.errors.length).toBeGreaterThan(0);
    expect(await asked()).toEqual(before);
  });

  it('of somebody else is not there; their card neither', async () => {
    const [ada, bob] = [await aMember(app.current, 'ada'), await aMember(app.current, 'bob')];
    for (const [method, path] of [
      ['GET', `/payments/${ada.paymentId}`],
      ['GET', `/payments/${ada.paymentId}/refunds`],
      ['POST', `/payments/${ada.paymentId}/confirmations`],
      ['GET', `/payments?memberId=${ada.memberId}`],
    ] as const) {
      expect((await callAs(house, bob, method, path)).status, path).toBe(404);
    }
    expect((await pay(bob, { paymentMethod: ada.cardId })).status).toBe(422);
  });

  it('is found by staff by amount, digits, number, the gateway’s id and member', async () => {
    const ada = await aMember(app.current, 'ada');
    const { body } = await pay(ada, { amount: 4_321, paymentMethod: 'pm_card_mastercard' });
    await untilPayment(app.current, body.id, 'succeeded');
    const { behind } = (await callAs(house, staff, 'GET', `/payments/${body.id}`)).body;
    for (const query of [
      'amount=4321&last4=4444',
      `q=${body.number.toLowerCase()}`,
      `q=${behind.intentId}`,
      `q=${behind.chargeId}`,
      `memberId=${ada.memberId}&purpose=top_up&status=succeeded`,
    ]) {
      const found = await callAs(house, staff, 'GET', `/payments?${query}`);
      expect(
        found.body.data.map(({ id }: { id: string }) => id),
        query,
      ).toEqual([body.id]);
    }
    const own = await callAs(house, ada, 'GET', '/payments');
    const first = await callAs(house, ada, 'GET', '/payments?limit=1');
    expect(first.body.data).toMatchObject([{ id: own.body.data[0].id }]);
    const rest = await callAs(house, ada, 'GET', `/payments?limit=1&cursor=${first.body.nextCursor}`);
    expect(rest.body.data).toMatchObject([{ id: own.body.data[1].id }]);
  });
});

describe('a payment that the bank asks about', () => {
  async function asked(who: Person): Promise<{ id: string; url: string }> {
    const { body } = await pay(who, { paymentMethod: 'pm_card_authenticationRequired' });
    await untilPayment(app.current, body.id, 'requires_action');
    const { nextAction } = (await callAs(house, who, 'GET', `/payments/${body.id}`)).body;
    expect(nextAction.type).toBe('redirect');
    return { id: body.id, url: nextAction.url };
  }

  it('is settled by the browser that comes back, when nothing else is heard', async () => {
    const ada = await aMember(app.current, 'ada');
    house.sandbox.faults.set({ partner: 'gateway', fault: 'webhook-off' });
    const { id, url } = await asked(ada);
    await atTheBank(url, 'approve');
    const confirmed = await callAs(house, ada, 'POST', `/payments/${id}/confirmations`);
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'succeeded' } });
    expect(await balanceOf(ada)).toBe(5_000);
  });

  it('is settled by the webhook, when the browser never comes back', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id, url } = await asked(ada);
    await atTheBank(url, 'approve');
    await untilPayment(app.current, id, 'succeeded');
    expect(await typesOf(id)).toEqual(paid);
  });

  it('says what is known while the gateway is out of reach', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id } = await asked(ada);
    house.sandbox.faults.set({ partner: 'gateway', fault: 'fail' });
    const confirmed = await callAs(house, ada, 'POST', `/payments/${id}/confirmations`);
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'requires_action' } });
  });

  it('fails when its payer says no', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id, url } = await asked(ada);
    await atTheBank(url, 'fail');
    await untilPayment(app.current, id, 'failed');
  });

  it('is called off when nobody answers the bank: at the gateway first', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id } = await asked(ada);
    expect(await inTransaction(system(), (tx) => sweepAbandoned(tx, 10))).toBe(0);
    await sql()`update payments set updated_at = now() - interval '31 minutes' where id = ${id}`;
    expect(await inTransaction(system(), (tx) => sweepAbandoned(tx, 10))).toBe(1);
    await untilPayment(app.current, id, 'failed');
    expect(await intentsOf(id)).toMatchObject([{ status: 'canceled' }]);
  });

  it(
    `browser and webhook race ${rounds(50, 500)} times: completed once, booked once`,
    async () => {
      const ada = await aMember(app.current, 'ada');
      const count = rounds(50, 500);
      const together = 5;
      const ids: string[] = [];
      const race = async () => {
        const { id, url } = await asked(ada);
        ids.push(id);
        const browser = async () => {
          await atTheBank(url, 'approve');
          await Promise.all([0, 1].map(() => callAs(house, ada, 'POST', `/payments/${id}/confirmations`)));
        };
        await Promise.all([browser(), callAs(house, ada, 'POST', `/payments/${id}/confirmations`)]);
        await untilPayment(app.current, id, 'succeeded');
      };
      // Several purchases of one person at a time; the limit for stolen numbers is not what is tried here.
      for (let done = 0; done < count; done += together) {
        await sql()`delete from rate_limits`;
        await Promise.all(Array.from({ length: together }, race));
      }
      expect(await balanceOf(ada)).toBe(count * 5_000);
      const [told] = await sql()`
      select count(*) filter (where type = 'payment.completed')::int as completed,
        count(*) filter (where type in ('payment.failed', 'payment.refund'))::int as strays
      from events where data->>'paymentId' = any(${ids})`;
      expect(told).toEqual({ completed: count, strays: 0 });
      await expectBooksAsGateway();
    },
    rounds(300_000, 1_500_000),
  );
});

describe('webhooks', () => {
  const stored = async () => Number((await sql()`select count(*)::int as n from webhook_events`)[0]?.n);
  const post = (body: string, headers: Record<string, string>) =>
    rawHttp(house.url, {
      method: 'POST',
      path: '/api/v1/webhooks/stripe',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
    });

  it.each([
    'webhook-twice',
    'webhook-disorder',
    'webhook-late',
    'webhook-first',
    'webhook-bad-signature',
    'webhook-old',
    'webhook-off',
  ] as const)('%s: a payment is completed once, and a refund goes back once', async (fault) => {
    const ada = await aMember(app.current, 'ada');
    const delays = fault === 'webhook-late' || fault === 'webhook-disorder';
    house.sandbox.faults.set({ partner: 'gateway', fault, ...(delays ? { delayMs: 150 } : {}) });
    const { body } = await pay(ada);
    await untilPayment(app.current, body.id, 'succeeded');
    const refund = await callAs(house, staff, 'POST', `/payments/${body.id}/refunds`, {
      amount: 1_500,
      reason: 'Sorry',
    });
    expect(refund.status).toBe(202);
    await untilPayment(app.current, body.id, 'partially_refunded');
    house.sandbox.faults.clear();
    await eventually(async () => {
      const jobs = await sql()`select 1 from pgboss.job where name = 'gateway-events' and state < 'completed'`;
      expect(jobs).toHaveLength(0);
    });
    expect(await balanceOf(ada)).toBe(3_500);
    expect(await typesOf(body.id)).toEqual([...paid, 'payment.refund', 'payment.refunded']);
    expect(await intentsOf(body.id)).toHaveLength(1);
    await expectBooksAsGateway();
  });

  it('settle what a lost answer left unknown, before the repair asks', async () => {
    const ada = await aMember(app.current, 'ada');
    await untilPayment(app.current, (await pay(ada)).body.id, 'succeeded');
    await untilIdle();
    house.sandbox.faults.set({ partner: 'gateway', fault: 'fail-after' });
    house.sandbox.faults.set({ partner: 'gateway', fault: 'webhook-late', delayMs: 400 });
    const { body } = await pay(ada, { amount: 900 });
    await untilPayment(app.current, body.id, 'unknown');
    house.sandbox.faults.clear();
    await untilPayment(app.current, body.id, 'succeeded', 4_500);
    const [row] = await sql()`select repairs from payments where id = ${body.id}`;
    expect(row?.repairs).toBe(0);
    expect(await typesOf(body.id)).toEqual([
      'payment.initiated',
      'payment.unknown',
      'payment.authorized',
      'payment.completed',
    ]);
  });

  it('that nobody has signed are refused, and not kept', async () => {
    const before = await stored();
    const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'payment_intent.succeeded' });
    const now = Math.floor(Date.now() / 1000);
    for (const signature of ['', 'nonsense', `t=${now},v1=${'0'.repeat(64)}`]) {
      expect((await post(body, signature ? { 'stripe-signature': signature } : {})).status).toBe(400);
    }
    expect((await post('{', { 'stripe-signature': 't=1,v1=1' })).status).toBe(400);
    expect(await stored()).toBe(before);
  });

  it('are taken once by their id', async () => {
    const { createHmac } = await import('node:crypto');
    const before = await stored();
    const object = { id: 'cus_x', object: 'customer' };
    const body = JSON.stringify({
      id: 'evt_once',
      object: 'event',
      type: 'customer.created',
      created: 1,
      data: { object },
    });
    const at = Math.floor(Date.now() / 1000);
    const signed = `t=${at},v1=${createHmac('sha256', 'whsec_test').update(`${at}.${body}`).digest('hex')}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(body, { 'stripe-signature': signed })));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await stored()).toBe(before + 1);
  });
});

describe('money that goes back', () => {
  const refund = (paymentId: string, body: object, key?: string) =>
    callAs(house, staff, 'POST', `/payments/${paymentId}/refunds`, body, key);

  it('goes in parts, never more than was paid, and once for each key', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id } = (await pay(ada)).body;
    expect((await refund(id, { reason: 'Too early' })).status).toBe(422);
    await untilPayment(app.current, id, 'succeeded');
    const key = uuidv7();
    const same = await Promise.all(
      Array.from({ length: 10 }, () => refund(id, { amount: 2_000, reason: 'Part' }, key)),
    );
    const done = same.filter(({ status }) => status !== 409);
    expect(new Set(done.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect((await refund(id, { amount: 3_001, reason: 'Too much' })).body.errors).toEqual([
      { path: 'amount', message: 'must be from 1 to 3000' },
    ]);
    // Two at once for what one of them alone may have.
    const both = await Promise.all([0, 1].map(() => refund(id, { amount: 2_000, reason: 'Both' })));
    expect(both.map(({ status }) => status).sort()).toEqual([202, 422]);
    expect((await refund(id, { reason: 'The rest' })).body.amount.amount).toBe(1_000);
    await untilPayment(app.current, id, 'refunded');
    expect((await refund(id, { reason: 'Again' })).status).toBe(422);
    const reasonsSeenBy = async (who: Parameters<typeof callAs>[1]) =>
      (await callAs(house, who, 'GET', `/payments/${id}/refunds`)).body.data
        .map((one: { reason: string | null }) => one.reason)
        .sort();
    expect(await reasonsSeenBy(ada)).toEqual([null, null, null]);
    expect(await reasonsSeenBy(staff)).toEqual(['Both', 'Part', 'The rest']);
    const [payer] = await sql()`
      select number as "memberNumber", given_name || ' ' || family_name as "memberName" from members where id = ${ada.memberId}`;
    const listed = (await callAs(house, staff, 'GET', `/payments?memberId=${ada.memberId}`)).body.data;
    expect(listed[0]).toMatchObject({ ...payer });
    expect((await callAs(house, staff, 'GET', `/payments/${id}`)).body).toMatchObject({ ...payer });
    const own = (await callAs(house, ada, 'GET', `/payments/${id}`)).body;
    expect([own.memberNumber, own.memberName]).toEqual([null, null]);
    expect(await balanceOf(ada)).toBe(0);
    await expectBooksAsGateway();
  });

  it.each([{ amount: 0 }, { amount: -5 }, { amount: 0.5 }, { reason: '' }])('%j is no refund', async (wrong) => {
    const ada = await aMember(app.current, 'ada');
    expect((await refund(ada.paymentId, { reason: 'x', ...wrong })).status).toBe(400);
  });

  it('and that the payer’s bank sends back is with us again, for people to see', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id } = (await pay(ada, { paymentMethod: 'pm_card_refundFail' })).body;
    await untilPayment(app.current, id, 'succeeded');
    await refund(id, { reason: 'Sorry' });
    await untilPayment(app.current, id, 'refunded');
    const clock = await atGateway('/v1/test_helpers/test_clocks', { frozen_time: String(unixTime()) });
    await atGateway(`/v1/test_helpers/test_clocks/${clock.id}/advance`, { frozen_time: String(unixTime() + 864_000) });
    await eventually(async () => expect(await typesOf(id)).toContain('payment.refund_failed'));
    await untilPayment(app.current, id, 'succeeded');
    expect(await balanceOf(ada)).toBe(5_000);
    await expectBooksAsGateway();
    const found = await sql()`select severity from discrepancies where kind = 'refund_returned' and payment_id = ${id}`;
    expect(found).toHaveLength(1);
  });

  it('on the gateway’s own page is booked here too', async () => {
    const ada = await aMember(app.current, 'ada');
    const { id } = (await pay(ada)).body;
    await untilPayment(app.current, id, 'succeeded');
    const [intent] = await intentsOf(id);
    await atGateway('/v1/refunds', { payment_intent: intent?.intentId ?? '', amount: '1200' });
    await untilPayment(app.current, id, 'partially_refunded');
    expect(await balanceOf(ada)).toBe(3_800);
    await expectBooksAsGateway();
  });
});

describe('a disputed payment', () => {
  it('is booked, told of, and seen by staff', async () => {
    const ada = await aMember(app.current, 'ada');
    const before = await ledgerOf(app.current);
    const { id } = (await pay(ada, { paymentMethod: 'pm_card_createDispute' })).body;
    await eventually(async () => expect(await typesOf(id)).toContain('payment.disputed'));
    const after = await ledgerOf(app.current);
    expect((after.chargebacks ?? 0) - (before.chargebacks ?? 0)).toBe(5_000);
    await expectBooksAsGateway();
    const { data } = (await callAs(house, staff, 'GET', '/disputes?open=true')).body;
    expect(data).toMatchObject([{ paymentId: id, status: 'needs_response', withdrawn: true, fee: { amount: 2_000 } }]);
    await atGateway(`/v1/disputes/${await gatewayDispute(id)}/close`);
    await eventually(async () => expect(await typesOf(id)).toContain('payment.dispute_closed'));
    expect((await callAs(house, staff, 'GET', '/disputes?open=false')).body.data).toMatchObject([{ status: 'lost' }]);
    await expectBooksAsGateway();
  });

  const gatewayDispute = async (paymentId: string) =>
    (await sql()`select gateway_dispute_id as id from disputes where payment_id = ${paymentId}`)[0]?.id;
});
