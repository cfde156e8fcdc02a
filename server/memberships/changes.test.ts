import { beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { aMember, type Caller, otherCallers } from '#server/gateway/callers.testing.ts';
import { untilOrder } from '#server/orders/orders.testing.ts';
import { requestRefund, sendRefund } from '#server/payments/commands/refund.ts';
import { callAs, testHouse } from '#server/payments/payments.testing.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import {
  aMembershipOf,
  fellow,
  membershipNow,
  professional,
  recordOf,
  student,
  untilPeriods,
} from './memberships.testing.ts';
import { addDays, dayOf, daysBetween, share } from './rules.ts';

const house = testHouse();
const app = () => house.app.current;
const sql = () => app().database.sql;
const today = () => dayOf(new Date());
let others: Caller[];
beforeAll(async () => {
  others = await otherCallers(app());
});
const by = (name: string) => ({ caller: others.find((one) => one.name === name) as Caller });

let sequence = 0;
/** A professional since 100 days. */
async function person(since = addDays(today(), -100)) {
  sequence += 1;
  const one = await aMember(app(), `changer${sequence}`);
  await sql()`delete from membership_periods where membership_id = ${one.membershipId}`;
  await sql()`delete from memberships where id = ${one.membershipId}`;
  const membershipId = await aMembershipOf(app(), one.memberId, since);
  return {
    ...one,
    membershipId,
    path: `/memberships/${membershipId}/changes`,
    before: await membershipNow(app(), one.memberId),
  };
}
const visa = 'pm_card_visa';

describe('a plan that costs more', () => {
  it('is shown with its lines first, and changes nothing', async () => {
    const ada = await person();
    const { status, body } = await callAs(house, ada, 'POST', `${ada.path}?preview=true`, { planId: fellow });
    const days = daysBetween(today(), ada.before.endsOn);
    const whole = daysBetween(addDays(today(), -100), ada.before.endsOn);
    const [charge, credit] = [share(24_900, days, whole), share(12_900, days, whole)];
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'upgrade',
      plan: { code: 'fellow' },
      effectiveOn: today(),
      lines: [
        { name: `Fellow membership, ${days} days`, amount: { amount: charge } },
        { name: `Credit for Professional, ${days} days`, amount: { amount: -credit } },
      ],
      due: { amount: charge - credit, currency: 'EUR' },
      order: null,
      membership: null,
    });
    expect(await membershipNow(app(), ada.memberId)).toEqual(ada.before);
  });

  it('holds from today on when the difference is paid; the days keep what they were worth', async () => {
    const ada = await person();
    const shown = await callAs(house, ada, 'POST', `${ada.path}?preview=true`, { planId: fellow });
    const { status, body } = await callAs(house, ada, 'POST', ada.path, { planId: fellow, paymentMethod: visa });
    expect([status, body.order]).toMatchObject([202, { origin: 'upgrade', total: shown.body.due }]);
    await untilOrder(app(), body.order.id, 'completed');
    const after = await untilPeriods(app(), ada.memberId, 2);
    expect(after).toMatchObject({ planId: fellow, endsOn: ada.before.endsOn, anchorDay: ada.before.anchorDay });
    const [used, rest] = after.periods;
    expect([used?.to, rest?.from, rest?.to]).toEqual([today(), today(), ada.before.endsOn]);
    expect((used?.amount ?? 0) + (rest?.amount ?? 0)).toBe(12_900 + body.order.total.amount);
    await eventually(async () => expect((await recordOf(app(), ada.memberId))?.planId).toBe(fellow));
  });

  it('whose payment is refused changes nothing', async () => {
    const ada = await person();
    const { body } = await callAs(house, ada, 'POST', ada.path, {
      planId: fellow,
      paymentMethod: 'pm_card_chargeDeclined',
    });
    await untilOrder(app(), body.order.id, 'failed');
    expect((await membershipNow(app(), ada.memberId)).periods).toEqual(ada.before.periods);
  });

  it('whose money goes back goes back to the plan before', async () => {
    const ada = await person();
    const { body } = await callAs(house, ada, 'POST', ada.path, { planId: fellow, paymentMethod: visa });
    await untilPeriods(app(), ada.memberId, 2);
    await inTransaction(systemContext(app()), async (tx) => {
      const payment = await paymentOfOrder(tx.sql, body.order.id);
      const asked = await requestRefund(tx, {
        paymentId: payment?.id ?? '',
        cause: 'test',
        meaning: `test:${body.order.id}`,
      });
      await sendRefund(tx, asked);
    });
    await eventually(async () => expect((await membershipNow(app(), ada.memberId)).planId).toBe(professional), 20_000);
    const after = await membershipNow(app(), ada.memberId);
    expect(after).toMatchObject({ status: 'active', endsOn: ada.before.endsOn });
    expect(after.periods.reduce((sum, { amount }) => sum + amount, 0)).toBe(12_900);
  });
});

describe('a plan that costs less', () => {
  it('waits for the end, is what the renewal costs, and can be dropped', async () => {
    const ada = await person();
    const { status, body } = await callAs(house, ada, 'POST', ada.path, { planId: student });
    expect([status, body]).toMatchObject([
      200,
      { kind: 'downgrade', effectiveOn: ada.before.endsOn, due: { amount: 0 }, order: null },
    ]);
    expect(body.membership).toMatchObject({
      plan: { code: 'professional' },
      nextPlan: { code: 'student', from: ada.before.endsOn },
      renewal: { amount: { amount: 3_900 } },
    });
    const kept = await callAs(house, ada, 'POST', ada.path, { planId: professional });
    expect(kept.body).toMatchObject({
      kind: 'keep',
      membership: { nextPlan: null, renewal: { amount: { amount: 12_900 } } },
    });
  });

  it('that is paid ahead begins when it begins', async () => {
    const ada = await person();
    await callAs(house, ada, 'POST', ada.path, { planId: student });
    const paid = await callAs(house, ada, 'POST', `/memberships/${ada.membershipId}/renewals`, { paymentMethod: visa });
    expect(paid.body.total.amount).toBe(3_900);
    const after = await untilPeriods(app(), ada.memberId, 2);
    expect(after).toMatchObject({ planId: professional, nextPlanId: student, planFrom: ada.before.endsOn });
  });
});

describe('what cannot be', () => {
  it.each([
    ['the plan that they have', () => ({ planId: professional, paymentMethod: visa }), 422],
    ['a plan that there is not', () => ({ planId: '0190a5b0-0000-7000-8000-0000000000ff', paymentMethod: visa }), 422],
    ['no plan', () => ({ paymentMethod: visa }), 400],
    ['an amount of one’s own', () => ({ planId: fellow, paymentMethod: visa, amount: 1 }), 400],
    ['a card of somebody else', () => ({ planId: fellow, paymentMethod: '0190a5b0-0000-7000-8000-0000000000fe' }), 422],
  ])('%s writes nothing', async (_what, body, status) => {
    const ada = await person();
    expect((await callAs(house, ada, 'POST', ada.path, body())).status).toBe(status);
    expect(await membershipNow(app(), ada.memberId)).toEqual(ada.before);
    expect(await sql()`select 1 from orders where member_id = ${ada.memberId} and origin = 'upgrade'`).toHaveLength(0);
  });

  it('somebody else’s membership is not there', async () => {
    const [ada, bob] = [await person(), await person()];
    expect((await callAs(house, bob, 'POST', ada.path, { planId: fellow, paymentMethod: visa })).status).toBe(404);
    expect((await callAs(house, by('auditor'), 'POST', ada.path, { planId: fellow, paymentMethod: visa })).status).toBe(
      403,
    );
  });
});

describe('a new price', () => {
  it('is set by admins, with notice, and leaves today as it is', async () => {
    const price = (who: string, body: object) => callAs(house, by(who), 'POST', `/plans/${student}/prices`, body);
    const far = { amount: 4_200, validFrom: addDays(today(), 60) };
    expect((await price('staff', far)).status).toBe(403);
    expect((await price('admin', { ...far, validFrom: addDays(today(), 3) })).status).toBe(422);
    expect((await price('admin', { ...far, amount: -1 })).status).toBe(400);
    expect((await price('admin', far)).status).toBe(201);
    const { body } = await callAs(house, by('nobody'), 'GET', '/plans');
    expect(body.data.find(({ code }: { code: string }) => code === 'student').price.amount).toBe(3_900);
  });
});
