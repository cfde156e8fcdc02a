import { expect, test } from 'vitest';
import { aMember } from '#server/gateway/callers.testing.ts';
import { callAs, testHouse } from '#server/payments/payments.testing.ts';
import { staffContext } from './members.testing.ts';
import { memberOverview } from './queries/overview.ts';

const house = testHouse();

test('the payment service says which cards it keeps of a member, that it knows none, or that it does not answer', async () => {
  const ada = await aMember(house.app.current, 'ada');
  const { sql } = house.app.current.database;
  await sql`delete from gateway_customers where member_id = ${ada.memberId}`;
  const says = async () => (await memberOverview(staffContext(house.app.current), ada.memberId)).sources.payments;
  expect(await says()).toMatchObject({ status: 'ok', reason: null, data: null });

  const kept = await callAs(house, ada, 'POST', '/cards', { paymentMethod: 'pm_card_visa' });
  expect(kept.status).toBe(201);
  expect(await says()).toMatchObject({
    status: 'ok',
    data: { cards: [{ brand: 'visa', last4: '4242' }] },
  });

  house.sandbox.faults.set({ partner: 'gateway', fault: 'fail' });
  expect(await says()).toMatchObject({ status: 'unavailable', reason: 'error', data: null });
});
