import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry, reverseEntry } from '#server/ledger/commands/entries.ts';
import { fundedAccountOf } from '#server/ledger/ledger.testing.ts';
import { requestTransfer } from '#server/ledger/transfers/commands.ts';
import { repayLoan } from '#server/loans/commands/repay.ts';
import { borrower, hardship, lent } from '#server/loans/loans.testing.ts';
import { joined } from '#server/members/members.testing.ts';
import { aMembershipOf, professional } from '#server/memberships/memberships.testing.ts';
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

const anEntry = async (key: string, refs: { kind: string; orderId?: string; paymentId?: string }) => {
  await inTransaction(
    createContext(app.current, { actor: { kind: 'system', name: 'test' }, now: () => new Date(longAgo) }),
    async (tx) =>
      postEntry(tx, {
        kind: refs.kind as 'payment',
        currency: 'EUR',
        postings: [
          { accountId: await systemAccount(tx, 'gateway', 'EUR'), direction: 'debit', amount: 2500 },
          { accountId: await systemAccount(tx, 'customer_deposits', 'EUR'), direction: 'credit', amount: 2500 },
        ],
        idempotencyKey: key,
        refs,
      }),
  );
};

/** A completed order whose money went back whole, and of which nobody has made a parcel. */
async function aRefundedOrder() {
  const orderId = await anOrder('completed');
  const paymentId = await aPayment(orderId);
  await anEntry(`payment:${paymentId}`, { kind: 'payment', orderId, paymentId });
  await anEntry(`order:${orderId}:sale`, { kind: 'sale', orderId });
  await sql()`
    update payments set status = 'refunded', refunds_asked = 2500, refunded_amount = 2500 where id = ${paymentId}`;
  const [item] = await sql()<{ productId: string }[]>`
    select product_id as "productId" from order_items where order_id = ${orderId}`;
  return { orderId, productId: item?.productId ?? '' };
}

/** A plan that was bought and paid for, and the membership that it became: all of it long ago and in order. */
async function aPaidMembership() {
  const buyer = (await joined(app.current)).memberId;
  const membershipId = await aMembershipOf(app.current, buyer);
  const orderId = await anOrder('completed', longAgo, true);
  await sql()`delete from order_items where order_id = ${orderId}`;
  await sql()`
    insert into order_items (order_id, line, kind, plan_id, name, quantity, unit_amount, amount, tax_code, tax_rate_bp, tax, digital, terms)
    values (${orderId}, 1, 'plan', ${professional}, 'Professional', 1, 2500, 2500, 'none', 0, 0, true, '{"kind":"period"}')`;
  const paymentId = await aPayment(orderId);
  await anEntry(`payment:${paymentId}`, { kind: 'payment', orderId, paymentId });
  await anEntry(`order:${orderId}:sale`, { kind: 'sale', orderId });
  await sql()`update memberships set updated_at = ${longAgo} where id = ${membershipId}`;
  const [period] = await sql()<{ id: string }[]>`
    update membership_periods set origin = 'paid', order_id = ${orderId}, line = 1, created_at = ${longAgo}
    where membership_id = ${membershipId} returning id`;
  return { membershipId, orderId, paymentId, periodId: period?.id ?? '' };
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

  it('misses no parcel that was stopped because all of the money went back, and whose goods are there again', async () => {
    const { orderId, productId } = await aRefundedOrder();
    await check();
    expect(await openOnes(orderId)).toEqual(['order_without_delivery']);
    await sql()`
      insert into shipments (id, number, order_id, status, created_at)
      values (${uuidv7()}, 'S-900003', ${orderId}, 'cancelled', now())`;
    await sql()`
      insert into stock_holds (order_id, product_id, quantity, status, updated_at)
      values (${orderId}, ${productId}, 1, 'shipped', now())`;
    await check();
    expect(await openOnes(orderId)).toEqual(['order_without_delivery']);
    await sql()`update stock_holds set status = 'released' where order_id = ${orderId}`;
    await check();
    expect(await openOnes(orderId)).toEqual([]);
    await sql()`update payments set status = 'partially_refunded', refunds_asked = 500, refunded_amount = 500 where order_id = ${orderId}`;
    await check();
    expect(await openOnes(orderId)).toEqual(['order_without_delivery']);
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

describe('memberships', () => {
  const foundFor = (membershipId: string) =>
    sql()`select 1 from events where type = 'discrepancy.found' and data->>'membershipId' = ${membershipId}`;

  it('that were paid for trace to a posted payment, and those that were given need none', async () => {
    const { membershipId, orderId, periodId } = await aPaidMembership();
    await aMembershipOf(app.current, (await joined(app.current)).memberId);
    await check();
    expect([await openOnes(membershipId), await openOnes(periodId), await openOnes(orderId)]).toEqual([[], [], []]);
    expect(await openOnes(`${orderId}:1`)).toEqual([]);
  });

  it('whose payment failed, is not in the books, or was given back whole are found', async () => {
    const unpaid = await aPaidMembership();
    await sql()`update payments set status = 'failed' where id = ${unpaid.paymentId}`;
    const unbooked = await aPaidMembership();
    const [entry] = await sql()<{ id: string }[]>`
      select id from journal_entries where idempotency_key = ${`payment:${unbooked.paymentId}`}`;
    await inTransaction(systemContext(app.current), (tx) =>
      reverseEntry(tx, { entryId: entry?.id ?? '', idempotencyKey: `test:${unbooked.paymentId}` }),
    );
    const givenBack = await aPaidMembership();
    await sql()`
      update payments set status = 'refunded', refunds_asked = 2500, refunded_amount = 2500 where id = ${givenBack.paymentId}`;
    await check();
    for (const { membershipId, periodId } of [unpaid, unbooked, givenBack]) {
      expect(await openOnes(periodId)).toEqual(['period_without_payment']);
      expect(await foundFor(membershipId)).toHaveLength(1);
    }
    // The days that were had stay paid for.
    await sql()`
      update membership_periods set period = daterange(lower(period) - 9, lower(period)) where id = ${givenBack.periodId}`;
    await check();
    expect(await openOnes(givenBack.periodId)).toEqual([]);
  });

  it('that no period stands behind, and plans that were paid for and never became one, are found', async () => {
    const { membershipId, orderId, periodId } = await aPaidMembership();
    await sql()`update membership_periods set order_id = null, line = null, origin = 'import' where id = ${periodId}`;
    await check();
    expect(await openOnes(`${orderId}:1`)).toEqual(['order_without_period']);
    await sql()`update membership_periods set voided_at = now(), void_cause = 'test' where id = ${periodId}`;
    await check();
    expect(await openOnes(membershipId)).toEqual(['membership_without_period']);
    expect(await foundFor(membershipId)).toHaveLength(1);
  });
});

/** The mirror image of an entry, written by somebody. */
const takeBack = async (key: string) => {
  const [entry] = await sql()<{ id: string }[]>`select id from journal_entries where idempotency_key = ${key}`;
  await inTransaction(systemContext(app.current), (tx) =>
    reverseEntry(tx, { entryId: entry?.id ?? '', idempotencyKey: `test:${key}` }),
  );
};

describe('the ledger', () => {
  it('finds a loan that is not what its schedule says', async () => {
    const ada = await borrower(app.current, 50_000);
    const sound = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 });
    await repayLoan(ada.ctx, { loanId: sound.id, amount: 50_000, from: 'account' });
    const bob = await borrower(app.current, 50_000);
    const broken = await lent(app.current, bob, { productId: hardship.id, amount: 120_000 });
    await takeBack(`loan:${broken.id}:disbursement`);
    await sql()`update loans set updated_at = ${longAgo}`;
    await check();
    expect([await openOnes(sound.id), await openOnes(broken.id)]).toEqual([[], ['loan_not_in_books']]);
  });

  it('finds a transfer whose money is not where it is said to be', async () => {
    const [from, to] = [await joined(app.current), await joined(app.current)];
    const accounts = [
      await fundedAccountOf(app.current, from.memberId, 1_000),
      await fundedAccountOf(app.current, to.memberId, 0),
    ];
    const [a, b] = accounts.map(({ id }) => id);
    const ask = () =>
      requestTransfer(from.ctx, { fromAccountId: a ?? '', toAccountId: b ?? '', amount: 100, currency: 'EUR' });
    const end = (id: string, status: string) =>
      sql()`update transfers set status = ${status}, finished_at = ${longAgo} where id = ${id}`;
    const [waiting, held, unpaid] = [await ask(), await ask(), await ask()];
    await end(held.id, 'failed');
    await end(unpaid.id, 'completed');
    await check();
    const found = await Promise.all([waiting, held, unpaid].map(({ id }) => openOnes(id)));
    expect(found).toEqual([[], ['transfer_not_in_books'], ['transfer_not_in_books']]);
  });
});

describe('an entry that was taken back', () => {
  it('counts as none: for a charge, a refund and a sale', async () => {
    const charge = await aPayment(null);
    await anEntry(`payment:${charge}`, { kind: 'payment', paymentId: charge });
    const refund = uuidv7();
    await sql()`
      update payments set refunds_asked = 2500, refunded_amount = 2500, status = 'refunded' where id = ${charge}`;
    await sql()`
      insert into refunds (id, payment_id, amount, currency, status, cause, meaning, created_at, updated_at)
      values (${refund}, ${charge}, 2500, 'EUR', 'succeeded', 'staff', ${refund}, ${longAgo}, ${longAgo})`;
    await anEntry(`refund:${refund}`, { kind: 'refund', paymentId: charge });
    const order = await anOrder('completed');
    await anEntry(`order:${order}:sale`, { kind: 'sale', orderId: order });
    await check();
    expect([await openOnes(charge), await openOnes(refund)]).toEqual([[], []]);
    expect(await openOnes(order)).not.toContain('order_without_sale');
    for (const key of [`payment:${charge}`, `refund:${refund}`, `order:${order}:sale`]) await takeBack(key);
    await check();
    expect(await openOnes(charge)).toContain('charge_without_entry');
    expect(await openOnes(refund)).toContain('refund_without_entry');
    expect(await openOnes(order)).toContain('order_without_sale');
  });
});

describe('the other way round', () => {
  it('sees entries without a refund, and sales and deliveries of orders that were given up', async () => {
    const charge = await aPayment(null);
    await anEntry(`payment:${charge}`, { kind: 'payment', paymentId: charge });
    const refund = uuidv7();
    await anEntry(`refund:${refund}`, { kind: 'refund', paymentId: charge });
    const given = await anOrder('failed');
    await anEntry(`order:${given}:sale`, { kind: 'sale', orderId: given });
    await sql()`
      insert into shipments (id, number, order_id, status, created_at)
      values (${uuidv7()}, 'S-900002', ${given}, 'created', now())`;
    const ungranted = await anOrder('failed', longAgo, true);
    await sql()`
      insert into digital_grants (id, member_id, product_id, order_id, line, granted_at)
      select ${uuidv7()}, ${memberId}, product_id, order_id, line, now() from order_items where order_id = ${ungranted}`;
    await check();
    const [entry] = await sql()<
      { id: string }[]
    >`select id from journal_entries where idempotency_key = ${`refund:${refund}`}`;
    expect(await openOnes(entry?.id ?? '')).toEqual(['entry_without_refund']);
    expect(await openOnes(given)).toEqual(['delivery_without_order', 'sale_without_order']);
    expect(await openOnes(ungranted)).toEqual(['delivery_without_order']);

    await anEntry(`refund:${refund}:returned`, { kind: 'refund', paymentId: charge });
    await sql()`update shipments set status = 'cancelled' where order_id = ${given}`;
    await sql()`update digital_grants set revoked_at = now() where order_id = ${ungranted}`;
    await check();
    expect(await openOnes(entry?.id ?? '')).toEqual([]);
    expect([await openOnes(given), await openOnes(ungranted)]).toEqual([['sale_without_order'], []]);
  });
});
