import type { PaymentStatus } from '#db/schema/payments.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import type { GatewayPayment } from '#server/integrations/gateway/index.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { bookFee, bookPayment } from '../books.ts';
import { tell } from '../news.ts';
import { lockPayment, type Payment, writePayment } from '../record.ts';
import { failureWords, mayMove, repairDelayMs, statusFrom, wordsOf } from '../rules.ts';

/**
 * The one owner of a payment's completion. The charge itself, the browser's word, the webhook and the repair all come here
 * with what the gateway says, in any order and as often as they like: the row is the lock, a payment only moves forward, and
 * money, events and status change together.
 * @throws Error when the gateway's payment is another one than ours
 */
export async function settlePayment(tx: TxCtx, paymentId: string, says: GatewayPayment): Promise<Payment> {
  const before = await lockPayment(tx.sql, paymentId);
  if (says.amount !== before.amount || says.currency !== before.currency) {
    throw new Error('the gateway has another amount for this payment');
  }
  if (before.intentId !== null && before.intentId !== says.intentId)
    throw new Error('the gateway has another intent for it');
  const to = statusFrom(says.status);
  const known = {
    intentId: says.intentId,
    chargeId: says.chargeId ?? before.chargeId,
    customerId: says.customerId ?? before.customerId,
    cardBrand: says.card?.brand ?? before.cardBrand,
    cardLast4: says.card?.last4 ?? before.cardLast4,
  };
  const moved = mayMove(before.status, to) ? await move(tx, before, to, says, known) : await learn(tx, before, known);
  return noteFee(tx, moved, says);
}

type Known = Pick<Payment, 'intentId' | 'chargeId' | 'customerId' | 'cardBrand' | 'cardLast4'>;

async function move(
  tx: TxCtx,
  before: Payment,
  to: PaymentStatus,
  says: GatewayPayment,
  known: Known,
): Promise<Payment> {
  switch (to) {
    case 'succeeded':
      return complete(tx, before, known);
    case 'failed':
      return failPayment(tx, before, failureOf(says), known);
    case 'unknown':
      return beUnknown(tx, before, known);
    case 'authorized':
      await tell(tx, before, [{ type: 'payment.authorized' }]);
      return writePayment(tx.sql, before, { ...known, status: to, nextAction: null, repairAt: null }, tx.now(), 1);
    default: {
      // The bank asks the card holder. News only for who was told that nobody knows, and waits for what comes of it.
      const nextAction = says.nextAction?.type === 'redirect' ? says.nextAction : ({ type: 'stripe_sdk' } as const);
      const news = before.status === 'unknown' ? [{ type: 'payment.requires_action' } as const] : [];
      await tell(tx, before, news);
      return writePayment(tx.sql, before, { ...known, status: to, nextAction, repairAt: null }, tx.now(), news.length);
    }
  }
}

/** Money is in: said once, booked once. */
export async function complete(tx: TxCtx, before: Payment, known: Partial<Known>): Promise<Payment> {
  const authorized = before.status === 'authorized' ? [] : [{ type: 'payment.authorized' } as const];
  const news = [...authorized, { type: 'payment.completed', method: before.method } as const];
  await tell(tx, before, news);
  const cleared = { failureCode: null, failureMessage: null, nextAction: null, repairAt: null };
  const change = { ...known, ...cleared, status: 'succeeded' as const, settledAt: tx.now().toISOString() };
  const after = await writePayment(tx.sql, before, change, tx.now(), news.length);
  await bookPayment(tx, after);
  if (after.saveCard) await enqueue(tx, { queue: 'card-saves', payload: { paymentId: after.id } });
  await audit(tx, before, after);
  return after;
}

/** Given up, with nothing charged. */
export async function failPayment(
  tx: TxCtx,
  before: Payment,
  failure: { code: string; message: string },
  known: Partial<Known> = {},
): Promise<Payment> {
  await tell(tx, before, [{ type: 'payment.failed', code: failure.code }]);
  const after = await writePayment(
    tx.sql,
    before,
    {
      ...known,
      status: 'failed',
      failureCode: failure.code,
      failureMessage: failure.message,
      nextAction: null,
      repairAt: null,
      settledAt: tx.now().toISOString(),
    },
    tx.now(),
    1,
  );
  await audit(tx, before, after);
  return after;
}

/** Nobody can say yet whether the money has moved: never taken for a failure, and asked about until it is known. */
export async function beUnknown(tx: TxCtx, before: Payment, known: Partial<Known> = {}): Promise<Payment> {
  const repairAt = new Date(tx.now().getTime() + repairDelayMs(before.repairs));
  await tell(tx, before, [{ type: 'payment.unknown' }]);
  const change = { ...known, status: 'unknown' as const, nextAction: null, repairAt: repairAt.toISOString() };
  const after = await writePayment(tx.sql, before, change, tx.now(), 1);
  await sendRepair(tx, after, repairAt);
  return after;
}

export const sendRepair = (tx: TxCtx, payment: Payment, at: Date) =>
  enqueue(tx, {
    queue: 'payment-repairs',
    key: payment.id,
    payload: { paymentId: payment.id, repair: payment.repairs + 1 },
    startAfter: at,
  });

async function learn(tx: TxCtx, before: Payment, known: Known): Promise<Payment> {
  const news = Object.entries(known).some(([name, value]) => before[name as keyof Known] !== value);
  return news ? writePayment(tx.sql, before, known, tx.now(), 0) : before;
}

/** The gateway books a charge a moment after it has made it: the fee may come later than the money. */
async function noteFee(tx: TxCtx, payment: Payment, says: GatewayPayment): Promise<Payment> {
  if (says.fee === null || payment.fee !== null || says.status !== 'succeeded') return payment;
  await bookFee(tx, payment, says.fee);
  return writePayment(tx.sql, payment, { fee: says.fee }, tx.now(), 0);
}

function failureOf(says: GatewayPayment): { code: string; message: string } {
  if (says.failure) return failureWords(says.failure);
  return { code: 'canceled', message: wordsOf('canceled') ?? '' };
}

const audit = (tx: TxCtx, before: Payment, after: Payment) =>
  writeAudit(tx, {
    action: 'payment.settle',
    resourceType: 'payment',
    resourceId: after.id,
    subjectId: after.memberId,
    ...(after.status === 'failed' ? { outcome: 'failed' as const } : {}),
    before: { status: before.status },
    after: { status: after.status, ...(after.failureCode ? { code: after.failureCode } : {}) },
  });
