import { v7 as uuidv7 } from 'uuid';
import type { PaymentMethod, PaymentPurpose } from '#db/schema/payments.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { paymentStream } from '../events.ts';
import { aboutOf } from '../news.ts';
import { lockPayment, type Payment } from '../record.ts';
import { maxPayment } from '../rules.ts';

/** A card at the gateway: the name of a payment method, and the saved card that it is, if it is one. */
export interface CardChoice {
  paymentMethodId: string;
  cardId: string | null;
  brand: string | null;
  last4: string | null;
  /** Keep it with the member once it has worked. */
  save?: boolean;
}

export interface NewPayment {
  memberId: string;
  purpose: PaymentPurpose;
  orderId?: string;
  loanId?: string;
  invoiceId?: string;
  /** Minor units, above zero. */
  amount: number;
  currency: string;
  card: CardChoice;
  /** Nobody is there to answer the bank: a renewal by night. */
  offSession?: boolean;
}

/** A payment that is meant, before anybody is asked for the money. @throws AppError `rule_violated` for an amount that cannot be */
export async function openPayment(tx: TxCtx, input: NewPayment): Promise<Payment> {
  if (!Number.isSafeInteger(input.amount) || input.amount < 1 || input.amount > maxPayment) {
    throw ruleViolated('An amount is a whole number of minor units, above zero.', [
      { path: 'amount', message: 'must be a whole number above zero' },
    ]);
  }
  const { card } = input;
  return insertPayment(tx, {
    ...input,
    method: 'card',
    columns: {
      card_id: card.cardId,
      payment_method_id: card.paymentMethodId,
      card_brand: card.brand,
      card_last4: card.last4,
      save_card: card.save ?? false,
      off_session: input.offSession ?? false,
    },
  });
}

export async function insertPayment(
  tx: TxCtx,
  input: Omit<NewPayment, 'card'> & { method: PaymentMethod; columns: Record<string, string | boolean | null> },
): Promise<Payment> {
  const id = uuidv7();
  const now = tx.now().toISOString();
  const [numbered] = await tx.sql<{ n: number }[]>`select nextval('payment_numbers')::int as n`;
  await tx.sql`
    insert into payments ${tx.sql({
      id,
      number: `P-${String(numbered?.n ?? 0).padStart(6, '0')}`,
      member_id: input.memberId,
      purpose: input.purpose,
      order_id: input.orderId ?? null,
      loan_id: input.loanId ?? null,
      invoice_id: input.invoiceId ?? null,
      method: input.method,
      amount: input.amount,
      currency: input.currency,
      status: 'initiated',
      correlation_id: tx.correlationId,
      created_at: now,
      updated_at: now,
      ...input.columns,
    })}`;
  const payment = await lockPayment(tx.sql, id);
  await append(tx, paymentStream(id), 'new', [
    { type: 'payment.initiated', data: { ...aboutOf(payment), method: payment.method } },
  ]);
  await writeAudit(tx, {
    action: 'payment.open',
    resourceType: 'payment',
    resourceId: id,
    subjectId: payment.memberId,
    after: { number: payment.number, purpose: payment.purpose, amount: payment.amount, currency: payment.currency },
  });
  return payment;
}
