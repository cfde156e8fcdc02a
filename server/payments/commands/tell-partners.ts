import type { Ctx, TxCtx } from '#server/context/context.ts';
import { decimals } from '#server/documents/money.ts';
import { withBreaker } from '#server/integrations/breaker.ts';
import { callPartner } from '#server/integrations/commands.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { findPayment, lastPaidBy } from '../record.ts';

type Recording = (tx: TxCtx) => Promise<void>;

/** Names us as the writer, for those who capture changes at the partner. */
const origin = 'guildhall';

/** Brings a payment to the legacy system: its state as it is now, which refuses anything older than what it has. @throws PartnerError */
export async function writePaymentToLegacy(ctx: Ctx, paymentId: string): Promise<Recording> {
  const payment = await findPayment(ctx.sql, paymentId);
  if (!payment?.settledAt) throw new Error('a payment that has been settled is not there');
  const { id, number, memberId, purpose, method, status, amount, refundedAmount, currency, version, settledAt } =
    payment;
  const call = await callPartner(ctx, { system: 'legacy', operation: 'upsert-payment', memberId }, () =>
    withBreaker('legacy', () =>
      partnersOf(ctx.app)
        .legacy()
        .upsertPayment(
          {
            paymentId: id,
            number,
            memberId,
            purpose,
            method,
            status,
            amount,
            refundedAmount,
            currency,
            version,
            paidAt: new Date(settledAt).toISOString(),
          },
          { origin },
        ),
    ),
  );
  return call.record;
}

/** Brings what a member paid last to their contact in the CRM. @throws PartnerError */
export async function writeLastPaymentToCrm(ctx: Ctx, memberId: string): Promise<Recording> {
  const last = await lastPaidBy(ctx.sql, memberId);
  // Of somebody who was erased the CRM keeps nothing.
  if (!last?.settledAt || (await memberStatusOf(ctx, memberId)) === 'erased') return async () => {};
  const { amount, currency, settledAt } = last;
  const call = await callPartner(ctx, { system: 'crm', operation: 'last-payment', memberId }, () =>
    withBreaker('crm', () =>
      partnersOf(ctx.app)
        .crm()
        .writeLastPayment(memberId, { amount: decimals(amount, currency), currency, on: settledAt.slice(0, 10) }),
    ),
  );
  return call.record;
}
