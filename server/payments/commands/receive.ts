import type { PaymentMethod } from '#db/schema/payments.ts';
import type { TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { Payment } from '../record.ts';
import { insertPayment } from './open.ts';
import { complete } from './settle.ts';

export interface Received {
  memberId: string;
  orderId: string;
  invoiceId: string;
  method: Exclude<PaymentMethod, 'card'>;
  /** Minor units. */
  amount: number;
  currency: string;
  /** The day (YYYY-MM-DD) on which it stands on the bank's statement. */
  receivedOn: string;
  reference: string;
}

/** Money that has come by another way than a card: it is there already. The caller has checked what it is for. */
export async function recordReceived(tx: TxCtx, input: Received): Promise<Payment> {
  const today = tx.now().toISOString().slice(0, 10);
  if (input.receivedOn > today || input.receivedOn < '2000-01-01') {
    throw ruleViolated('Money is recorded once it has come.', [
      { path: 'receivedOn', message: `must be a day from 2000-01-01 to ${today}` },
    ]);
  }
  const { method, receivedOn, reference, ...about } = input;
  const payment = await insertPayment(tx, {
    ...about,
    purpose: 'order',
    method,
    columns: { received_on: receivedOn, reference },
  });
  return complete(tx, payment, {});
}
