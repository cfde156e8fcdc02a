import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { writeAudit } from '#server/audit/commands.ts';
import { inTransaction } from '#server/context/context.ts';
import { invoiceMember, recordInvoicePayment } from '#server/documents/commands/invoice.ts';
import { readEvents } from '#server/events/read.ts';
import { sequenceAll } from '#server/events/store.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import { balanceOf, findMemberAccount } from '#server/ledger/queries/accounts.ts';
import { joined, personContext, staffContext, systemContext } from '#server/members/members.testing.ts';
import { timeline } from '#server/members/projections/timeline.ts';
import { memberTimeline } from '#server/members/queries/timeline.ts';
import { aProduct, ledgerOf } from '#server/orders/orders.testing.ts';
import { checkInvariants } from '#server/reconciliation/invariants.ts';
import { chargePayment } from './commands/charge.ts';
import { followGateway } from './commands/follow-gateway.ts';
import { recordRefundSent, refundByStaff, runRefund, settleRefund } from './commands/refund.ts';
import { startPayment } from './commands/start.ts';
import { onItsPages, testGateway } from './payments.testing.ts';
import { listPayments } from './queries/payments.ts';
import { failedRefunds } from './queries/today.ts';
import { findPayment, findRefund, type Payment } from './record.ts';

const { app, sandbox } = testGateway();
const sql = () => app.current.database.sql;
const system = () => systemContext(app.current);
const gateway = () => partnersOf(app.current).gateway();

async function paid(purpose: 'donation' | 'top_up'): Promise<Payment> {
  const { memberId } = await joined(app.current);
  const { id } = await inTransaction(system(), (tx) =>
    startPayment(tx, {
      memberId,
      purpose,
      amount: 5_000,
      currency: 'EUR',
      card: { paymentMethodId: 'pm_card_visa', cardId: null, brand: null, last4: null },
    }),
  );
  return inTransaction(system(), await chargePayment(system(), id));
}

const now = (payment: Payment) => findPayment(sql(), payment.id);
const give = (payment: Payment, amount?: number) =>
  refundByStaff(staffContext(app.current), { paymentId: payment.id, amount, reason: 'Asked for' });
const send = async (refundId: string) => inTransaction(system(), await runRefund(system(), refundId));
const madeFor = async ({ intentId }: Payment) =>
  (await gateway().listRefunds(intentId ?? '')).map(({ amount }) => amount);
const onAccount = async ({ memberId }: Payment) => {
  const account = await findMemberAccount(system(), memberId, 'EUR');
  const { posted, available } = await balanceOf(system(), account?.id ?? '');
  return { posted, available };
};

async function spend({ memberId }: Payment, amount: number): Promise<void> {
  const account = await findMemberAccount(system(), memberId, 'EUR');
  await inTransaction(system(), async (tx) => {
    await postEntry(tx, {
      kind: 'payment',
      currency: 'EUR',
      idempotencyKey: uuidv7(),
      postings: [
        { accountId: account?.id ?? '', direction: 'debit', amount },
        { accountId: await systemAccount(tx, 'donations', 'EUR'), direction: 'credit', amount },
      ],
      refs: { memberId },
    });
  });
}

const foundFor = async (payment: Payment) =>
  (await sql()`select kind from discrepancies where payment_id = ${payment.id} and status = 'open' order by kind`).map(
    ({ kind }) => kind,
  );

/** Everything is old enough to be looked at. */
async function expectNothingBroken(): Promise<void> {
  await sql()`update payments set settled_at = settled_at - interval '1 hour' where settled_at is not null`;
  await sql()`update refunds set updated_at = updated_at - interval '1 hour'`;
  const later = { ...system(), now: () => new Date(Date.now() + 3_600_000) };
  const broken = await inTransaction(later, (tx) => checkInvariants(tx));
  expect(Object.entries(broken).filter(([, n]) => n > 0)).toEqual([]);
}

describe('a refund of money that was put on an account', () => {
  it('is refused when it has been spent, before anybody is asked', async () => {
    const payment = await paid('top_up');
    await spend(payment, 4_000);
    await expect(give(payment)).rejects.toMatchObject({ code: 'rule_violated', errors: [{ path: 'amount' }] });
    expect(await now(payment)).toMatchObject({ refundsAsked: 0 });
    expect(await madeFor(payment)).toEqual([]);
    await send((await give(payment, 1_000)).id);
    expect(await onAccount(payment)).toEqual({ posted: 0, available: 0 });
  });

  it('is held from the moment it is decided, and taken when it has gone', async () => {
    const payment = await paid('top_up');
    const refund = await give(payment, 3_000);
    expect(await onAccount(payment)).toEqual({ posted: 5_000, available: 2_000 });
    await expect(spend(payment, 2_001)).rejects.toMatchObject({ code: 'rule_violated' });
    await spend(payment, 2_000);
    expect((await send(refund.id)).status).toBe('succeeded');
    expect(await onAccount(payment)).toEqual({ posted: 0, available: 0 });
    await expectNothingBroken();
  });

  it('is let go when it is refused; and taken all the same when it goes through after all', async () => {
    const payment = await paid('top_up');
    const before = await ledgerOf(app.current);
    const refund = await give(payment);
    await onItsPages(sandbox(), '/v1/refunds', { payment_intent: payment.intentId ?? '', amount: '1' });
    expect((await send(refund.id)).status).toBe('failed');
    expect(await onAccount(payment)).toEqual({ posted: 5_000, available: 5_000 });
    const says = await saysGone(refund.id, payment);
    await inTransaction(system(), (tx) => settleRefund(tx, refund.id, says));
    expect(await onAccount(payment)).toEqual({ posted: 0, available: 0 });
    expect((await ledgerOf(app.current)).gateway).toBe((before.gateway ?? 0) - 5_000);
    await expectNothingBroken();
  });

  it('that was made on the gateway’s own pages is booked also when the money is spent, and people are told', async () => {
    const payment = await paid('top_up');
    await spend(payment, 5_000);
    const before = await ledgerOf(app.current);
    const { id } = await onItsPages(sandbox(), '/v1/refunds', { payment_intent: payment.intentId ?? '' });
    await inTransaction(system(), await followGateway(system(), { kind: 'refund', objectId: id }));
    expect(await now(payment)).toMatchObject({ status: 'refunded', refundedAmount: 5_000 });
    const after = await ledgerOf(app.current);
    expect([
      (after.gateway ?? 0) - (before.gateway ?? 0),
      (after.receivables ?? 0) - (before.receivables ?? 0),
    ]).toEqual([-5_000, 5_000]);
    expect(await foundFor(payment)).toEqual(['refund_not_covered']);
    // The payer's bank sends it back: nobody owes it any more, and nothing is on the account.
    const [refund] = await sql()`select id from refunds where payment_id = ${payment.id}`;
    const says = { ...(await saysGone(refund?.id, payment)), refundId: id, status: 'failed' as const };
    await inTransaction(system(), (tx) => settleRefund(tx, refund?.id, says));
    expect((await ledgerOf(app.current)).receivables ?? 0).toBe(before.receivables ?? 0);
    expect(await onAccount(payment)).toEqual({ posted: 0, available: 0 });
  });
});

/** What the gateway says of a refund that has gone through. */
const saysGone = async (refundId: string, { intentId, chargeId, currency }: Payment) => ({
  refundId: `re_${refundId}`,
  intentId,
  chargeId,
  amount: (await findRefund(sql(), refundId))?.amount ?? 0,
  currency,
  status: 'succeeded' as const,
  failureReason: null,
  paymentRefundId: refundId,
  createdAt: new Date().toISOString(),
});

describe('a refund that was made while its worker died', () => {
  it('is not given up because a question about it is refused', async () => {
    const payment = await paid('donation');
    const refund = await give(payment, 1_000);
    await runRefund(system(), refund.id);
    sandbox().faults.set({ partner: 'gateway', fault: 'reject' });
    await expect(runRefund(system(), refund.id)).rejects.toMatchObject({ errorClass: 'permanent' });
    expect(await findRefund(sql(), refund.id)).toMatchObject({ status: 'requested' });
    sandbox().faults.clear();
    expect((await send(refund.id)).status).toBe('succeeded');
    expect(await madeFor(payment)).toEqual([1_000]);
  });

  it('is given up when the gateway refuses to make it', async () => {
    const payment = await paid('donation');
    const refund = await give(payment);
    await onItsPages(sandbox(), '/v1/refunds', { payment_intent: payment.intentId ?? '' });
    expect(await send(refund.id)).toMatchObject({ status: 'failed', failureCode: 'charge_already_refunded' });
    const trail = await sql()`
      select outcome, after->>'code' as code from audit_entries
      where action = 'payment.refund' and resource_id = ${payment.id} order by at, id`;
    expect(trail).toEqual([
      { outcome: 'ok', code: null },
      { outcome: 'failed', code: 'charge_already_refunded' },
    ]);
  });
});

it('who gives money back, and why, stands in the timeline where it was asked for; the payer reads that it comes', async () => {
  const payment = await paid('donation');
  const staff = staffContext(app.current);
  await refundByStaff(staff, { paymentId: payment.id, amount: 900, reason: 'Sent twice' });
  // What follows from it under the same id has words of ours.
  await writeAudit(
    { ...system(), correlationId: staff.correlationId },
    { action: 'member.update', resourceType: 'member', resourceId: payment.memberId, reason: 'Followed' },
  );
  await sequenceAll(sql());
  const events = await readEvents(sql(), { after: 0, limit: 1_000 });
  await inTransaction(system(), (tx) => timeline.apply(tx, events));
  const of = async (reader: typeof staff) =>
    (await memberTimeline(reader, payment.memberId, { limit: 20 })).data.find(({ type }) => type === 'payment.refund');
  const summary = '€9.00 is to be given back';
  const actorId = staff.actor.kind === 'user' ? staff.actor.userId : '';
  expect(await of(staff)).toMatchObject({ summary, actorId, reason: 'Sent twice' });
  const payer = personContext(app.current, { memberId: payment.memberId });
  expect(await of(payer)).toMatchObject({ summary, actorId: null, reason: null });
});

describe('money that came by bank', () => {
  async function invoiced(): Promise<Payment> {
    const { memberId } = await joined(app.current);
    const { id: productId } = await aProduct(app.current, { digital: true, amount: 5_000 });
    const staff = staffContext(app.current);
    const invoice = await invoiceMember(staff, { memberId, items: [{ productId, quantity: 1 }] });
    const receivedOn = new Date().toISOString().slice(0, 10);
    const received = { method: 'bank_transfer' as const, amount: 5_000, receivedOn, reference: uuidv7() };
    return recordInvoicePayment(staff, invoice.id, received);
  }

  it('goes back when somebody has sent it, and until then people are told', async () => {
    const payment = await invoiced();
    const refund = await give(payment, 2_000);
    const before = await ledgerOf(app.current);
    expect((await send(refund.id)).status).toBe('pending');
    const check = async () => {
      await sql()`update refunds set updated_at = updated_at - interval '1 hour'`;
      await inTransaction(system(), (tx) => checkInvariants(tx));
      return (await foundFor(payment)).includes('refund_to_send');
    };
    expect(await check()).toBe(true);
    expect([(await now(payment))?.refundedAmount, await ledgerOf(app.current)]).toEqual([0, before]);

    const staff = staffContext(app.current);
    expect((await recordRefundSent(staff, refund.id)).status).toBe('succeeded');
    expect((await recordRefundSent(staff, refund.id)).status).toBe('succeeded');
    expect((await now(payment))?.refundedAmount).toBe(2_000);
    expect((await ledgerOf(app.current)).bank).toBe((before.bank ?? 0) - 2_000);
    expect(await check()).toBe(false);
  });

  it('is found by what stands on the bank’s statement, and what goes back by the gateway’s name for it', async () => {
    const payment = await invoiced();
    const found = async (q: string) =>
      (await listPayments(staffContext(app.current), { limit: 10, q })).data.map(({ id }) => id);
    expect(await found(payment.reference ?? '')).toEqual([payment.id]);
    const card = await paid('donation');
    const { id } = await give(card, 100);
    const sent = await send(id);
    for (const q of [card.number.toLowerCase(), card.intentId, card.chargeId, sent.gatewayRefundId]) {
      expect(await found(q ?? '')).toEqual([card.id]);
    }
    expect(await found('nowhere')).toEqual([]);
  });

  it('is not sent by hand when it came by card, nor by whom it goes back to', async () => {
    const card = await paid('donation');
    const { id } = await give(card, 100);
    await expect(recordRefundSent(staffContext(app.current), id)).rejects.toMatchObject({ code: 'rule_violated' });
    const payment = await invoiced();
    const own = personContext(app.current, { memberId: payment.memberId, roles: ['staff'] });
    const refund = await give(payment, 100);
    await expect(recordRefundSent(own, refund.id)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(recordRefundSent(staffContext(app.current), uuidv7())).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a refund that failed', () => {
  async function failed(payment: Payment, amount: number): Promise<void> {
    const { id } = await give(payment, amount);
    const says = { ...(await saysGone(id, payment)), status: 'failed' as const };
    await inTransaction(system(), (tx) => settleRefund(tx, id, says));
  }
  const listed = async (payment: Payment) =>
    (await failedRefunds(sql(), 1_000)).oldest
      .filter(({ paymentId }) => paymentId === payment.id)
      .map((one) => one.amount.amount);

  it('is shown until as much was asked for again', async () => {
    const payment = await paid('donation');
    const other = await give(payment, 200);
    await failed(payment, 1_000);
    await send(other.id);
    expect(await listed(payment)).toEqual([1_000]);
    await give(payment, 300);
    expect(await listed(payment)).toEqual([1_000]);
    await give(payment, 700);
    expect(await listed(payment)).toEqual([]);
  });

  it('and another are both shown until both were', async () => {
    const payment = await paid('donation');
    await failed(payment, 1_000);
    await failed(payment, 1_000);
    expect(await listed(payment)).toHaveLength(2);
    await give(payment, 1_000);
    expect(await listed(payment)).toHaveLength(1);
    await give(payment);
    expect(await listed(payment)).toEqual([]);
  });
});

it('money at the gateway with a stranger’s mark on it is nobody’s, and is told of', async () => {
  const made = await onItsPages(sandbox(), '/v1/payment_intents', {
    amount: '700',
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: 'true',
    'metadata[paymentId]': 'shop-17',
    'allowed_payment_method_types[0]': 'card',
  });
  await inTransaction(system(), await followGateway(system(), { kind: 'payment', objectId: made.id }));
  const refund = await onItsPages(sandbox(), '/v1/refunds', {
    payment_intent: made.id,
    'metadata[paymentRefundId]': 'shop-17',
  });
  await inTransaction(system(), await followGateway(system(), { kind: 'refund', objectId: refund.id }));
  const found = await sql()`select kind from discrepancies where key = ${made.id}`;
  expect(found).toEqual([{ kind: 'charge_of_nobody' }]);
});
