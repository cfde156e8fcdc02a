import { v7 as uuidv7 } from 'uuid';
import type { TxCtx } from '#server/context/context.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { lockPayment, paymentOfOrder } from '#server/payments/queries/records.ts';
import { completed, type DatabaseStep, failed, type SagaRun } from '#server/sagas/define.ts';
import { advanceOrder, itemsOf, totalOf } from '../news.ts';
import { lockOrder, type Order, type OrderItem } from '../record.ts';
import { isAskedBack } from '../rules.ts';
import { cancelShipment, lockShipment } from '../shipments.ts';
import { releaseStock, reserveStock, shipStock } from '../stock.ts';

export const reserve: DatabaseStep = {
  kind: 'database',
  name: 'reserve-stock',
  async run(tx, saga) {
    const asked = await advanceOrder(tx, await lockOrder(tx.sql, saga.subjectId), {}, [{ type: 'inventory.reserve' }]);
    if ((await reserveStock(tx, asked.id)) === 'too_few') {
      await advanceOrder(tx, asked, {}, [{ type: 'inventory.failed' }]);
      return failed('out_of_stock', 'Something in this order is sold out. Your money goes back to you.');
    }
    await advanceOrder(tx, asked, { status: 'reserved' }, [{ type: 'inventory.reserved' }]);
    return completed({});
  },
  async compensate(tx, saga) {
    await releaseStock(tx, saga.subjectId);
    return completed();
  },
};

export const ship: DatabaseStep = {
  kind: 'database',
  name: 'ship',
  async run(tx, saga) {
    const order = await lockOrder(tx.sql, saga.subjectId);
    if (await isGivenBack(tx, order)) return givenBack();
    // Nothing goes by post.
    if (!order.ships) return completed({ shipped: false });
    const shipmentId = await makeShipment(tx, order);
    await shipStock(tx, order.id);
    await advanceOrder(tx, order, { status: 'shipped' }, [
      { type: 'shipping.create' },
      { type: 'shipment.created', data: { shipmentId } },
    ]);
    return completed({ shipped: true, shipmentId });
  },
  async compensate(tx, saga) {
    const order = await lockOrder(tx.sql, saga.subjectId);
    if ((await lockShipment(tx.sql, order.id))?.status === 'handed_over') {
      return failed('handed_over', 'The parcel has left the house: somebody has to decide what becomes of it.');
    }
    await cancelShipment(tx.sql, order.id);
    await releaseStock(tx, order.id);
    return completed();
  },
};

const givenBack = () => failed('refunded', 'All of the money was given back before delivery.');

/** Staff may give back what is still on its way: then nothing is delivered for it. */
async function isGivenBack(tx: TxCtx, order: Order): Promise<boolean> {
  const paidBy = await paymentOfOrder(tx.sql, order.id);
  if (paidBy === null) return false;
  return isAskedBack(await lockPayment(tx.sql, paidBy.id));
}

async function makeShipment(tx: TxCtx, order: Order): Promise<string> {
  const id = uuidv7();
  const [numbered] = await tx.sql<{ n: number }[]>`select nextval('shipment_numbers')::int as n`;
  await tx.sql`
    insert into shipments (id, number, order_id, status, created_at)
    values (${id}, ${`S-${String(numbered?.n ?? 0).padStart(6, '0')}`}, ${order.id}, 'created', ${tx.now().toISOString()})`;
  return id;
}

/** The point of no return: the sale is booked, what is digital is granted, and everybody hears of it. */
export const complete: DatabaseStep = {
  kind: 'database',
  name: 'complete',
  async run(tx, saga) {
    const order = await lockOrder(tx.sql, saga.subjectId);
    // What has left the house is sold, though its money goes back; what is digital ends with the next sweep then.
    const parcel = await lockShipment(tx.sql, order.id);
    if (parcel?.status !== 'handed_over' && (await isGivenBack(tx, order))) return givenBack();
    await grantDigital(tx, order);
    const entryId = await bookSale(tx, saga, order);
    const about = { total: totalOf(order), number: order.number, origin: order.origin, items: itemsOf(order) };
    await advanceOrder(tx, order, { status: 'completed' }, [
      ...(entryId ? [{ type: 'transaction.recorded', data: { entryId, amount: totalOf(order) } }] : []),
      { type: 'order.completed', data: about },
    ]);
    return completed(entryId ? { entryId } : {});
  },
};

async function grantDigital(tx: TxCtx, order: Order): Promise<void> {
  for (const item of order.items.filter((one) => one.digital && one.productId !== null)) {
    await tx.sql`
      insert into digital_grants (id, member_id, product_id, order_id, line, granted_at)
      values (${uuidv7()}, ${order.memberId}, ${item.productId}, ${order.id}, ${item.line}, ${tx.now().toISOString()})
      on conflict (order_id, line) do nothing`;
  }
}

/** What was paid in advance has been earned: by line, and the tax of each to whom it is owed. null for an order of nothing. */
async function bookSale(tx: TxCtx, saga: SagaRun, order: Order): Promise<string | null> {
  if (order.total === 0) return null;
  const { currency } = order;
  const incomes = new Map<IncomeCode, number>();
  for (const item of order.items) {
    const code = incomeOf(item);
    incomes.set(code, (incomes.get(code) ?? 0) + item.amount - item.tax);
  }
  const credits = [];
  for (const [code, amount] of incomes) {
    if (amount > 0)
      credits.push({ accountId: await systemAccount(tx, code, currency), direction: 'credit' as const, amount });
    if (amount < 0)
      credits.push({
        accountId: await systemAccount(tx, code, currency),
        direction: 'debit' as const,
        amount: -amount,
      });
  }
  if (order.tax > 0) {
    credits.push({
      accountId: await systemAccount(tx, 'tax_payable', currency),
      direction: 'credit' as const,
      amount: order.tax,
    });
  }
  const paymentId = saga.results.payment?.paymentId;
  const entry = await postEntry(tx, {
    kind: 'sale',
    currency,
    postings: [
      { accountId: await systemAccount(tx, 'customer_deposits', currency), direction: 'debit', amount: order.total },
      ...credits,
    ],
    idempotencyKey: `order:${order.id}:sale`,
    refs: { orderId: order.id, memberId: order.memberId, ...(typeof paymentId === 'string' ? { paymentId } : {}) },
  });
  return entry.id;
}

export type IncomeCode = 'membership_income' | 'course_income' | 'goods_income';

/** Which income a line is. Everything digital that is no plan teaches. */
export function incomeOf(item: Pick<OrderItem, 'kind' | 'digital'>): IncomeCode {
  if (item.kind === 'plan') return 'membership_income';
  return item.digital ? 'course_income' : 'goods_income';
}
