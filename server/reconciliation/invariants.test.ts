import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { inTransaction } from '#server/context/context.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { joined } from '#server/members/members.testing.ts';
import { aProduct, card } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { checkInvariants } from './invariants.ts';

const app = testApp();
const sql = () => app.current.database.sql;
let memberId = '';
beforeAll(async () => {
  await prepareQueues(app.current, queues);
  memberId = (await joined(app.current)).memberId;
});

const check = () => inTransaction(systemContext(app.current), (tx) => checkInvariants(tx));
const longAgo = new Date(Date.now() - 3_600_000).toISOString();
const justNow = () => new Date().toISOString();

async function anOrder(status: 'completed' | 'failed', at = longAgo, digital = false) {
  const id = uuidv7();
  const product = await aProduct(app.current, { digital });
  await sql()`
    insert into orders (id, number, member_id, status, origin, currency, total, tax, tax_lines, ships, shipping_address_sealed,
      payment_choice, correlation_id, version, created_at, updated_at, finished_at)
    values (${id}, ${`O-${id.replace(/\D/g, '').slice(0, 12).padEnd(6, '0')}`}, ${memberId}, ${status}, 'checkout', 'EUR', 2500, 0, '[]',
      ${!digital}, 'sealed:1:x', ${JSON.stringify(card())}::text::jsonb, ${uuidv7()}, 1, ${at}, ${at}, ${at})`;
  await sql()`
    insert into order_items (order_id, line, kind, product_id, name, quantity, unit_amount, amount, tax_code, tax_rate_bp, tax, digital)
    values (${id}, 1, 'product', ${product.id}, 'Thing', 1, 2500, 2500, 'none', 0, 0, ${digital})`;
  return id;
}

async function aPayment(orderId: string | null, at = longAgo) {
  const id = uuidv7();
  await sql()`
    insert into payments (id, number, member_id, purpose, order_id, method, amount, currency, status, payment_method_id,
      correlation_id, created_at, updated_at, settled_at)
    values (${id}, ${`P-${id.replace(/\D/g, '').slice(0, 12).padEnd(6, '0')}`}, ${memberId}, ${orderId ? 'order' : 'donation'}, ${orderId},
      'card', 2500, 'EUR', 'succeeded', 'pm_card_visa', ${uuidv7()}, ${at}, ${at}, ${at})`;
  return id;
}

const openOnes = async (key: string) =>
  (
    await sql()<{ kind: string }[]>`select kind from discrepancies where key = ${key} and status = 'open' order by kind`
  ).map((row) => row.kind);

describe('the invariant monitor', () => {
  it('finds nothing in a house that is in order', async () => {
    expect(Object.values(await check()).every((n) => n === 0)).toBe(true);
  });

  it('finds what does not add up, says it once, and closes what has come right', async () => {
    const charge = await aPayment(null);
    const undelivered = await anOrder('completed');
    const ungranted = await anOrder('completed', longAgo, true);
    const given = await anOrder('failed');
    const stray = await aPayment(given);
    await check();
    expect(await openOnes(charge)).toEqual(['charge_without_entry']);
    expect(await openOnes(undelivered)).toEqual([
      'order_without_delivery',
      'order_without_payment',
      'order_without_sale',
    ]);
    expect(await openOnes(ungranted)).toContain('order_without_delivery');
    expect(await openOnes(stray)).toContain('payment_without_order');

    await check();
    const [told] = await sql()<{ n: number }[]>`
      select count(*)::int as n from events where type = 'discrepancy.found' and data->>'paymentId' = ${charge}`;
    expect(told?.n).toBe(1);

    await sql()`
      insert into shipments (id, number, order_id, status, created_at)
      values (${uuidv7()}, 'S-900001', ${undelivered}, 'created', now())`;
    await check();
    expect(await openOnes(undelivered)).toEqual(['order_without_payment', 'order_without_sale']);
    const [closed] = await sql()<{ n: number }[]>`
      select count(*)::int as n from events where type = 'discrepancy.resolved' and data->>'orderId' = ${undelivered}`;
    expect(closed?.n).toBe(1);
  });

  it('leaves alone what is under way', async () => {
    const fresh = await aPayment(null, justNow());
    const done = await anOrder('completed', justNow());
    await check();
    expect([await openOnes(fresh), await openOnes(done)]).toEqual([[], []]);
  });

  it('sees stock that no order accounts for', async () => {
    const product = await aProduct(app.current, { stock: 5 });
    await sql()`update stock_levels set held = 2 where product_id = ${product.id}`;
    await check();
    expect(await openOnes(product.id)).toEqual(['stock_unaccounted']);
    await sql()`update stock_levels set held = 0 where product_id = ${product.id}`;
    await check();
    expect(await openOnes(product.id)).toEqual([]);
  });
});
