import { requirePerson } from '#server/access/commands/sessions.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { AppError, ruleViolated } from '#server/errors/errors.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { houseCurrency } from '#server/ledger/rules.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import { findPayment, type Payment } from '../record.ts';
import { cancelPayment, chargePayment, giveUpWaiting, isLate } from './charge.ts';
import { type CardChoice, type NewPayment, openPayment } from './open.ts';

/** A payment that no saga drives, and the job that asks for the money. @throws AppError as `openPayment` */
export async function startPayment(tx: TxCtx, input: NewPayment): Promise<Payment> {
  const payment = await openPayment(tx, input);
  await enqueue(tx, { queue: 'payment-charges', key: payment.id, payload: { paymentId: payment.id } });
  return payment;
}

const barred = new Set(['suspended', 'deceased', 'erased']);

/**
 * A member puts money on their account, or gives it.
 * @throws AppError `forbidden` for who is no member, `rule_violated` for another currency or somebody who may not
 */
export async function payByMember(
  ctx: Ctx,
  input: {
    purpose: 'top_up' | 'donation';
    amount: number;
    currency: string;
    card: (tx: TxCtx, memberId: string) => Promise<CardChoice>;
  },
): Promise<Payment> {
  const { memberId } = requirePerson(ctx);
  if (memberId === null) throw new AppError('forbidden', 'Only members pay.');
  if (input.currency !== houseCurrency) {
    throw ruleViolated(`Payments are in ${houseCurrency}.`, [
      { path: 'currency', message: `must be ${houseCurrency}` },
    ]);
  }
  return inTransaction(ctx, async (tx) => {
    if (barred.has((await memberStatusOf(tx, memberId)) ?? 'erased')) {
      throw ruleViolated('Your membership does not allow payments at the moment. Please ask for help.');
    }
    return startPayment(tx, { memberId, ...input, card: await input.card(tx, memberId) });
  });
}

/** The job that asks for the money. @throws PartnerError when this try has certainly not charged, and another may soon */
export async function chargeStarted(ctx: Ctx, paymentId: string): Promise<(tx: TxCtx) => Promise<void>> {
  try {
    const record = await chargePayment(ctx, paymentId);
    return async (tx) => void (await record(tx));
  } catch (error) {
    if (!(error instanceof PartnerError) || error.errorClass === 'credentials') throw error;
    // Whoever waits for it is told in the end, rather than charged the next day.
    const payment = await findPayment(ctx.sql, paymentId);
    if (payment?.status !== 'initiated' || !isLate(ctx, payment.createdAt)) throw error;
    return async (tx) => void (await giveUpWaiting(tx, paymentId));
  }
}

/** How long the bank's question may wait for an answer. */
const abandonedAfterMs = 30 * 60_000;

/** Calls off, in jobs, up to `limit` payments that were never confirmed. Those of orders are their saga's. @returns how many */
export async function sweepAbandoned(tx: TxCtx, limit: number): Promise<number> {
  const before = new Date(tx.now().getTime() - abandonedAfterMs).toISOString();
  const rows = await tx.sql<{ id: string }[]>`
    select id from payments
    where settled_at is null and status = 'requires_action' and purpose <> 'order' and updated_at < ${before}
    order by updated_at limit ${limit} for update skip locked`;
  // Looked at now: the next sweep comes to others.
  await tx.sql`
    update payments set updated_at = ${tx.now().toISOString()} where id = any(${rows.map(({ id }) => id)}::uuid[])`;
  for (const { id } of rows) {
    await enqueue(tx, { queue: 'payment-cancellations', key: id, payload: { paymentId: id } });
  }
  return rows.length;
}

/** At the gateway first, so that it cannot be charged any more. @throws PartnerError */
export async function cancelAbandoned(ctx: Ctx, paymentId: string): Promise<(tx: TxCtx) => Promise<void>> {
  const payment = await findPayment(ctx.sql, paymentId);
  if (payment?.status !== 'requires_action') return async () => {};
  const record = await cancelPayment(ctx, paymentId);
  return async (tx) => void (await record(tx));
}
