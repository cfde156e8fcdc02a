import { beforeAll, describe, expect, it } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { aProduct, card, ledgerOf, orderNow, type Product, place, untilOrder } from '#server/orders/orders.testing.ts';
import { callAs, testHouse } from '#server/payments/payments.testing.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';

/** Money that goes back before, at and after delivery: what it leaves in the books, for the order and for the house. */
const house = testHouse();
const app = house.app;
const sql = () => app.current.database.sql;
let staff: Pick<Person, 'caller'>;
let ada: Person;
let book: Product;
let course: Product;
beforeAll(async () => {
  const user = await aSignedInUser(app.current, { roles: ['staff'] });
  staff = { caller: { name: 'staff', actor: user.actor, headers: { cookie: user.cookie } } };
  ada = await aMember(app.current, 'ada');
  book = await aProduct(app.current, { stock: 100, amount: 2_501 });
  course = await aProduct(app.current, { digital: true, amount: 11_900 });
});

const total = 2_501 * 2 + 11_900;
const order = (method = 'pm_card_visa') =>
  place(app.current, ada.memberId, [book.line(2), course.line()], card(method));

async function delivered(method?: string) {
  const { id } = await order(method);
  await untilOrder(app.current, id, 'completed', 30_000);
  return { id, ...(await paymentOf(id)) };
}

const paymentOf = async (orderId: string) => {
  const [row] = await sql()<{ paymentId: string; chargeId: string; status: string; refunded: number; asked: number }[]>`
    select id as "paymentId", charge_id as "chargeId", status, refunded_amount as refunded, refunds_asked as asked
    from payments where order_id = ${orderId}`;
  if (!row) throw new Error('no payment');
  return row;
};
const refund = async (paymentId: string, amount?: number) => {
  const answer = await callAs(house, staff, 'POST', `/payments/${paymentId}/refunds`, {
    ...(amount ? { amount } : {}),
    reason: 'Asked for',
  });
  expect(answer.status).toBe(202);
};
const untilPayment = (orderId: string, expected: Partial<Awaited<ReturnType<typeof paymentOf>>>) =>
  eventually(async () => expect(await paymentOf(orderId)).toMatchObject(expected), 30_000);

/** What the house owes the payer of this order: what its entries have left of it among the deposits. */
const depositsOf = async (orderId: string): Promise<number> => {
  const [row] = await sql()<{ n: number }[]>`
    select coalesce(sum(case direction when 'credit' then p.amount else -p.amount end), 0)::int as n
    from postings p join journal_entries e on e.id = p.entry_id join accounts a on a.id = p.account_id
    where e.order_id = ${orderId} and a.code = 'customer_deposits'`;
  return row?.n ?? 0;
};
/** What of it counts as sold, and what as tax, after all that was taken back. */
const soldOf = async (orderId: string) => {
  const [row] = await sql()<{ income: number; tax: number }[]>`
    select coalesce(sum(case direction when 'credit' then p.amount else -p.amount end) filter (where a.class = 'income'), 0)::int as income,
      coalesce(sum(case direction when 'credit' then p.amount else -p.amount end) filter (where a.code = 'tax_payable'), 0)::int as tax
    from postings p join journal_entries e on e.id = p.entry_id join accounts a on a.id = p.account_id
    where e.order_id = ${orderId}`;
  return row;
};
const creditNotes = async (orderId: string) =>
  (
    await sql()<{ total: number }[]>`
      select total::int from documents where order_id = ${orderId} and kind = 'credit_note' order by total`
  ).map((row) => row.total);
const untilCredited = (orderId: string, totals: number[]) =>
  eventually(async () => expect(await creditNotes(orderId)).toEqual(totals), 30_000);

/** Debits are credits, the gateway's own sums are the books', and nothing is broken. */
async function expectSound(): Promise<void> {
  const answer = await atGateway('GET', '/v1/test_helpers/totals');
  const { all } = (await answer.json()) as { all: { currency: string; net: number }[] };
  const net = all.find(({ currency }) => currency === 'eur')?.net ?? 0;
  await eventually(async () => expect((await ledgerOf(app.current)).gateway).toBe(net), 30_000);
  const books = Object.values(await ledgerOf(app.current));
  expect(books.reduce((sum, one) => sum + one, 0)).toBe(0);
  await sql()`update payments set settled_at = settled_at - interval '1 hour' where settled_at is not null`;
  await sql()`update refunds set updated_at = updated_at - interval '1 hour'`;
  await sql()`update orders set finished_at = finished_at - interval '1 hour' where finished_at is not null`;
  const broken = await inTransaction(systemContext(app.current), (tx) => checkInvariants(tx));
  expect(Object.entries(broken).filter(([, n]) => n > 0)).toEqual([]);
}

const atGateway = (method: string, path: string, form?: Record<string, string>) =>
  fetch(new URL(path, house.sandbox.urls.gateway), {
    method,
    headers: { authorization: `Bearer ${house.sandbox.credentials.gateway.secretKey}` },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  });

/** Time in which the payers' banks say what has become of refunds. */
let clock: { id: string; now: number } | undefined;
async function aDayPasses(): Promise<void> {
  const clocks = '/v1/test_helpers/test_clocks';
  if (!clock) {
    const now = Math.floor(Date.now() / 1_000);
    const made = await atGateway('POST', clocks, { frozen_time: String(now) });
    clock = { ...((await made.json()) as { id: string }), now };
  }
  clock.now += 86_400;
  await atGateway('POST', `${clocks}/${clock.id}/advance`, { frozen_time: String(clock.now) });
}

/** Runs `work` while the order is paid and its stock cannot be reserved yet; `missing`: nor ever will be. */
async function beforeDelivery(
  work: (orderId: string, paymentId: string) => Promise<void>,
  { method, missing = false }: { method?: string; missing?: boolean } = {},
): Promise<string> {
  const { id } = await order(method);
  await sql().begin(async (tx) => {
    await tx`select 1 from stock_levels where product_id = ${book.id} for update`;
    if (missing) {
      await tx`update stock_holds set status = 'released' where order_id = ${id}`;
      await tx`update stock_levels set held = held - 2, on_hand = held - 2 where product_id = ${book.id}`;
    }
    await eventually(async () => expect((await paymentOf(id)).status).toBe('succeeded'), 30_000);
    await work(id, (await paymentOf(id)).paymentId);
  });
  return id;
}

describe('after delivery', () => {
  it('in part: the sale is taken back by line and tax, and the deposits are even', async () => {
    const { id, paymentId } = await delivered();
    expect([await depositsOf(id), (await soldOf(id))?.income]).toEqual([0, total - 327 - 1_900]);
    await refund(paymentId, 2_900);
    await untilCredited(id, [2_900]);
    expect(await depositsOf(id)).toBe(0);
    const sold = await soldOf(id);
    expect((sold?.income ?? 0) + (sold?.tax ?? 0)).toBe(total - 2_900);
    await expectSound();
  });

  it('in two parts, and then the rest: nothing of the sale is left', async () => {
    const { id, paymentId } = await delivered();
    await refund(paymentId, 1);
    await refund(paymentId, 3_333);
    await untilCredited(id, [1, 3_333]);
    expect(await depositsOf(id)).toBe(0);
    await refund(paymentId);
    await untilCredited(id, [1, 3_333, total - 3_334]);
    expect([await depositsOf(id), await soldOf(id)]).toEqual([0, { income: 0, tax: 0 }]);
    await expectSound();
  });

  it('whole', async () => {
    const { id, paymentId } = await delivered();
    await refund(paymentId);
    await untilCredited(id, [total]);
    expect([await depositsOf(id), await soldOf(id)]).toEqual([0, { income: 0, tax: 0 }]);
    expect((await orderNow(app.current, id)).status).toBe('completed');
    await expectSound();
  });

  it('and the gateway refuses to be asked: nothing is booked, and it goes out once the job is done again', async () => {
    const { id, paymentId } = await delivered();
    house.sandbox.faults.set({ partner: 'gateway', fault: 'reject', rate: 1 });
    await refund(paymentId, 2_900);
    const letters = () => sql()`select id from dead_letters where queue = 'refunds' and key = ${paymentId}`;
    await eventually(async () => expect(await letters()).toHaveLength(1), 30_000);
    house.sandbox.faults.clear();
    expect(await paymentOf(id)).toMatchObject({ status: 'succeeded', asked: 2_900 });
    expect([await depositsOf(id), await creditNotes(id)]).toEqual([0, []]);
    const [letter] = await letters();
    expect((await callAs(house, staff, 'POST', `/dead-letters/${letter?.id}/redrive`, {})).status).toBe(202);
    await untilCredited(id, [2_900]);
    expect(await depositsOf(id)).toBe(0);
    await expectSound();
  });

  it('and the payer’s bank sends it back: it is owed to them, and credited once however often it goes out', async () => {
    const { id, paymentId } = await delivered('pm_card_refundFail');
    for (const _ of [1, 2]) {
      await refund(paymentId, 2_900);
      await untilPayment(id, { status: 'partially_refunded' });
      await untilCredited(id, [2_900]);
      expect(await depositsOf(id)).toBe(0);
      await aDayPasses();
      await untilPayment(id, { status: 'succeeded', refunded: 0 });
      expect(await depositsOf(id)).toBe(2_900);
    }
    // More than was credited is credited, and no more than that.
    await refund(paymentId, 4_000);
    await untilCredited(id, [1_100, 2_900]);
    await aDayPasses();
    await untilPayment(id, { status: 'succeeded', refunded: 0 });
    expect(await depositsOf(id)).toBe(4_000);
    await expectSound();
  });

  it('in part, and the rest is disputed and lost: that is the house’s loss', async () => {
    const before = (await ledgerOf(app.current)).chargebacks ?? 0;
    const { id, paymentId, chargeId } = await delivered();
    await refund(paymentId, 2_900);
    await untilCredited(id, [2_900]);
    const dispute = (await (await atGateway('POST', `/v1/test_helpers/charges/${chargeId}/dispute`)).json()) as {
      id: string;
    };
    await atGateway('POST', `/v1/disputes/${dispute.id}/close`);
    await eventually(async () => {
      const [row] = await sql()`select status from disputes where payment_id = ${paymentId}`;
      expect(row?.status).toBe('lost');
    }, 30_000);
    expect(await depositsOf(id)).toBe(0);
    expect(((await ledgerOf(app.current)).chargebacks ?? 0) - before).toBe(total - 2_900);
    await expectSound();
  });
});

describe('before delivery', () => {
  it('in part: it is delivered, and the refund credited then', async () => {
    const id = await beforeDelivery(async (orderId, paymentId) => {
      await refund(paymentId, 2_900);
      await untilPayment(orderId, { status: 'partially_refunded' });
      expect(await creditNotes(orderId)).toEqual([]);
    });
    await untilOrder(app.current, id, 'completed', 30_000);
    await untilCredited(id, [2_900]);
    expect(await depositsOf(id)).toBe(0);
    await expectSound();
  });

  it('whole: nothing is delivered, and there is no sale to take back', async () => {
    const id = await beforeDelivery(async (orderId, paymentId) => {
      await refund(paymentId);
      await untilPayment(orderId, { status: 'refunded' });
    });
    await untilOrder(app.current, id, 'cancelled', 30_000);
    await expectNothingOf(id);
  });

  it('whole, and still on its way: nothing is delivered either', async () => {
    const id = await beforeDelivery(
      async (_, paymentId) => {
        await refund(paymentId);
        await untilPending(paymentId);
      },
      { method: 'pm_card_pendingRefund' },
    );
    await untilOrder(app.current, id, 'cancelled', 30_000);
    await aDayPasses();
    await untilPayment(id, { status: 'refunded' });
    await expectNothingOf(id);
  });

  it('whole, and still on its way when the stock turns out to be missing: it goes back once', async () => {
    const id = await beforeDelivery(
      async (_, paymentId) => {
        await refund(paymentId);
        await untilPending(paymentId);
      },
      { method: 'pm_card_pendingRefund', missing: true },
    );
    await untilOrder(app.current, id, 'cancelled', 30_000);
    await aDayPasses();
    await untilPayment(id, { status: 'refunded' });
    await expectNothingOf(id);
  });

  const untilPending = (paymentId: string) =>
    eventually(async () => {
      const [row] = await sql()`select status from refunds where payment_id = ${paymentId}`;
      expect(row?.status).toBe('pending');
    }, 30_000);

  async function expectNothingOf(orderId: string): Promise<void> {
    expect(await sql()`select 1 from shipments where order_id = ${orderId} and status <> 'cancelled'`).toEqual([]);
    expect(await sql()`select 1 from digital_grants where order_id = ${orderId}`).toEqual([]);
    expect([await depositsOf(orderId), await soldOf(orderId)]).toEqual([0, { income: 0, tax: 0 }]);
    expect(await creditNotes(orderId)).toEqual([]);
    await expectSound();
  }
});
