import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import { aSignedInUser, type SignedInUser } from '#server/access/access.testing.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { anAddress, aProduct, ledgerOf, type Product } from '#server/orders/orders.testing.ts';
import { type Answer, atTheBank, callAs, testHouse } from '#server/payments/payments.testing.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';
import { rounds } from '#test/soak.ts';

const house = testHouse();
const app = house.app;
const sql = () => app.current.database.sql;

const buyers: SignedInUser[] = [];
beforeAll(async () => {
  for (let i = 0; i < 50; i += 1) buyers.push(await aSignedInUser(app.current));
});

const call = (who: SignedInUser, method: string, path: string, body?: object, key?: string): Promise<Answer> =>
  callAs(
    house,
    { caller: { name: 'buyer', actor: who.actor, headers: { cookie: who.cookie } } },
    method,
    path,
    body,
    key,
  );
const buy = (who: SignedInUser, product: Product, paymentMethod = 'pm_card_visa', key?: string) =>
  call(
    who,
    'POST',
    '/orders',
    { items: [{ productId: product.id, quantity: 1 }], paymentMethod, shippingAddress: anAddress },
    key,
  );

const untilAll = (orderIds: readonly string[], status: string) =>
  eventually(async () => {
    const others = await sql()<{ number: string; status: string }[]>`
      select number, status from orders where id = any(${[...orderIds]}) and status <> ${status}`;
    expect(others.map((one) => `${one.number} ${one.status}`)).toEqual([]);
  }, 60_000);

const chargesOf = async (orderIds: readonly string[]) => {
  const [row] = await sql()`
    select count(*)::int as charges, count(*) filter (where status <> 'succeeded')::int as others, coalesce(sum(refunds_asked), 0)::int as back
    from payments where order_id = any(${[...orderIds]})`;
  return row;
};

/** Every charge at the gateway is one of these orders', in full; the books agree and nothing is broken. */
async function expectSound(): Promise<void> {
  const { payments } = await partnersOf(app.current).gateway().listPaymentIntents({ limit: 100 });
  for (const one of payments) expect([one.amountRefunded, one.amountReceived]).toEqual([0, one.amount]);
  expect((await ledgerOf(app.current)).customer_deposits ?? 0).toBe(0);
  await sql()`update payments set settled_at = settled_at - interval '1 hour' where settled_at is not null`;
  await sql()`update orders set finished_at = finished_at - interval '1 hour' where finished_at is not null`;
  const broken = await inTransaction(systemContext(app.current), (tx) => checkInvariants(tx));
  expect(Object.entries(broken).filter(([, n]) => n > 0)).toEqual([]);
}

const races = rounds(20, 500);
it(`${races} orders whose browser and webhook finish at once: each is one order, no stray refund`, {
  timeout: rounds(90_000, 1_500_000),
}, async () => {
  const product = await aProduct(app.current, { stock: races });
  const together = 5;
  const ids: string[] = [];
  const race = async (who: SignedInUser) => {
    const { body: order } = await buy(who, product, 'pm_card_authenticationRequired');
    ids.push(order.id);
    let asks: Answer['body'];
    await eventually(async () => {
      asks = (await call(who, 'GET', `/orders/${order.id}`)).body;
      expect([asks.status, asks.payment?.status, typeof asks.nextAction?.url]).toEqual([
        'requires_action',
        'requires_action',
        'string',
      ]);
      // An answer that a busy machine has lost is asked for after 5 s, and after 30 s more.
    }, 60_000);
    // The webhook leaves as soon as the bank has its answer; the browser asks twice, once before it.
    const confirm = () => call(who, 'POST', `/payments/${asks.payment.id}/confirmations`);
    const browser = async () => {
      await atTheBank(asks.nextAction.url, 'approve');
      await confirm();
    };
    await Promise.all([browser(), confirm()]);
  };
  for (let done = 0; done < races; done += together) {
    await sql()`delete from rate_limits`;
    await Promise.all(buyers.slice(0, together).map(race));
  }
  await untilAll(ids, 'completed');
  expect(new Set(ids).size).toBe(races);
  expect(await chargesOf(ids)).toEqual({ charges: races, others: 0, back: 0 });
  const [told] = await sql()`
    select count(*) filter (where type = 'order.completed')::int as completed, count(*) filter (where type = 'payment.completed')::int as paid,
      count(*) filter (where type in ('payment.refund', 'order.failed', 'order.cancelled'))::int as strays
    from events where data->>'orderId' = any(${ids})`;
  expect(told).toEqual({ completed: races, paid: races, strays: 0 });
  const [stock] = await sql()`select on_hand, held, reserved from stock_levels where product_id = ${product.id}`;
  expect(stock).toEqual({ on_hand: 0, held: 0, reserved: 0 });
  await expectSound();
});

const crowds = rounds(2, 100);
it(`the last one of ${crowds} products, 50 buyers each: one order, nobody else is charged`, {
  timeout: rounds(90_000, 1_500_000),
}, async () => {
  const sold: string[] = [];
  const products: string[] = [];
  for (let round = 0; round < crowds; round += 1) {
    await sql()`delete from rate_limits`;
    const product = await aProduct(app.current, { stock: 1 });
    products.push(product.id);
    const answers = await Promise.all(buyers.map((who) => buy(who, product)));
    const won = answers.filter(({ status }) => status === 202);
    expect(won).toHaveLength(1);
    for (const { status, body } of answers.filter((one) => !won.includes(one))) {
      expect([status, body.errors[0].message]).toEqual([422, expect.stringMatching(/sold out|not enough/)]);
    }
    const [written] = await sql()`select count(*)::int as n from order_items where product_id = ${product.id}`;
    expect(written?.n).toBe(1);
    sold.push(...won.map(({ body }) => body.id));
  }
  await untilAll(sold, 'completed');
  expect(await chargesOf(sold)).toEqual({ charges: crowds, others: 0, back: 0 });
  const [stock] = await sql()`
    select coalesce(sum(on_hand + held + reserved), 0)::int as left, min(on_hand) as least from stock_levels
    where product_id = any(${products})`;
  expect(stock).toEqual({ left: 0, least: 0 });
  await expectSound();
});

const keys = rounds(3, 100);
it(`thirty requests with one key, ${keys} times: one order, one charge`, {
  timeout: rounds(60_000, 1_500_000),
}, async () => {
  const product = await aProduct(app.current, { stock: keys });
  const ids: string[] = [];
  for (let round = 0; round < keys; round += 1) {
    await sql()`delete from rate_limits`;
    const key = uuidv7();
    const who = buyers[round % buyers.length] as SignedInUser;
    const answers = await Promise.all(Array.from({ length: 30 }, () => buy(who, product, 'pm_card_visa', key)));
    // Who has waited for the first one for three seconds, on a machine that is too busy, is told to ask again.
    const told = answers.filter(({ status }) => status === 202);
    expect(answers.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
    const again = await buy(who, product, 'pm_card_visa', key);
    const made = new Set([...told, again].map(({ body }) => body.id as string));
    expect(made.size).toBe(1);
    ids.push(...made);
  }
  await untilAll(ids, 'completed');
  expect(await chargesOf(ids)).toEqual({ charges: keys, others: 0, back: 0 });
  await expectSound();
});
