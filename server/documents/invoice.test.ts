import { beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { inTransaction } from '#server/context/context.ts';
import { joined, staffContext, systemContext } from '#server/members/members.testing.ts';
import { aProduct, orderNow } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { findSagaOf } from '#server/sagas/table.ts';
import { runPartnerTurn } from '#server/sagas/turn.ts';
import { testApp } from '#test/database.ts';
import { invoiceMember, recordInvoicePayment } from './commands/invoice.ts';

const app = testApp();
beforeAll(() => prepareQueues(app.current, queues));
const dayMs = 24 * 3_600_000;

it('an invoice that is paid on its last day can be recorded some working days later', async () => {
  const { memberId } = await joined(app.current);
  const { id: productId } = await aProduct(app.current, { digital: true, amount: 1_000 });
  const invoice = await invoiceMember(staffContext(app.current), { memberId, items: [{ productId, quantity: 1 }] });
  const orderId = invoice.orderId ?? '';
  const saga = async () => {
    const found = await findSagaOf(app.current.database.sql, 'order', orderId);
    if (!found) throw new Error('no saga');
    return found;
  };
  const turn = async (now: Date) => {
    const { id: sagaId, turn, wakeAt } = await saga();
    const ctx = { ...systemContext(app.current), now: () => now };
    const timedOut = wakeAt !== null && Date.parse(wakeAt) <= now.getTime();
    await inTransaction(ctx, await runPartnerTurn(ctx, { sagaId, turn, timedOut }, new AbortController().signal));
  };
  for (const _ of ['check-member', 'payment']) await turn(new Date());
  const receivedOn = new Date(Date.now() + 60 * dayMs).toISOString().slice(0, 10);
  const aWeekLater = new Date(Date.parse(receivedOn) + 7 * dayMs);
  await turn(aWeekLater);
  const input = { method: 'bank_transfer' as const, amount: 1_000, receivedOn, reference: 'INV' };
  await recordInvoicePayment({ ...staffContext(app.current), now: () => aWeekLater }, invoice.id, input);
  await turn(aWeekLater);
  expect((await orderNow(app.current, orderId)).status).toBe('paid');
});
