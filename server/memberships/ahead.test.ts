import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { inTransaction, type TxCtx } from '#server/context/context.ts';
import { joined, staffContext } from '#server/members/members.testing.ts';
import { composeMembershipMail } from '#server/notifications/membership-mails.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { giveDays } from './commands/extend.ts';
import { setAutoRenewal } from './commands/manage.ts';
import { appendPeriod } from './commands/periods.ts';
import { setPlanPrice } from './commands/prices.ts';
import { beginNextPlans, importMemberships } from './commands/sweeps.ts';
import { aMembershipOf, fellow, membershipNow, onDay, professional, student } from './memberships.testing.ts';
import { priceOn } from './queries/prices.ts';
import { renewalOf } from './queries/quote.ts';
import { changeMembership, lockMembership, type Membership } from './record.ts';
import { addDays, dayOf } from './rules.ts';

const app = testApp();
const sql = () => app.current.database.sql;
beforeAll(async () => prepareQueues(app.current, queues));

const start = '2026-01-10';
const end = '2027-01-10';
const on = <T>(day: string, work: (tx: TxCtx) => Promise<T>) => inTransaction(onDay(app.current, day), work);

/** A fellow until `end`. */
async function fellowSince() {
  const { memberId, ctx } = await joined(app.current);
  return { memberId, ctx, id: await aMembershipOf(app.current, memberId, start, fellow) };
}

const choose = (tx: TxCtx, membership: Membership, nextPlanId: string) =>
  changeMembership(tx, membership, { nextPlanId }, []);

/** The period that follows, as if it had been paid for in the plan that was quoted. */
async function renew(tx: TxCtx, id: string, planId?: string) {
  const membership = await lockMembership(tx.sql, id);
  const { period, price } = await renewalOf(tx, membership);
  const what = { planId: planId ?? price.planId, origin: 'complimentary' as const, amount: 0, currency: 'EUR' };
  return appendPeriod(tx, membership, period, what, { type: 'membership.renewed', data: { origin: 'test' } });
}

describe('the plan that follows', () => {
  it('begins with the first of the periods that are paid for in it', async () => {
    const { id, memberId } = await fellowSince();
    await on('2026-12-20', async (tx) => {
      await choose(tx, await lockMembership(tx.sql, id), student);
      await renew(tx, id);
      expect(await renew(tx, id)).toMatchObject({ planId: fellow, nextPlanId: student, planFrom: end });
    });
    await on('2027-01-11', (tx) => beginNextPlans(tx, 10));
    expect(await membershipNow(app.current, memberId)).toMatchObject({
      ...{ planId: student, nextPlanId: null, planFrom: null },
    });
  });

  it('stays chosen when staff give days', async () => {
    const { id, memberId } = await fellowSince();
    await on('2026-06-01', async (tx) => {
      await choose(tx, await lockMembership(tx.sql, id), student);
      await giveDays(tx, { memberId, eventId: uuidv7(), paidUntil: '2027-02-08' });
    });
    const after = await membershipNow(app.current, memberId);
    expect(after).toMatchObject({ planId: fellow, nextPlanId: student, planFrom: null, endsOn: '2027-02-09' });
    expect(after.periods.at(-1)).toMatchObject({ planId: fellow, origin: 'extension' });
  });

  it('goes on in the days that staff give after it was paid for', async () => {
    const { id, memberId } = await fellowSince();
    await on('2026-12-20', async (tx) => {
      await choose(tx, await lockMembership(tx.sql, id), student);
      const { endsOn } = await renew(tx, id);
      await giveDays(tx, { memberId, eventId: uuidv7(), paidUntil: addDays(endsOn, 29) });
    });
    const after = await membershipNow(app.current, memberId);
    expect(after).toMatchObject({ planId: fellow, nextPlanId: student, planFrom: end });
    expect(after.periods.map(({ planId }) => planId)).toEqual([fellow, student, student]);
  });

  it('stays chosen when a renewal arrives that was begun before', async () => {
    const { id } = await fellowSince();
    await on('2026-12-28', async (tx) => {
      await choose(tx, await lockMembership(tx.sql, id), student);
      expect(await renew(tx, id, fellow)).toMatchObject({ planId: fellow, nextPlanId: student, planFrom: null });
    });
  });
});

describe('a mail about what comes', () => {
  const facts = (membershipId: string) => ({
    ...{
      membershipId,
      endsOn: end,
      on: '2026-12-27',
      amount: '€249.00',
      code: 'card_declined',
      nextTryOn: '2027-01-13',
    },
  });
  const common = { organisation: 'Guildhall', givenName: 'Ada' };
  const written = (tx: TxCtx, template: 'renewal-planned' | 'renewal-due' | 'payment-failed', id: string) =>
    composeMembershipMail[template](tx, null, { facts: facts(id) }, common);
  const kinds = ['renewal-planned', 'renewal-due', 'payment-failed'] as const;

  it.each([
    ['whoever has cancelled', { cancelAtEnd: true }, [false, false, false]],
    ['a charge that was called off', { autoRenew: false }, [false, true, true]],
    ['one that is over', { status: 'cancelled' as const }, [false, false, false]],
    ['what is so still', {}, [true, true, true]],
  ])('%s', async (_who, change, expected) => {
    const { id } = await fellowSince();
    await on('2026-12-28', async (tx) => {
      await changeMembership(tx, await lockMembership(tx.sql, id), { autoRenew: true, ...change }, []);
      const mails = [];
      for (const kind of kinds) mails.push((await written(tx, kind, id)) !== null);
      expect(mails).toEqual(expected);
    });
  });

  it('is not written of what was renewed meanwhile, and promises no try that is not made', async () => {
    const { id } = await fellowSince();
    await on('2026-12-28', async (tx) => {
      await changeMembership(tx, await lockMembership(tx.sql, id), { autoRenew: false }, []);
      expect(await written(tx, 'payment-failed', id)).toMatchObject({ next: 'We do not try the card again.' });
      await renew(tx, id);
      for (const kind of kinds) expect(await written(tx, kind, id)).toBeNull();
    });
  });
});

describe('events', () => {
  it('tell that renewals are automatic, or not any more', async () => {
    const { id, ctx } = await fellowSince();
    await sql()`update memberships set auto_renew = true where id = ${id}`;
    await setAutoRenewal(ctx, id, false);
    const [event] =
      await sql()`select type, data from events where stream = ${`membership-${id}`} order by version desc limit 1`;
    expect(event).toMatchObject({ type: 'membership.auto_renewal.changed', data: { membershipId: id, on: false } });
  });

  it('tell what a plan will cost', async () => {
    const validFrom = addDays(dayOf(new Date()), 60);
    await joined(app.current);
    for (const amount of [4_200, 4_300]) {
      await setPlanPrice(staffContext(app.current, 'admin'), student, { amount, validFrom });
    }
    expect(await sql()`select data from events where type = 'plan.price.set' order by version`).toEqual([
      { data: { planId: student, amount: { amount: 4_200, currency: 'EUR' }, validFrom } },
      { data: { planId: student, amount: { amount: 4_300, currency: 'EUR' }, validFrom } },
    ]);
  });
});

describe('one that cannot be done', () => {
  it('keeps no other plan from beginning', async () => {
    // Those of the tests before.
    await on(end, (tx) => beginNextPlans(tx, 10));
    const [broken, whole] = [await fellowSince(), await fellowSince()];
    for (const { id } of [broken, whole]) {
      await on('2026-12-20', async (tx) => {
        await choose(tx, await lockMembership(tx.sql, id), student);
        await renew(tx, id);
      });
    }
    // Its stream is further than it knows.
    await sql()`update memberships set version = 1 where id = ${broken.id}`;
    expect(await on(end, (tx) => beginNextPlans(tx, 10))).toBe(1);
    expect(await membershipNow(app.current, whole.memberId)).toMatchObject({ planId: student });
    expect(await membershipNow(app.current, broken.memberId)).toMatchObject({ planId: fellow, planFrom: end });
  });

  it('keeps nobody else from being imported', async () => {
    const [broken, whole] = [await joined(app.current), await joined(app.current)];
    const planId = uuidv7();
    await sql()`
      insert into plans (id, code, name, description, price_amount, price_currency, period_months, sort)
      values (${planId}, 'no-price', 'No price', '', 100, 'EUR', 12, 9)`;
    await sql()`delete from plan_prices where plan_id = ${planId}`;
    await sql()`update members set status = 'active', paid_until = '2027-02-27' where id in (${broken.memberId}, ${whole.memberId})`;
    await sql()`update members set plan_id = ${planId} where id = ${broken.memberId}`;
    expect(await on('2026-11-21', (tx) => importMemberships(tx, 500))).toBe(1);
    expect(await membershipNow(app.current, whole.memberId)).toMatchObject({ planId: professional });
    expect(await priceOn(onDay(app.current, end), planId, end)).toBeNull();
  });
});
