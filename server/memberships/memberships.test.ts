import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { act } from '#server/members/commands/actions.ts';
import { joined, staffContext, systemContext } from '#server/members/members.testing.ts';
import { placeOrder } from '#server/orders/commands/place.ts';
import { aProduct, card, place, untilOrder } from '#server/orders/orders.testing.ts';
import { requestRefund, sendRefund } from '#server/payments/commands/refund.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { testApp } from '#test/database.ts';
import { type PaidOrder, takeOrder } from './commands/activate.ts';
import { giveDays } from './commands/extend.ts';
import {
  buyPlan,
  fellow,
  membershipNow,
  onDay,
  professional,
  recordOf,
  student,
  untilPeriods,
} from './memberships.testing.ts';
import { quotePlan } from './queries/quote.ts';
import { liveMembershipOf } from './record.ts';
import { addDays, addMonths, dayOf, dayOfMonth, lastDay } from './rules.ts';

type JsonMap = PaidOrder['lines'][number]['terms'];

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
const sql = () => app.current.database.sql;
beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});

const member = async (planId = professional) => (await joined(app.current, { planId })).memberId;
const today = () => dayOf(new Date());
const eventsOf = async (id: string) =>
  (await sql()<{ type: string }[]>`select type from events where stream = ${`membership-${id}`} order by version`).map(
    ({ type }) => type,
  );

async function aMembership(planId = professional) {
  const memberId = await member(planId);
  const orderId = await buyPlan(app.current, memberId, planId);
  return { memberId, orderId, membership: await untilPeriods(app.current, memberId, 1) };
}

const refund = (orderId: string) =>
  inTransaction(systemContext(app.current), async (tx) => {
    const payment = await paymentOfOrder(tx.sql, orderId);
    const asked = await requestRefund(tx, { paymentId: payment?.id ?? '', cause: 'test', meaning: `test:${orderId}` });
    await sendRefund(tx, asked);
  });

describe('a plan that is paid for', () => {
  it('begins a membership today, and the record follows', async () => {
    const { memberId, membership, orderId } = await aMembership();
    const to = addMonths(today(), 12, dayOfMonth(today()));
    expect(membership).toMatchObject({ status: 'active', planId: professional, endsOn: to, autoRenew: false });
    expect(membership.periods).toMatchObject([{ from: today(), to, origin: 'paid', amount: 12_900, orderId }]);
    expect(membership).toMatchObject({ nextStep: -14, nextStepOn: addDays(to, -14) });
    await eventually(async () => {
      expect(await recordOf(app.current, memberId)).toEqual({
        status: 'active',
        paidUntil: lastDay({ to }),
        planId: professional,
      });
    });
    expect(await eventsOf(membership.id)).toEqual(['membership.activated']);
  });

  it('again follows the first without a gap, in whatever order and however often it is told', async () => {
    const { memberId, membership, orderId } = await aMembership();
    await buyPlan(app.current, memberId, professional);
    const after = await untilPeriods(app.current, memberId, 2);
    expect(after.periods[1]).toMatchObject({
      from: membership.endsOn,
      to: addMonths(membership.endsOn, 12, after.anchorDay),
    });
    expect(await eventsOf(membership.id)).toEqual(['membership.activated', 'membership.renewed']);
    const [job] = await sql()<
      { items: [{ line: number; planId: string; amount: number; terms: Record<string, string> }] }[]
    >`
      select data->'items' as items from events where stream = ${`order-${orderId}`} and type = 'order.completed'`;
    const lines = (job?.items ?? []).map(({ line, planId, amount, terms }) => ({ line, planId, amount, terms }));
    await inTransaction(systemContext(app.current), (tx) =>
      takeOrder(tx, { orderId, memberId, currency: 'EUR', lines }),
    );
    expect((await membershipNow(app.current, memberId)).periods).toHaveLength(2);
  });

  it('twice at the same moment makes one membership of two periods', async () => {
    const memberId = await member();
    const ctx = systemContext(app.current);
    const line = await quotePlan(ctx, { memberId, planId: professional });
    await Promise.all(
      [1, 2].map(() =>
        inTransaction(ctx, (tx) => placeOrder(tx, { memberId, origin: 'checkout', lines: [line], payment: card() })),
      ),
    );
    const { periods } = await untilPeriods(app.current, memberId, 2);
    expect(periods[1]?.from).toBe(periods[0]?.to);
  });

  it('by several orders at once, also past the queue, makes periods that follow one another', async () => {
    const memberId = await member();
    const { terms = {} } = await quotePlan(systemContext(app.current), { memberId, planId: professional });
    const product = await aProduct(app.current, { digital: true, amount: 0 });
    const orders = await Promise.all([1, 2, 3, 4].map(() => place(app.current, memberId, [product.line()])));
    const lines = [{ line: 9, planId: professional, amount: 12_900, terms: { ...terms, months: 1 } as JsonMap }];
    const taken = await Promise.allSettled(
      orders.map(({ id: orderId }) =>
        inTransaction(systemContext(app.current), (tx) => takeOrder(tx, { orderId, memberId, currency: 'EUR', lines })),
      ),
    );
    expect(taken.map(({ status }) => status)).toEqual(orders.map(() => 'fulfilled'));
    const { periods } = await membershipNow(app.current, memberId);
    expect(periods.slice(1).map(({ from }) => from)).toEqual(periods.slice(0, -1).map(({ to }) => to));
    expect(periods).toHaveLength(4);
  });

  it('by somebody who joined for another one is theirs from then on', async () => {
    const memberId = await member(student);
    await buyPlan(app.current, memberId, fellow);
    await untilPeriods(app.current, memberId, 1);
    await eventually(async () => expect((await recordOf(app.current, memberId))?.planId).toBe(fellow));
  });

  it('and refused by the bank makes nothing', async () => {
    const memberId = await member();
    const orderId = await buyPlan(app.current, memberId, professional, card('pm_card_chargeDeclined'));
    await untilOrder(app.current, orderId, 'failed');
    expect(await liveMembershipOf(sql(), memberId)).toBeNull();
  });
});

describe('money that goes back', () => {
  it('ends what it paid for, and the membership with it', async () => {
    const { memberId, orderId, membership } = await aMembership();
    await refund(orderId);
    await eventually(async () => expect(await liveMembershipOf(sql(), memberId)).toBeNull(), 20_000);
    const [row] = await sql()`select status, next_step, ends_on::text from memberships where id = ${membership.id}`;
    expect(row).toMatchObject({ status: 'cancelled', next_step: null, ends_on: today() });
    await eventually(async () => expect((await recordOf(app.current, memberId))?.status).toBe('lapsed'));
    expect(await eventsOf(membership.id)).toEqual(['membership.activated', 'membership.cancelled']);
  });

  it('of a renewal leaves the period before it', async () => {
    const { memberId, membership } = await aMembership();
    const second = await buyPlan(app.current, memberId, professional);
    await untilPeriods(app.current, memberId, 2);
    await refund(second);
    const after = await untilPeriods(app.current, memberId, 1);
    expect(after).toMatchObject({ status: 'active', endsOn: membership.endsOn, nextStepOn: membership.nextStepOn });
    await eventually(async () => {
      expect((await recordOf(app.current, memberId))?.paidUntil).toBe(lastDay({ to: membership.endsOn }));
    });
  });
});

describe('days that staff give', () => {
  it('follow the paid ones, and are theirs once', async () => {
    const { memberId, membership } = await aMembership();
    await eventually(async () => expect((await recordOf(app.current, memberId))?.status).toBe('active'));
    await act(staffContext(app.current), memberId, 'extend', 'A courtesy');
    const after = await untilPeriods(app.current, memberId, 2);
    const to = addDays(membership.endsOn, 30);
    expect(after.periods[1]).toMatchObject({ from: membership.endsOn, to, origin: 'extension', amount: 0 });
    expect(after).toMatchObject({ endsOn: to, anchorDay: dayOfMonth(to) });
    expect((await recordOf(app.current, memberId))?.paidUntil).toBe(lastDay({ to }));
  });
});

describe('days that are given to somebody without a membership', () => {
  it('begin one, whose anniversary is where they end: a renewal is a whole year', async () => {
    const memberId = await member();
    const given = { memberId, eventId: memberId, paidUntil: '2027-03-21' };
    await inTransaction(onDay(app.current, '2027-02-19'), (tx) => giveDays(tx, given));
    const membership = await membershipNow(app.current, memberId);
    expect(membership).toMatchObject({ endsOn: '2027-03-22', anchorDay: 22, planId: professional });
    const renewal = await quotePlan(onDay(app.current, '2027-03-01'), { memberId, planId: professional });
    expect(renewal.terms).toMatchObject({ from: '2027-03-22', to: '2028-03-22' });
  });
});

describe('a quote', () => {
  it('says which period it makes', async () => {
    const memberId = await member();
    expect(await quotePlan(onDay(app.current, '2027-01-31'), { memberId, planId: professional })).toMatchObject({
      kind: 'plan',
      unitAmount: 12_900,
      quantity: 1,
      digital: true,
      taxCode: 'none',
      terms: { kind: 'period', makes: 'join', from: '2027-01-31', to: '2028-01-31' },
    });
    const { memberId: other, membership } = await aMembership();
    expect(
      (await quotePlan(systemContext(app.current), { memberId: other, planId: professional })).terms,
    ).toMatchObject({
      makes: 'renewal',
      from: membership.endsOn,
    });
  });

  it('is refused for another plan, a plan that is not offered, and too far ahead', async () => {
    const { memberId } = await aMembership();
    const ctx = systemContext(app.current);
    await expect(quotePlan(ctx, { memberId, planId: fellow })).rejects.toThrow(/Change the plan/);
    await expect(quotePlan(ctx, { memberId: await member(), planId: memberId })).rejects.toThrow(/not offered/);
    await buyPlan(app.current, memberId, professional);
    await untilPeriods(app.current, memberId, 2);
    await expect(quotePlan(ctx, { memberId, planId: professional })).rejects.toThrow(/far enough ahead/);
  });

  it('goes by the price of the first day', async () => {
    const { memberId, membership } = await aMembership(student);
    await sql()`
      insert into plan_prices (plan_id, amount, currency, valid_from) values (${student}, 4500, 'EUR', ${membership.endsOn})`;
    const ctx = systemContext(app.current);
    expect((await quotePlan(ctx, { memberId, planId: student })).unitAmount).toBe(4_500);
    expect((await quotePlan(ctx, { memberId: await member(), planId: student })).unitAmount).toBe(3_900);
  });
});

describe('the database', () => {
  it('refuses days twice, a second membership at a time, and a period without days', async () => {
    const { membership } = await aMembership();
    const insert = (from: string, to: string) => sql()`
      insert into membership_periods (id, membership_id, period, plan_id, origin, amount, currency, created_at)
      values (uuidv7(), ${membership.id}, daterange(${from}::date, ${to}::date), ${professional}, 'complimentary', 0, 'EUR', now())`;
    await expect(insert(addDays(membership.endsOn, -1), addDays(membership.endsOn, 5))).rejects.toThrow(/no_overlap/);
    await expect(insert(membership.endsOn, membership.endsOn)).rejects.toThrow(/_days/);
    await expect(sql()`
      insert into memberships (id, number, member_id, status, plan_id, anchor_day, ends_on, version, created_at, updated_at)
      select uuidv7(), 'MS-999999', member_id, 'active', plan_id, 1, ends_on, 1, now(), now() from memberships
      where id = ${membership.id}`).rejects.toThrow(/memberships_live_key/);
  });
});
