import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { callPartner } from '#server/integrations/commands.ts';
import { joined } from '#server/members/members.testing.ts';
import { aProduct, place } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { recordDiscrepancy } from '#server/reconciliation/commands.ts';
import { testApp } from '#test/database.ts';
import { moneyOverview } from './money.ts';
import { overview } from './queries.ts';

const app = testApp();
const sql = () => app.current.database.sql;
let memberId = '';
let made = 0;
beforeAll(async () => {
  await prepareQueues(app.current, queues);
  memberId = (await joined(app.current)).memberId;
});

const read = () => moneyOverview(systemContext(app.current));
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

async function paid(amount: number, at: Date, over: { purpose?: string; status?: string } = {}): Promise<string> {
  const id = uuidv7();
  made += 1;
  await sql()`
    insert into payments ${sql()({
      id,
      number: `P-${String(900_000 + made)}`,
      member_id: memberId,
      purpose: over.purpose ?? 'donation',
      method: 'bank_transfer',
      amount,
      currency: 'EUR',
      status: over.status ?? 'succeeded',
      correlation_id: uuidv7(),
      version: 1,
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
      settled_at: at.toISOString(),
    })}`;
  return id;
}

it('takings are what was earned today, compared with a week ago until the same time', async () => {
  const before = await read();
  await paid(10_000, new Date());
  await paid(500, new Date(), { purpose: 'top_up' });
  await paid(3_000, daysAgo(7));
  // An hour later on that day, and the day before that.
  await paid(70_000, new Date(daysAgo(7).getTime() + 3_600_000));
  await paid(90_000, daysAgo(9));
  const { today } = await read();
  expect(today.takings).toEqual({ amount: before.today.takings.amount + 10_000, currency: 'EUR' });
  expect(today.takingsWeekAgo).toEqual({ amount: before.today.takingsWeekAgo.amount + 3_000, currency: 'EUR' });
});

it('takings are after what was given back of them, whenever that was paid', async () => {
  const before = (await read()).today;
  const old = await paid(10_000, daysAgo(3));
  const topUp = await paid(500, new Date(), { purpose: 'top_up' });
  await refund(old, 'succeeded', new Date());
  await refund(topUp, 'succeeded', new Date());
  await refund(old, 'requested', new Date());
  await refund(old, 'failed', new Date());
  await refund(await paid(900, daysAgo(7)), 'succeeded', daysAgo(7));
  const { today } = await read();
  expect(today.takings.amount - before.takings.amount).toBe(-100);
  expect(today.givenBack.amount - before.givenBack.amount).toBe(100);
  expect(today.takingsWeekAgo.amount - before.takingsWeekAgo.amount).toBe(800);
  await sql()`delete from refunds`;
});

it('orders that failed are not among those of today', async () => {
  const before = (await read()).today.orders;
  const product = await aProduct(app.current, { digital: true });
  const [failed] = [
    await place(app.current, memberId, [product.line()]),
    await place(app.current, memberId, [product.line()]),
  ];
  await sql()`update orders set status = 'failed', failure_code = 'x', finished_at = now() where id = ${failed?.id ?? ''}`;
  expect((await read()).today.orders).toBe(before + 1);
});

async function refund(paymentId: string, status: string, at: Date): Promise<void> {
  const id = uuidv7();
  await sql()`
    insert into refunds ${sql()({
      id,
      payment_id: paymentId,
      amount: 100,
      currency: 'EUR',
      cause: 'by_staff',
      meaning: id,
      status,
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
    })}`;
}

it('a refund that failed needs somebody until it was asked for again', async () => {
  const paymentId = await paid(1_000, daysAgo(2));
  await refund(paymentId, 'failed', daysAgo(1));
  expect((await read()).needs.failedRefunds).toMatchObject({ count: 1, oldest: [{ paymentId }] });
  await refund(paymentId, 'requested', new Date());
  expect((await read()).needs.failedRefunds).toEqual({ count: 0, oldest: [] });
});

it('open discrepancies are counted, the worst first', async () => {
  const find = (kind: string, severity: 'critical' | 'medium') =>
    inTransaction(systemContext(app.current), (tx) =>
      recordDiscrepancy(tx, { kind, key: kind, severity, detail: {}, memberId }),
    );
  await find('small', 'medium');
  await find('large', 'critical');
  const { discrepancies } = (await read()).needs;
  expect(discrepancies.count).toBe(2);
  expect(discrepancies.worst.map(({ kind }) => kind)).toEqual(['large', 'small']);
});

it('the gateway is a partner like the others: what it did, and what waits for it', async () => {
  const admin = createContext(app.current, { actor: (await aSignedInUser(app.current, { roles: ['admin'] })).actor });
  const flow = async () => {
    await app.current.cache.drop(['overview', 'overview:gateway']);
    return (await overview(admin)).flow.systems.find(({ system }) => system === 'gateway');
  };
  await sql()`update refunds set status = 'succeeded' where status = 'requested'`;
  expect(await flow()).toMatchObject({ state: 'idle', perMinute: 0, waiting: 0 });
  const { record } = await callPartner(admin, { system: 'gateway', operation: 'charge', memberId }, async () => null);
  await inTransaction(admin, record);
  expect(await flow()).toMatchObject({ state: 'flowing', perMinute: 0.2 });
  const id = await paid(1_200, daysAgo(1));
  await sql()`update payments set status = 'unknown', method = 'card', payment_method_id = 'pm_x', settled_at = null where id = ${id}`;
  expect(await flow()).toMatchObject({ state: 'flowing', waiting: 1 });
});
