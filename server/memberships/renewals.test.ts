import { beforeAll, describe, expect, it } from 'vitest';
import { createContext, inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { aMember, otherCallers, type Person } from '#server/gateway/callers.testing.ts';
import { orderNow, untilOrder } from '#server/orders/orders.testing.ts';
import { atTheBank, callAs, testHouse } from '#server/payments/payments.testing.ts';
import { issueRenewalLink } from './commands/links.ts';
import { membershipNow, onDay, untilPeriods } from './memberships.testing.ts';
import { addDays, addMonths, dayOf } from './rules.ts';

const house = testHouse();
const app = () => house.app.current;
const sql = () => app().database.sql;
const today = () => dayOf(new Date());
const nobody = { caller: { name: 'nobody', actor: { kind: 'anonymous' as const }, headers: {} } };
let staff: Pick<Person, 'caller'>;
let auditor: Pick<Person, 'caller'>;
beforeAll(async () => {
  const others = await otherCallers(app());
  const called = (name: string) => {
    const caller = others.find((one) => one.name === name);
    if (!caller) throw new Error(name);
    return { caller };
  };
  staff = called('staff');
  auditor = called('auditor');
});

let sequence = 0;
/** With a membership that began today. */
async function person() {
  sequence += 1;
  const one = await aMember(app(), `renewer${sequence}`);
  return { ...one, path: `/memberships/${one.membershipId}`, membership: await membershipNow(app(), one.memberId) };
}
const visa = { paymentMethod: 'pm_card_visa' };
const ordersOf = (memberId: string) =>
  sql()`select id, status, origin from orders where member_id = ${memberId} and origin in ('renewal', 'upgrade')`;

describe('a membership', () => {
  it('is shown to whose it is and to staff, with what follows', async () => {
    const ada = await person();
    const bob = await person();
    const { status, body } = await callAs(house, ada, 'GET', ada.path);
    expect(status).toBe(200);
    const to = addMonths(today(), 12, ada.membership.anchorDay);
    expect(body).toMatchObject({
      status: 'active',
      plan: { code: 'professional' },
      paidUntil: addDays(to, -1),
      period: { from: today(), to },
      renewal: { period: { from: to }, amount: { amount: 12_900, currency: 'EUR' }, automatic: false },
      actions: ['renew', 'change', 'cancel', 'auto-renewal'],
    });
    expect((await callAs(house, bob, 'GET', ada.path)).status).toBe(404);
    expect((await callAs(house, staff, 'GET', ada.path)).status).toBe(200);
    expect((await callAs(house, auditor, 'GET', ada.path)).body.actions).toEqual([]);
    expect((await callAs(house, ada, 'GET', '/memberships')).body.data).toHaveLength(1);
    expect((await callAs(house, bob, 'GET', `/memberships?memberId=${ada.memberId}`)).status).toBe(404);
    expect((await callAs(house, staff, 'GET', `/memberships?memberId=${ada.memberId}`)).body.data[0].id).toBe(
      ada.membershipId,
    );
  });
});

describe('renewing', () => {
  it('makes an order, and the next period when it is paid', async () => {
    const ada = await person();
    const { status, body } = await callAs(house, ada, 'POST', `${ada.path}/renewals`, visa);
    expect([status, body]).toMatchObject([202, { origin: 'renewal', status: 'created', total: { amount: 12_900 } }]);
    await untilOrder(app(), body.id, 'completed');
    const after = await untilPeriods(app(), ada.memberId, 2);
    expect(after.periods[1]).toMatchObject({ from: ada.membership.endsOn, orderId: body.id, origin: 'paid' });
  });

  it('thirty times at once with one key is one order; without a key, one too', async () => {
    const ada = await person();
    const same = await Promise.all(
      Array.from({ length: 30 }, () => callAs(house, ada, 'POST', `${ada.path}/renewals`, visa, 'once')),
    );
    expect(new Set(same.filter(({ status }) => status === 202).map(({ body }) => body.id)).size).toBe(1);
    const bob = await person();
    const tries = await Promise.all(
      Array.from({ length: 8 }, () => callAs(house, bob, 'POST', `${bob.path}/renewals`, visa)),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([202, ...Array.from({ length: 7 }, () => 409)]);
    expect([await ordersOf(ada.memberId), await ordersOf(bob.memberId)].map(({ length }) => length)).toEqual([1, 1]);
  });

  it.each([
    ['with nothing to pay with', {}, 422],
    ['with a card that is not theirs', { paymentMethod: '0190a5b0-0000-7000-8000-000000000009' }, 422],
    ['with no card at all', { paymentMethod: 'cash' }, 422],
    ['with a field that is not known', { ...visa, amount: 1 }, 400],
    ['with a card that is a number', { paymentMethod: 4242 }, 400],
  ])('%s writes nothing', async (_what, body, status) => {
    const ada = await person();
    await sql()`update cards set status = 'removed', removed_at = now(), is_default = false where member_id = ${ada.memberId}`;
    expect((await callAs(house, ada, 'POST', `${ada.path}/renewals`, body)).status).toBe(status);
    expect(await ordersOf(ada.memberId)).toHaveLength(0);
  });

  it('of somebody else is not there; by an auditor not allowed; by staff done for them', async () => {
    const [ada, bob] = [await person(), await person()];
    expect((await callAs(house, bob, 'POST', `${ada.path}/renewals`, visa)).status).toBe(404);
    expect((await callAs(house, auditor, 'POST', `${ada.path}/renewals`, visa)).status).toBe(403);
    expect(await ordersOf(ada.memberId)).toHaveLength(0);
    expect((await callAs(house, staff, 'POST', `${ada.path}/renewals`, visa)).status).toBe(202);
  });

  it('by itself needs a card, and says when and how much', async () => {
    const ada = await person();
    await sql()`update cards set is_default = false, for_renewals = false where member_id = ${ada.memberId}`;
    expect((await callAs(house, ada, 'PUT', `${ada.path}/auto-renewal`, { on: true })).status).toBe(422);
    await sql()`update cards set is_default = true where member_id = ${ada.memberId}`;
    const { status, body } = await callAs(house, ada, 'PUT', `${ada.path}/auto-renewal`, { on: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      autoRenew: true,
      card: { last4: '4242' },
      renewal: { automatic: true, amount: { amount: 12_900 } },
    });
    expect(body.renewal.on).toBe(ada.membership.endsOn);
  });
});

describe('cancelling', () => {
  it('ends it when what is paid for is used, keeps the reason, and can be taken back', async () => {
    const ada = await person();
    expect((await callAs(house, ada, 'POST', `${ada.path}/cancel`, {})).status).toBe(400);
    const { body } = await callAs(house, ada, 'POST', `${ada.path}/cancel`, { reason: 'I move abroad' });
    expect(body).toMatchObject({ status: 'active', cancelAtEnd: true, cancelReason: 'I move abroad', renewal: null });
    expect((await callAs(house, ada, 'POST', `${ada.path}/cancel`, { reason: 'Again' })).status).toBe(422);
    const [row] = await sql()`select cancel_reason_sealed as sealed from memberships where id = ${ada.membershipId}`;
    expect(row?.sealed).toMatch(/^sealed:1:/);
    const undone = await callAs(house, ada, 'POST', `${ada.path}/undo-cancel`);
    expect(undone.body).toMatchObject({
      cancelAtEnd: false,
      cancelReason: null,
      renewal: { amount: { amount: 12_900 } },
    });
    expect((await callAs(house, ada, 'POST', `${ada.path}/undo-cancel`)).status).toBe(422);
  });
});

describe('a link from a mail', () => {
  const linkFor = async (
    ada: Awaited<ReturnType<typeof person>>,
    ctx = createContext(app(), { actor: { kind: 'system', name: 'mail' } }),
  ) => {
    const about = { membershipId: ada.membershipId, endsOn: ada.membership.endsOn };
    const token = await inTransaction(ctx, (tx) => issueRenewalLink(tx, about));
    return `/renewals/${token}`;
  };

  it('shows as often as it is opened, and only what has to be seen', async () => {
    const ada = await person();
    const link = await linkFor(ada);
    const seen = [];
    for (let n = 0; n < 5; n += 1) seen.push(await callAs(house, nobody, 'GET', link));
    expect(new Set(seen.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(seen[0]?.body).toMatchObject({
      status: 'open',
      plan: 'Professional',
      member: 'Ada O.',
      amount: { amount: 12_900 },
    });
    expect(JSON.stringify(seen[0]?.body)).not.toMatch(/Okafor|example\.org|Lindenweg|M-0/);
    expect(await ordersOf(ada.memberId)).toHaveLength(0);
    const [row] = await sql()`select count(*)::int as n from renewal_links where token_hash = ${link.slice(10)}`;
    expect(row?.n).toBe(0);
  });

  it('renews without a password, once', async () => {
    const ada = await person();
    const link = await linkFor(ada);
    const tries = await Promise.all(Array.from({ length: 6 }, () => callAs(house, nobody, 'POST', link, visa)));
    expect(tries.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409, 409]);
    await untilPeriods(app(), ada.memberId, 2);
    expect((await callAs(house, nobody, 'GET', link)).body).toMatchObject({
      status: 'renewed',
      amount: null,
      member: null,
    });
    await eventually(async () => {
      const again = await callAs(house, nobody, 'POST', link, visa);
      expect([again.status, again.body.detail]).toEqual([422, expect.stringMatching(/used already/)]);
    });
    expect(await ordersOf(ada.memberId)).toHaveLength(1);
  });

  it('with a card that is refused can be tried again with another', async () => {
    const ada = await person();
    const link = await linkFor(ada);
    expect((await callAs(house, nobody, 'POST', link, { paymentMethod: 'pm_card_chargeDeclined' })).status).toBe(202);
    await eventually(async () => {
      const { body } = await callAs(house, nobody, 'GET', link);
      expect(body).toMatchObject({ status: 'open', order: { status: 'failed', failure: { code: 'generic_decline' } } });
    });
    expect((await callAs(house, nobody, 'POST', link, visa)).status).toBe(202);
    await untilPeriods(app(), ada.memberId, 2);
  });

  it('leads through the bank and back', async () => {
    const ada = await person();
    const link = await linkFor(ada);
    await callAs(house, nobody, 'POST', link, { paymentMethod: 'pm_card_authenticationRequired' });
    let url = '';
    await eventually(async () => {
      const { body } = await callAs(house, nobody, 'GET', link);
      expect(body).toMatchObject({
        status: 'under_way',
        order: { status: 'requires_action', nextAction: { type: 'redirect' } },
      });
      url = body.order.nextAction.url;
    });
    await atTheBank(url, 'approve');
    expect((await callAs(house, nobody, 'POST', `${link}/confirmations`)).status).toBe(200);
    await untilPeriods(app(), ada.memberId, 2);
  });

  it('is for fourteen days and for that renewal only', async () => {
    const ada = await person();
    const old = await linkFor(ada, onDay(app(), addDays(today(), -16)));
    expect((await callAs(house, nobody, 'GET', old)).body).toMatchObject({ status: 'expired', member: null });
    expect((await callAs(house, nobody, 'POST', old, visa)).status).toBe(422);
    const fresh = await linkFor(ada);
    const paid = await callAs(house, ada, 'POST', `${ada.path}/renewals`, visa);
    await untilOrder(app(), paid.body.id, 'completed');
    await untilPeriods(app(), ada.memberId, 2);
    expect((await callAs(house, nobody, 'POST', fresh, visa)).status).toBe(422);
    expect(await orderNow(app(), paid.body.id)).toMatchObject({ status: 'completed' });
    for (const junk of ['x', 'A'.repeat(43), '%00', '..%2f'])
      expect([400, 404]).toContain((await callAs(house, nobody, 'GET', `/renewals/${junk}`)).status);
  });
});
