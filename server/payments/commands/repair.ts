import type { Ctx, TxCtx } from '#server/context/context.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { findPayment, lockPayment, type Payment, writePayment } from '../record.ts';
import { repairDelayMs } from '../rules.ts';
import { chargePayment } from './charge.ts';
import { sendRepair } from './settle.ts';

/**
 * Asks the gateway about a payment whose outcome is not known. While it stays unknown the next question is set, ever later:
 * there is no number of them after which an unknown payment would count as a failed one.
 */
export async function repairPayment(
  ctx: Ctx,
  { paymentId, repair }: { paymentId: string; repair: number },
): Promise<(tx: TxCtx) => Promise<void>> {
  const payment = await findPayment(ctx.sql, paymentId);
  if (!isAwaiting(payment, repair)) return async () => {};
  try {
    const record = await chargePayment(ctx, paymentId);
    return async (tx) => {
      await record(tx);
      await askAgainLater(tx, paymentId, repair);
    };
  } catch (error) {
    // Out of reach: it counts as asked, for what the queue would do is the same with other times. Not our credentials.
    if (!(error instanceof PartnerError) || error.errorClass === 'credentials') throw error;
    return (tx) => askAgainLater(tx, paymentId, repair);
  }
}

const isAwaiting = (payment: Payment | null, repair: number) =>
  payment?.status === 'unknown' && payment.repairs === repair - 1;

async function askAgainLater(tx: TxCtx, paymentId: string, repair: number): Promise<void> {
  const payment = await lockPayment(tx.sql, paymentId);
  if (!isAwaiting(payment, repair)) return;
  const at = new Date(tx.now().getTime() + repairDelayMs(repair));
  const noted = await writePayment(tx.sql, payment, { repairs: repair, repairAt: at.toISOString() }, tx.now(), 0);
  await sendRepair(tx, noted, at);
}
