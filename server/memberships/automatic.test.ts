import { describe, expect, it } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { aMember, type Person } from '#server/gateway/callers.testing.ts';
import { act } from '#server/members/commands/actions.ts';
import { resign } from '#server/members/commands/status.ts';
import { personContext, staffContext } from '#server/members/members.testing.ts';
import { membershipTemplates } from '#server/notifications/membership-mails.ts';
import { callAs, testHouse } from '#server/payments/payments.testing.ts';
import { sendDueSteps, takeStep } from './commands/steps.ts';
import { beginNextPlans, importMemberships, showPricesOfToday } from './commands/sweeps.ts';
import {
  aMembershipOf,
  fellow,
  membershipNow,
  onDay,
  professional,
  recordOf,
  student,
  untilPeriods,
} from './memberships.testing.ts';
import { addDays, addMonths, dayOf, dayOfMonth } from './rules.ts';

const house = testHouse();
const app = () => house.app.current;
const sql = () => app().database.sql;
const today = () => dayOf(new Date());

/** Cards that the bank refuses cannot be kept the usual way: the gateway would try them first. */
async function keepCard(person: Person, card: string): Promise<void> {
  if (card === 'pm_card_visa') {
    const kept = await callAs(house, person, 'POST', '/cards', { paymentMethod: card, default: true });
    expect(kept.status).toBe(201);
    return;
  }
  await sql()`
    insert into cards (id, member_id, status, token, payment_method_id, brand, last4, exp_month, exp_year, is_default, created_at,
      updated_at)
    values (uuidv7(), ${person.memberId}, 'active', ${card}, ${card}, 'visa', '9995', 12, 2199, true, now(), now())`;
}

let sequence = 0;
/** Whose membership ends today, with a card of theirs. */
async function ending({ card = 'pm_card_visa', auto = true, endsOn = today() } = {}) {
  sequence += 1;
  const person = await aMember(app(), `ending${sequence}`);
  await sql()`update memberships set status = 'cancelled', ended_at = now(), next_step = null, next_step_on = null where member_id = ${person.memberId}`;
  await sql()`update members set status = 'active' where id = ${person.memberId}`;
  await sql()`update cards set status = 'removed', removed_at = now() where member_id = ${person.memberId}`;
  if (card) await keepCard(person, card);
  const membershipId = await aMembershipOf(app(), person.memberId, addMonths(endsOn, -12, dayOfMonth(endsOn)));
  await sql()`update memberships set auto_renew = ${auto}, ends_on = ${endsOn}, next_step = 0, next_step_on = ${endsOn} where id = ${membershipId}`;
  return { ...person, membershipId, endsOn };
}
type Ending = Awaited<ReturnType<typeof ending>>;

const now = (one: Ending) => membershipNow(app(), one.memberId);
const attempts = (one: Ending) => sql()<{ step: number; status: string; code: string | null }[]>`
  select step, status, failure_code as code from renewal_attempts where membership_id = ${one.membershipId} order by step`;
const templatesOf = async (one: Ending) =>
  (
    await sql()<
      { template: string }[]
    >`select template from mails where member_id = ${one.memberId} and template = any(${[...membershipTemplates]}::text[])
      order by created_at, id`
  ).map(({ template }) => template);
const typesOf = async (one: Ending) =>
  (
    await sql()<
      { type: string }[]
    >`select type from events where stream = ${`membership-${one.membershipId}`} order by version`
  ).map(({ type }) => type);
const sweep = () => inTransaction(systemContext(app()), (tx) => sendDueSteps(tx, 1_000));
/** The next step of one, on its own day. */
async function step(one: Ending) {
  const { nextStep, nextStepOn, endsOn } = await now(one);
  if (nextStep === null || nextStepOn === null) throw new Error('nothing is due');
  await inTransaction(onDay(app(), nextStepOn), (tx) =>
    takeStep(tx, { membershipId: one.membershipId, endsOn, step: nextStep }),
  );
}

describe('automatic renewal', () => {
  it('is announced two weeks before, charged on the day, and goes on without a gap', async () => {
    const one = await ending();
    await sql()`update memberships set next_step = -14, next_step_on = ${addDays(one.endsOn, -14)} where id = ${one.membershipId}`;
    await step(one);
    expect(await now(one)).toMatchObject({ nextStep: 0, nextStepOn: one.endsOn, status: 'active' });
    await eventually(async () => expect(await templatesOf(one)).toEqual(['renewal-planned']));
    await sweep();
    const after = await untilPeriods(app(), one.memberId, 2);
    expect(after).toMatchObject({
      status: 'active',
      nextStep: -14,
      endsOn: addMonths(one.endsOn, 12, after.anchorDay),
    });
    expect(await attempts(one)).toMatchObject([
      { step: -14, status: 'announced' },
      { step: 0, status: 'paid' },
    ]);
    const [order] =
      await sql()`select origin, payment_choice->>'offSession' as off from orders where member_id = ${one.memberId} and origin = 'renewal'`;
    expect(order).toEqual({ origin: 'renewal', off: 'true' });
    await eventually(async () => expect(await templatesOf(one)).toEqual(['renewal-planned', 'renewed']));
  });

  it('is one charge however often the sweep and the step run', async () => {
    const one = await ending();
    await Promise.all([sweep(), sweep(), sweep()]);
    const due = { membershipId: one.membershipId, endsOn: one.endsOn, step: 0 };
    await Promise.all([1, 2, 3].map(() => inTransaction(systemContext(app()), (tx) => takeStep(tx, due))));
    await untilPeriods(app(), one.memberId, 2);
    const orders = await sql()`select 1 from orders where member_id = ${one.memberId} and origin = 'renewal'`;
    expect(orders).toHaveLength(1);
  });

  it('that the bank refuses is tried on days 3, 7 and 14 with a mail each, and lapses on day 30', async () => {
    const one = await ending({ card: 'pm_card_chargeDeclinedInsufficientFunds' });
    await sweep();
    await eventually(async () => expect(await now(one)).toMatchObject({ status: 'grace', nextStep: 3 }));
    await eventually(async () => expect((await recordOf(app(), one.memberId))?.status).toBe('grace'));
    for (const tries of [2, 3, 4]) {
      await step(one);
      await eventually(async () => {
        expect((await attempts(one)).filter(({ status }) => status === 'failed')).toHaveLength(tries);
      });
    }
    expect(await attempts(one)).toMatchObject(
      [0, 3, 7, 14].map((day) => ({ step: day, status: 'failed', code: 'insufficient_funds' })),
    );
    expect(await now(one)).toMatchObject({ nextStep: 30, nextStepOn: addDays(one.endsOn, 30) });
    await step(one);
    await eventually(async () => expect((await recordOf(app(), one.memberId))?.status).toBe('lapsed'));
    expect(await typesOf(one)).toEqual([
      'membership.activated',
      'membership.grace_started',
      ...Array.from({ length: 4 }, () => 'membership.renewal_failed'),
      'membership.lapsed',
    ]);
    await eventually(async () => {
      // The link is for whoever can still renew: of the four mails those that are made after the lapse are not sent.
      const sent = await templatesOf(one);
      expect(sent).toContain('lapsed');
      expect(sent.filter((template) => template === 'payment-failed').length).toBeGreaterThanOrEqual(3);
    });
  });

  it('that the bank wants confirmed brings a link; with the link it is paid and the dunning ends', async () => {
    const one = await ending({ card: 'pm_card_authenticationRequired' });
    await sweep();
    await eventually(async () =>
      expect(await attempts(one)).toMatchObject([{ step: 0, status: 'failed', code: 'authentication_required' }]),
    );
    await eventually(async () => expect(await templatesOf(one)).toContain('payment-failed'));
    const paid = await callAs(house, one, 'POST', `/memberships/${one.membershipId}/renewals`, {
      paymentMethod: 'pm_card_visa',
    });
    expect(paid.status).toBe(202);
    const after = await untilPeriods(app(), one.memberId, 2);
    expect(after).toMatchObject({ status: 'active', nextStep: -14 });
    await eventually(async () => expect((await recordOf(app(), one.memberId))?.status).toBe('active'));
  });

  it('without a card says so', async () => {
    const one = await ending({ card: '' });
    await sweep();
    await eventually(async () => expect(await attempts(one)).toMatchObject([{ status: 'no_card' }]));
    expect(await now(one)).toMatchObject({ status: 'grace' });
  });

  it('waits out an outage of the payment service, and writes to nobody', async () => {
    const one = await ending();
    const placed = await inTransaction(systemContext(app()), async (tx) => {
      const [order] = await tx.sql<{ id: string }[]>`select id from orders where member_id = ${one.memberId} limit 1`;
      await tx.sql`
        insert into renewal_attempts (membership_id, ends_on, step, order_id, status, at)
        values (${one.membershipId}, ${one.endsOn}, 0, ${order?.id ?? null}, 'under_way', now())`;
      await tx.sql`update memberships set next_step = 3, next_step_on = ends_on + 3 where id = ${one.membershipId}`;
      return order?.id ?? '';
    });
    const { noteFailedRenewal } = await import('./commands/steps.ts');
    await inTransaction(systemContext(app()), (tx) =>
      noteFailedRenewal(tx, { orderId: placed, code: 'gateway_unavailable' }),
    );
    expect(await now(one)).toMatchObject({ status: 'active', nextStep: 0, nextStepOn: addDays(today(), 1) });
    expect(await typesOf(one)).toEqual(['membership.activated']);
  });
});

describe('without automatic renewal', () => {
  it('nobody is charged: a mail with a link at the end and in the days of grace', async () => {
    const one = await ending({ auto: false });
    await sweep();
    await eventually(async () => expect(await now(one)).toMatchObject({ status: 'grace', nextStep: 3 }));
    // A job that comes again after its step was made finds nothing to do.
    const due = { membershipId: one.membershipId, endsOn: one.endsOn, step: 0 };
    await inTransaction(systemContext(app()), (tx) => takeStep(tx, due));
    expect((await typesOf(one)).filter((type) => type === 'membership.renewal_due')).toHaveLength(1);
    await eventually(async () => expect(await templatesOf(one)).toEqual(['renewal-due']));
    const links = await sql()`select 1 from renewal_links where membership_id = ${one.membershipId}`;
    expect(links).toHaveLength(1);
    expect(await sql()`select 1 from orders where member_id = ${one.memberId} and origin = 'renewal'`).toHaveLength(0);
  });

  it('what was cancelled ends on its day, and nobody is reminded', async () => {
    const one = await ending({ auto: true });
    await callAs(house, one, 'POST', `/memberships/${one.membershipId}/cancel`, { reason: 'Enough' });
    await sweep();
    await eventually(async () => expect((await recordOf(app(), one.memberId))?.status).toBe('lapsed'));
    const [row] = await sql()`select status from memberships where id = ${one.membershipId}`;
    expect(row?.status).toBe('cancelled');
    await eventually(async () => expect(await templatesOf(one)).toEqual(['cancelled']));
    expect(await attempts(one)).toHaveLength(0);
  });
});

describe('people who leave', () => {
  it('are not charged: who resigned keeps what is paid for, of the dead nothing is left', async () => {
    const [resigned, dead, suspended] = [await ending(), await ending(), await ending()];
    const { caller } = resigned;
    if (caller.actor.kind !== 'user') throw new Error('a person');
    await resign(
      personContext(app(), { userId: caller.actor.userId, memberId: resigned.memberId }),
      resigned.memberId,
      'Moving on',
    );
    await eventually(async () => expect(await now(resigned)).toMatchObject({ autoRenew: false, cancelAtEnd: true }));
    await act(staffContext(app()), dead.memberId, 'mark-deceased', 'A letter');
    await eventually(async () => {
      const [row] = await sql()`select status from memberships where id = ${dead.membershipId}`;
      expect(row?.status).toBe('cancelled');
    });
    await act(staffContext(app()), suspended.memberId, 'suspend', 'A complaint');
    await sweep();
    await eventually(async () => expect(await now(suspended)).toMatchObject({ status: 'grace' }));
    const charged = await sql()`
      select 1 from orders where origin = 'renewal' and member_id in (${resigned.memberId}, ${dead.memberId}, ${suspended.memberId})`;
    expect(charged).toHaveLength(0);
    expect((await recordOf(app(), suspended.memberId))?.status).toBe('suspended');
  });
});

describe('the sweeps', () => {
  it('give a period to who paid before there were periods, once', async () => {
    const one = await aMember(app(), 'imported');
    // Followed, so that no job holds the record any more.
    await eventually(async () => expect((await recordOf(app(), one.memberId))?.status).toBe('active'));
    await sql()`delete from membership_periods where membership_id = ${one.membershipId}`;
    await sql()`delete from memberships where id = ${one.membershipId}`;
    await sql()`update members set status = 'active', paid_until = '2027-02-27' where id = ${one.memberId}`;
    const run = () => inTransaction(onDay(app(), '2026-11-21'), (tx) => importMemberships(tx, 500));
    expect(await run()).toBeGreaterThanOrEqual(1);
    const found = await membershipNow(app(), one.memberId);
    expect(found).toMatchObject({
      endsOn: '2027-02-28',
      status: 'active',
      anchorDay: 28,
      nextStep: -14,
      planId: professional,
    });
    expect(found.periods).toMatchObject([{ from: '2026-02-28', to: '2027-02-28', origin: 'import' }]);
    expect(await run()).toBe(0);
  });

  it('begin the plan that follows on its day, and show the price of today', async () => {
    const one = await ending({ auto: false, endsOn: addDays(today(), 40) });
    await sql()`update memberships set next_plan_id = ${student}, plan_from = ${one.endsOn} where id = ${one.membershipId}`;
    await sql()`
      insert into membership_periods (id, membership_id, period, plan_id, origin, amount, currency, created_at)
      values (uuidv7(), ${one.membershipId}, daterange(${one.endsOn}::date, ${one.endsOn}::date + 365), ${student}, 'import', 0, 'EUR', now())`;
    await inTransaction(onDay(app(), addDays(one.endsOn, -1)), (tx) => beginNextPlans(tx, 10));
    expect(await now(one)).toMatchObject({ planId: professional });
    await inTransaction(onDay(app(), one.endsOn), (tx) => beginNextPlans(tx, 10));
    expect(await now(one)).toMatchObject({ planId: student, nextPlanId: null, planFrom: null });
    await eventually(async () => expect((await recordOf(app(), one.memberId))?.planId).toBe(student));
    await sql()`insert into plan_prices (plan_id, amount, currency, valid_from) values (${fellow}, 26000, 'EUR', '2027-05-01')`;
    const priceShown = async () => (await sql()`select price_amount from plans where id = ${fellow}`)[0]?.price_amount;
    await inTransaction(onDay(app(), '2027-04-30'), (tx) => showPricesOfToday(tx));
    expect(await priceShown()).toBe(24_900);
    await inTransaction(onDay(app(), '2027-05-01'), (tx) => showPricesOfToday(tx));
    expect(await priceShown()).toBe(26_000);
  });
});
