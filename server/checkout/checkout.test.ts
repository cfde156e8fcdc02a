import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { aSignedInUser, auditOf, type SignedInUser } from '#server/access/access.testing.ts';
import { eventually } from '#server/events/store.testing.ts';
import { testWeb } from '#server/gateway/web.testing.ts';
import { professional } from '#server/members/members.testing.ts';
import { anAddress, aProduct, ledgerOf, orderNow, untilOrder } from '#server/orders/orders.testing.ts';
import type { OrderSummary, OrderView, ProductView } from '#server/orders/shapes.ts';
import { testApp } from '#test/database.ts';
import type { CartView, QuoteView } from './shapes.ts';

let sandbox: Sandbox;
let worker: Worker;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '1500',
  DATABASE_POOL: '14',
}));
const server = testWeb(app);
const sql = () => app.current.database.sql;
let ada: SignedInUser;
let bob: SignedInUser;
let staff: SignedInUser;
beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
  ada = await aSignedInUser(app.current);
  bob = await aSignedInUser(app.current);
  staff = await aSignedInUser(app.current, { roles: ['staff'] });
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});
afterEach(() => sandbox.faults.clear());

interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
}
interface Problem {
  detail: string;
  errors?: Array<{ path: string; message: string }>;
}
interface List<T> {
  data: T[];
  nextCursor: string | null;
}

async function call<T>(
  who: SignedInUser | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const raw = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { ...(who ? { cookie: who.cookie } : {}), 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: raw.status, body: (await raw.json()) as T, headers: raw.headers };
}

const order = (who: SignedInUser, body: unknown, headers?: Record<string, string>) =>
  call<OrderView & Problem>(who, 'POST', '/orders', body, headers);
const seen = async (who: SignedInUser, id: string) => (await call<OrderView>(who, 'GET', `/orders/${id}`)).body;
const written = async () => {
  const [row] = await sql()<{ orders: number; holds: number; payments: number; sagas: number; events: number }[]>`
    select (select count(*) from orders)::int as orders, (select count(*) from stock_holds)::int as holds,
      (select count(*) from payments)::int as payments, (select count(*) from sagas)::int as sagas,
      (select count(*) from events where type like 'order.%')::int as events`;
  return row;
};

describe('what is sold', () => {
  it('is shown to anyone, with prices and what is left, a page at a time; what is retired is not', async () => {
    const book = await aProduct(app.current, { stock: 3 });
    const course = await aProduct(app.current, { digital: true, amount: 11_900 });
    const retired = await aProduct(app.current);
    await sql()`update products set retired_at = now() where id = ${retired.id}`;
    const all: ProductView[] = [];
    let cursor: string | null = null;
    do {
      const page: List<ProductView> = (
        await call<List<ProductView>>(null, 'GET', `/products?limit=1${cursor ? `&cursor=${cursor}` : ''}`)
      ).body;
      all.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    const byId = new Map(all.map((product) => [product.id, product]));
    expect([byId.size, byId.has(retired.id)]).toEqual([all.length, false]);
    expect(byId.get(book.id)).toMatchObject({
      price: { amount: 2_500, currency: 'EUR' },
      taxName: 'VAT 7 %',
      stock: { available: 3 },
    });
    expect(byId.get(course.id)).toMatchObject({ digital: true, stock: null });
    expect((await call(null, 'GET', `/products/${book.id}`)).status).toBe(200);
    for (const id of [retired.id, uuidv7()]) expect((await call(null, 'GET', `/products/${id}`)).status).toBe(404);
    const courses = await call<List<ProductView>>(null, 'GET', '/products?kind=course');
    expect(courses.body.data.map((one) => one.id)).toEqual([course.id]);
  });
});

describe('a cart', () => {
  it('is the same on every device; who comes second with an old one is told', async () => {
    const book = await aProduct(app.current, { stock: 3 });
    const empty = await call<CartView>(bob, 'GET', '/cart');
    expect(empty.body).toEqual({ items: [], updatedAt: null });
    const items = [{ productId: book.id, quantity: 2 }];
    const etag = empty.headers.get('etag') ?? '';
    expect((await call(bob, 'PUT', '/cart', { items }, { 'if-match': etag })).status).toBe(200);
    expect((await call<CartView>(bob, 'GET', '/cart')).body.items).toEqual(items);
    expect((await call(bob, 'PUT', '/cart', { items: [] }, { 'if-match': etag })).status).toBe(412);
    expect((await call<CartView>(ada, 'GET', '/cart')).body.items).toEqual([]);
    const unknown = await call<Problem>(bob, 'PUT', '/cart', { items: [{ productId: uuidv7(), quantity: 1 }] });
    expect([unknown.status, unknown.body.errors?.[0]?.path]).toEqual([422, 'items.0']);
    expect((await call<CartView>(bob, 'GET', '/cart')).body.items).toEqual(items);
  });

  it('is quoted by line with its tax, and says what is in the way', async () => {
    const book = await aProduct(app.current, { stock: 3 });
    const course = await aProduct(app.current, { digital: true, amount: 11_900 });
    const last = await aProduct(app.current, { stock: 0 });
    const before = await written();
    const { body } = await call<QuoteView>(ada, 'POST', '/cart/quote', {
      items: [
        { productId: last.id, quantity: 1 },
        { productId: book.id, quantity: 1 },
        { productId: course.id, quantity: 1 },
        { productId: book.id, quantity: 1 },
        { planId: professional, quantity: 1 },
      ],
    });
    expect(body.lines.map((line) => [line.kind, line.quantity, line.amount.amount, line.tax.amount])).toEqual([
      ['product', 2, 5_000, 327],
      ['product', 1, 11_900, 1_900],
      ['plan', 1, 12_900, 0],
    ]);
    expect([body.total.amount, body.tax.amount, body.ships]).toEqual([29_800, 2_227, true]);
    expect(body.taxLines.map(({ name, net, tax }) => [name, net.amount, tax.amount])).toEqual([
      ['Tax-free', 12_900, 0],
      ['VAT 7 %', 4_673, 327],
      ['VAT 19 %', 10_000, 1_900],
    ]);
    expect(body.problems).toMatchObject([{ item: 0, code: 'sold_out', available: 0 }]);
    const none = await call<QuoteView>(ada, 'POST', '/cart/quote', { items: [{ productId: last.id, quantity: 1 }] });
    expect([none.status, none.body.total.amount, none.body.lines]).toEqual([200, 0, []]);
    expect(await written()).toEqual(before);
  });

  it('is emptied of what was bought, once it is bought', async () => {
    const book = await aProduct(app.current, { stock: 5 });
    const other = await aProduct(app.current, { stock: 5 });
    const items = [
      { productId: book.id, quantity: 2 },
      { productId: other.id, quantity: 3 },
    ];
    await call(ada, 'PUT', '/cart', { items });
    const refused = await order(ada, { items, paymentMethod: 'pm_card_chargeDeclined', shippingAddress: anAddress });
    await untilOrder(app.current, refused.body.id, 'failed');
    expect((await call<CartView>(ada, 'GET', '/cart')).body.items).toEqual(items);
    const bought = [
      { productId: book.id, quantity: 2 },
      { productId: other.id, quantity: 1 },
    ];
    await order(ada, { items: bought, paymentMethod: 'pm_card_visa', shippingAddress: anAddress });
    await eventually(async () => {
      expect((await call<CartView>(ada, 'GET', '/cart')).body.items).toEqual([{ productId: other.id, quantity: 2 }]);
    });
  });
});

describe('an order over HTTP', () => {
  it('is answered at once, followed step by step, and sent', async () => {
    const book = await aProduct(app.current, { stock: 2 });
    const placed = await order(ada, {
      items: [{ productId: book.id, quantity: 1 }],
      paymentMethod: 'pm_card_visa',
      shippingAddress: anAddress,
    });
    expect([placed.status, placed.body.status]).toEqual([202, 'created']);
    expect(placed.body).toMatchObject({
      number: expect.stringMatching(/^O-\d{6}$/),
      total: { amount: 2_500, currency: 'EUR' },
      tax: { amount: 164 },
      shippingAddress: anAddress,
      payment: null,
      shipment: null,
    });
    expect(placed.body.steps.map((step) => step.name)).toEqual([
      'check-member',
      'payment',
      'reserve-stock',
      'ship',
      'complete',
    ]);
    const { id } = placed.body;
    await untilOrder(app.current, id, 'completed');
    const done = await seen(ada, id);
    expect(done).toMatchObject({
      status: 'completed',
      payment: { status: 'succeeded', card: { brand: 'visa', last4: '4242' } },
      shipment: { status: 'created', number: expect.stringMatching(/^S-\d{6}$/) },
      sagaId: null,
      actions: [],
    });
    expect(done.steps.every((step) => step.status === 'completed' && step.attempts === 1)).toBe(true);
    expect(JSON.stringify(done)).not.toMatch(/seti_|client_secret|pi_/);

    const byStaff = await seen(staff, id);
    expect(byStaff).toMatchObject({ actions: ['hand-over'], shippingAddress: { line1: '***', city: 'Bern' } });
    expect(byStaff.sagaId).not.toBeNull();
    const clear = await call<{ shippingAddress: object }>(staff, 'POST', `/orders/${id}/reveals`, {
      reason: 'Packing',
    });
    expect(clear.body.shippingAddress).toMatchObject(anAddress);
    expect((await auditOf(app.current, 'order.reveal')).length).toBe(1);
    const packed = await call<List<OrderSummary>>(staff, 'GET', '/orders?shipment=created&limit=200');
    expect(packed.body.data.map((one) => one.id)).toContain(id);
    for (const _ of [1, 2]) {
      const handed = await call<OrderView>(staff, 'POST', `/orders/${id}/shipments/handed-over`);
      expect([handed.status, handed.body.shipment?.status, handed.body.actions]).toEqual([200, 'handed_over', []]);
    }
    const told = await sql()`select 1 from events where type = 'shipment.handed_over' and data->>'orderId' = ${id}`;
    expect(told).toHaveLength(1);
  });

  it('of a plan carries its terms, and needs no address', async () => {
    const { body } = await order(ada, {
      items: [{ planId: professional, quantity: 1 }],
      paymentMethod: 'pm_card_visa',
    });
    await untilOrder(app.current, body.id, 'completed');
    const [item] = (await orderNow(app.current, body.id)).items;
    expect(item).toMatchObject({ kind: 'plan', planId: professional, amount: 12_900 });
    expect(item?.terms).toMatchObject({ kind: 'period', makes: 'join' });
    expect((await ledgerOf(app.current)).membership_income).toBeLessThanOrEqual(-12_900);
  });

  it('of nothing to pay needs no card', async () => {
    const free = await aProduct(app.current, { digital: true, amount: 0 });
    const { status, body } = await order(ada, { items: [{ productId: free.id, quantity: 1 }] });
    expect(status).toBe(202);
    await untilOrder(app.current, body.id, 'completed');
    expect((await seen(ada, body.id)).payment).toBeNull();
  });

  it('that the bank asks about says where to go, and can be called off: nothing is charged', async () => {
    const book = await aProduct(app.current, { stock: 1 });
    const { body } = await order(ada, {
      items: [{ productId: book.id, quantity: 1 }],
      paymentMethod: 'pm_card_authenticationRequired',
      shippingAddress: anAddress,
    });
    const { id } = body;
    await untilOrder(app.current, id, 'requires_action');
    const asked = await seen(ada, id);
    expect(asked).toMatchObject({
      nextAction: { type: 'redirect', url: expect.stringMatching(/^http/) },
      actions: ['cancel'],
    });
    expect((await call<List<OrderSummary>>(ada, 'GET', '/orders?state=open')).body.data.map((one) => one.id)).toEqual([
      id,
    ]);
    expect((await call(bob, 'POST', `/orders/${id}/cancel`)).status).toBe(404);
    expect((await call(staff, 'POST', `/orders/${id}/cancel`)).status).toBe(404);

    sandbox.faults.set({ partner: 'gateway', fault: 'refuse', rate: 1 });
    const away = await call(ada, 'POST', `/orders/${id}/cancel`);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '10']);
    sandbox.faults.clear();
    await eventually(async () => {
      const { status } = await call(ada, 'POST', `/orders/${id}/cancel`);
      expect([202, 422]).toContain(status);
    });
    await untilOrder(app.current, id, 'failed');
    const over = await seen(ada, id);
    expect(over).toMatchObject({ failure: { code: 'canceled' }, payment: { status: 'failed' }, actions: [] });
    expect(over.nextAction).toBeUndefined();
    const [stock] = await sql()`select on_hand, held from stock_levels where product_id = ${book.id}`;
    expect(stock).toEqual({ on_hand: 1, held: 0 });
    expect((await call(ada, 'POST', `/orders/${id}/cancel`)).status).toBe(422);
  });

  it('is found by number, amount, time, status and member by staff; by a member only among their own', async () => {
    const course = await aProduct(app.current, { digital: true, amount: 43_211 });
    const { body } = await order(bob, {
      items: [{ productId: course.id, quantity: 1 }],
      paymentMethod: 'pm_card_visa',
    });
    await untilOrder(app.current, body.id, 'completed');
    const ids = async (who: SignedInUser, query: string) =>
      (await call<List<OrderSummary>>(who, 'GET', `/orders?${query}`)).body.data.map((one) => one.id);
    const queries = [
      `number=${body.number.toLowerCase()}`,
      'amount=43211',
      `memberId=${bob.memberId}&status=completed`,
      `memberId=${bob.memberId}&from=${body.createdAt}&to=${new Date().toISOString()}&state=finished`,
    ];
    for (const query of queries) expect([query, await ids(staff, query)]).toEqual([query, [body.id]]);
    const [buyer] = await sql()`
      select number as "memberNumber", given_name || ' ' || family_name as "memberName" from members where id = ${bob.memberId}`;
    const listed = (await call<List<OrderSummary>>(staff, 'GET', '/orders?amount=43211')).body.data;
    expect(listed).toMatchObject([{ ...buyer }]);
    expect((await call<OrderView>(staff, 'GET', `/orders/${body.id}`)).body).toMatchObject({ ...buyer });
    const own = (await call<OrderView>(bob, 'GET', `/orders/${body.id}`)).body;
    expect([own.memberNumber, own.memberName]).toEqual([null, null]);
    expect(await ids(staff, `memberId=${bob.memberId}&status=failed`)).toEqual([]);
    expect(await ids(ada, `number=${body.number}`)).toEqual([]);
    expect((await call(ada, 'GET', `/orders?memberId=${bob.memberId}`)).status).toBe(404);
    expect((await call(ada, 'GET', `/orders/${body.id}`)).status).toBe(404);
    expect((await call(ada, 'GET', '/orders?status=eaten')).status).toBe(400);

    const all = await ids(ada, 'limit=200');
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: List<OrderSummary> = (
        await call<List<OrderSummary>>(ada, 'GET', `/orders?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      ).body;
      paged.push(...page.data.map((one) => one.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(all);
  });

  it('of something that is not sent has nothing to hand over', async () => {
    const free = await aProduct(app.current, { digital: true, amount: 0 });
    const { body } = await order(ada, { items: [{ productId: free.id, quantity: 1 }] });
    await untilOrder(app.current, body.id, 'completed');
    expect((await call(staff, 'POST', `/orders/${body.id}/shipments/handed-over`)).status).toBe(422);
    expect((await call(ada, 'POST', `/orders/${body.id}/shipments/handed-over`)).status).toBe(403);
  });
});

describe('what cannot be ordered', () => {
  it('is refused with its status and its reason, and nothing is written', async () => {
    const book = await aProduct(app.current, { stock: 3 });
    const two = await aProduct(app.current, { stock: 1 });
    const retired = await aProduct(app.current);
    await sql()`update products set retired_at = now() where id = ${retired.id}`;
    const limited = await aProduct(app.current);
    await sql()`update products set max_per_order = 2 where id = ${limited.id}`;
    const dear = await aProduct(app.current, { digital: true, amount: 99_999_999_999 });
    const foreign = await aProduct(app.current, { digital: true });
    await sql()`update products set price_currency = 'CHF' where id = ${foreign.id}`;
    const bobs = await aCardOf(bob);
    const one = (productId: string, quantity: unknown = 1) => ({ productId, quantity });
    const good = { items: [one(book.id)], paymentMethod: 'pm_card_visa', shippingAddress: anAddress };
    const items = (...list: unknown[]) => ({ ...good, items: list });
    const student = '0190a5b0-0000-7000-8000-000000000001';
    const cases: Array<[string, unknown, number, string]> = [
      ['more than there is', items(one(book.id, 4)), 422, 'items.0'],
      ['more than there is, in two lines', items(one(book.id, 2), one(book.id, 2)), 422, 'items.0'],
      ['more than may be', items(one(limited.id, 3)), 422, 'items.0'],
      ['one of two is short', items(one(book.id), one(two.id, 2)), 422, 'items.1'],
      ['zero', items(one(book.id, 0)), 400, 'items.0.quantity'],
      ['negative', items(one(book.id, -1)), 400, 'items.0.quantity'],
      ['a fraction', items(one(book.id, 1.5)), 400, 'items.0.quantity'],
      ['overflow', items(one(book.id, 2 ** 53)), 400, 'items.0.quantity'],
      ['beyond all', JSON.stringify(items(one(book.id, 7777))).replace('7777', '1e999'), 400, 'items.0.quantity'],
      ['words', items(one(book.id, '1')), 400, 'items.0.quantity'],
      ['nothing', items(), 400, 'items'],
      ['neither product nor plan', items({ quantity: 1 }), 400, 'items.0.productId'],
      ['both', items({ productId: book.id, planId: professional, quantity: 1 }), 400, 'items.0.productId'],
      ['unknown product', items(one(uuidv7())), 422, 'items.0'],
      ['retired product', items(one(retired.id)), 422, 'items.0'],
      ['unknown plan', items({ planId: uuidv7(), quantity: 1 }), 422, 'items.0'],
      ['two plans', items({ planId: professional, quantity: 1 }, { planId: student, quantity: 1 }), 422, 'items.1'],
      ['a plan twice', items({ planId: professional, quantity: 2 }), 422, 'items.0'],
      ['an amount beyond all', items(one(dear.id, 2)), 422, 'items'],
      ['two currencies', items(one(book.id), one(foreign.id)), 422, 'items'],
      ['another’s card', { ...good, paymentMethod: bobs }, 422, 'paymentMethod'],
      ['a card that is not there', { ...good, paymentMethod: uuidv7() }, 422, 'paymentMethod'],
      ['a card number', { ...good, paymentMethod: '4242424242424242' }, 422, 'paymentMethod'],
      ['no payment method', { items: good.items, shippingAddress: anAddress }, 422, 'paymentMethod'],
      ['no address', { items: good.items, paymentMethod: 'pm_card_visa' }, 422, 'shippingAddress'],
      ['half an address', { ...good, shippingAddress: { line1: 'x' } }, 400, 'shippingAddress.city'],
      ['a price of one’s own', { ...good, total: 1 }, 400, 'total'],
      ['another price than was seen', { ...good, total: { amount: 1_000, currency: 'EUR' } }, 422, 'total'],
      ['another currency than was seen', { ...good, total: { amount: 2_500, currency: 'USD' } }, 422, 'total'],
    ];
    const before = await written();
    for (const [what, body, status, path] of cases) {
      const answer = await order(ada, body);
      const paths = answer.body.errors?.map((error) => error.path);
      expect([what, answer.status, paths?.[0]]).toEqual([what, status, path]);
      expect([what, answer.body.detail.length > 10]).toEqual([what, true]);
    }
    expect(await written()).toEqual(before);
    const [stock] = await sql()`select on_hand, held from stock_levels where product_id = ${book.id}`;
    expect(stock).toEqual({ on_hand: 3, held: 0 });
    // The control: without anything wrong it is taken.
    expect((await order(ada, { ...good, total: { amount: 2_500, currency: 'EUR' } })).status).toBe(202);
  });

  it('includes anything for somebody with whom no business is done', async () => {
    const eve = await aSignedInUser(app.current);
    const free = await aProduct(app.current, { digital: true, amount: 0 });
    await sql()`update members set status = 'suspended' where id = ${eve.memberId}`;
    const { status, body } = await order(eve, { items: [{ productId: free.id, quantity: 1 }] });
    expect([status, body.detail]).toEqual([422, expect.stringContaining('does not allow orders')]);
    const none = await aSignedInUser(app.current, { roles: ['staff'] });
    expect((await order(none, { items: [{ productId: free.id, quantity: 1 }] })).status).toBe(404);
  });
});

async function aCardOf(person: SignedInUser): Promise<string> {
  const id = uuidv7();
  await sql()`
    insert into cards (id, member_id, status, token, payment_method_id, brand, last4, exp_month, exp_year, created_at, updated_at)
    values (${id}, ${person.memberId}, 'active', ${`tok_${id}`}, ${`pm_${id}`}, 'visa', '4242', 12, 2099, now(), now())`;
  return id;
}
