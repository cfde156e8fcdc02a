import { expect, it, vi } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { joined, staffContext } from '#server/members/members.testing.ts';
import { untilOrder } from '#server/orders/orders.testing.ts';
import { refundByStaff } from '#server/payments/commands/refund.ts';
import { testHouse } from '#server/payments/payments.testing.ts';
import { paymentOfOrder } from '#server/payments/queries/records.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';
import { changePlan, previewChange } from './commands/change.ts';
import { buyPlan, fellow, membershipNow, professional, student, untilPeriods } from './memberships.testing.ts';
import { addDays, dayOf, daysBetween, share } from './rules.ts';

const house = testHouse();
const app = () => house.app.current;
const sql = () => app().database.sql;
const today = () => dayOf(new Date());
/** Each of these is several orders, one after the other. */
const patience = 30_000;
vi.setConfig({ testTimeout: 120_000 });

type Person = Awaited<ReturnType<typeof joined>>;

/** Somebody who has bought a plan today. */
async function buyer(planId = professional) {
  const person = await joined(app());
  const orderId = await buyPlan(app(), person.memberId, planId);
  const membership = await untilPeriods(app(), person.memberId, 1);
  return { ...person, orderId, membership };
}

async function upgrade({ ctx, memberId }: Person, membershipId: string, planId: string) {
  const { due, order } = await changePlan(ctx, membershipId, { planId, paymentMethod: 'pm_card_visa' });
  await eventually(async () => expect((await membershipNow(app(), memberId)).planId).toBe(planId), patience);
  return { orderId: order?.id ?? '', due: due.amount };
}

async function refund(orderId: string) {
  const payment = await paymentOfOrder(sql(), orderId);
  await refundByStaff(staffContext(app()), { paymentId: payment?.id ?? '', reason: 'asked for' });
}

const statusOf = async (id: string) => (await sql()`select status from memberships where id = ${id}`)[0]?.status;
const untilCancelled = (id: string) => eventually(async () => expect(await statusOf(id)).toBe('cancelled'), patience);

it('a refunded upgrade leaves the days as they were paid for: the next one costs the same, and their own refund ends them', async () => {
  const ada = await buyer();
  const { id } = ada.membership;
  const first = await upgrade(ada, id, fellow);
  await refund(first.orderId);
  await eventually(async () => expect((await membershipNow(app(), ada.memberId)).planId).toBe(professional), patience);
  const { periods } = await membershipNow(app(), ada.memberId);
  expect(periods).toMatchObject([{ origin: 'paid', orderId: ada.orderId, amount: 12_900, planId: professional }]);
  expect(await previewChange(ada.ctx, id, fellow)).toMatchObject({ kind: 'upgrade', due: { amount: first.due } });
  await refund(ada.orderId);
  await untilCancelled(id);
});

it('the first order’s refund takes the days that an upgrade was given for its money, and leaves those that the upgrade paid itself', async () => {
  const ada = await buyer();
  const { id, endsOn } = ada.membership;
  const first = await upgrade(ada, id, fellow);
  await refund(ada.orderId);
  const paidFor = addDays(today(), share(daysBetween(today(), endsOn), first.due, 24_900));
  await eventually(async () => expect((await membershipNow(app(), ada.memberId)).endsOn).toBe(paidFor), patience);
  const after = await membershipNow(app(), ada.memberId);
  expect(after).toMatchObject({ status: 'active', planId: fellow });
  expect(after.periods).toMatchObject([{ orderId: first.orderId, amount: first.due, to: paidFor, credits: {} }]);
  await refund(first.orderId);
  await untilCancelled(id);
});

it('of two upgrades each keeps its own money, whichever order goes back', async () => {
  const ada = await buyer(student);
  const { id } = ada.membership;
  const second = await upgrade(ada, id, professional);
  const third = await upgrade(ada, id, fellow);
  const credits = async () =>
    (await membershipNow(app(), ada.memberId)).periods.map((one) => [one.amount, one.credits]);
  expect(await credits()).toEqual([[24_900, { [ada.orderId]: 3_900, [second.orderId]: 9_000 }]]);
  await refund(ada.orderId);
  await eventually(async () => expect(await credits()).toEqual([[21_000, { [second.orderId]: 9_000 }]]), patience);
  await refund(third.orderId);
  await eventually(async () => expect(await credits()).toEqual([[9_000, {}]]), patience);
  expect(await membershipNow(app(), ada.memberId)).toMatchObject({ status: 'active', planId: professional });
  await refund(second.orderId);
  await untilCancelled(id);
});

it('an upgrade whose period went away while the bank was asked is given back by itself', async () => {
  const ada = await buyer();
  const { id } = ada.membership;
  const { order } = await changePlan(ada.ctx, id, { planId: fellow, paymentMethod: 'pm_card_authenticationRequired' });
  const orderId = order?.id ?? '';
  await untilOrder(app(), orderId, 'requires_action');
  await refund(ada.orderId);
  await untilCancelled(id);
  const asked = (await paymentOfOrder(sql(), orderId))?.nextAction as { url?: string } | null;
  await fetch(asked?.url ?? '', {
    method: 'POST',
    body: new URLSearchParams({ answer: 'approve' }),
    redirect: 'manual',
  });
  await eventually(async () => expect((await paymentOfOrder(sql(), orderId))?.status).toBe('refunded'), patience);
  expect(await statusOf(id)).toBe('cancelled');
  expect(await sql()`select void_cause from membership_periods where order_id = ${orderId}`).toEqual([
    { void_cause: 'not_deliverable' },
  ]);
  const later = new Date(Date.now() + 10 * 60_000);
  await inTransaction({ ...systemContext(app()), now: () => later }, (tx) => checkInvariants(tx));
  expect(await sql()`select kind from discrepancies where member_id = ${ada.memberId} and status = 'open'`).toEqual([]);
  // What comes after it is not kept waiting.
  await buyPlan(app(), ada.memberId, student);
  await eventually(async () => expect((await membershipNow(app(), ada.memberId)).planId).toBe(student), patience);
});
