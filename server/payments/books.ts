import type { TxCtx } from '#server/context/context.ts';
import { findOrOpenMemberAccount, systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import type { Payment, Refund } from './record.ts';

const refsOf = (payment: Payment) => ({
  memberId: payment.memberId,
  paymentId: payment.id,
  ...(payment.orderId ? { orderId: payment.orderId } : {}),
  ...(payment.loanId ? { loanId: payment.loanId } : {}),
  ...(payment.invoiceId ? { invoiceId: payment.invoiceId } : {}),
});

/** Where the money came in: what the gateway owes us, or the bank. */
const moneyAccount = (tx: TxCtx, payment: Payment) =>
  systemAccount(tx, payment.method === 'card' ? 'gateway' : 'bank', payment.currency);

/**
 * What the payment is for. What is paid for an order or a loan is a deposit until that is delivered: the sale, or the
 * repayment, takes it from there.
 */
async function purposeAccount(tx: TxCtx, payment: Payment): Promise<string> {
  const { currency } = payment;
  switch (payment.purpose) {
    case 'order':
    case 'loan_repayment':
      return systemAccount(tx, 'customer_deposits', currency);
    case 'donation':
      return systemAccount(tx, 'donations', currency);
    case 'invoice':
      return systemAccount(tx, 'receivables', currency);
    case 'top_up':
      return (await findOrOpenMemberAccount(tx, { memberId: payment.memberId, name: 'Account', currency })).id;
  }
}

/** Money has come in. */
export async function bookPayment(tx: TxCtx, payment: Payment): Promise<void> {
  await postEntry(tx, {
    kind: payment.purpose === 'top_up' ? 'top_up' : 'payment',
    currency: payment.currency,
    postings: [
      { accountId: await moneyAccount(tx, payment), direction: 'debit', amount: payment.amount },
      { accountId: await purposeAccount(tx, payment), direction: 'credit', amount: payment.amount },
    ],
    idempotencyKey: `payment:${payment.id}`,
    refs: refsOf(payment),
  });
}

/** What the gateway keeps for itself. */
export async function bookFee(tx: TxCtx, payment: Payment, fee: number): Promise<void> {
  if (fee <= 0) return;
  await postEntry(tx, {
    kind: 'fee',
    currency: payment.currency,
    postings: [
      { accountId: await systemAccount(tx, 'gateway_fees', payment.currency), direction: 'debit', amount: fee },
      { accountId: await systemAccount(tx, 'gateway', payment.currency), direction: 'credit', amount: fee },
    ],
    idempotencyKey: `payment:${payment.id}:fee`,
    refs: refsOf(payment),
  });
}

/** Money that had gone back has come in again: the payer's bank did not take it. */
export async function bookRefundReturned(tx: TxCtx, payment: Payment, refund: Refund): Promise<void> {
  await postEntry(tx, {
    kind: 'refund',
    currency: payment.currency,
    postings: [
      { accountId: await moneyAccount(tx, payment), direction: 'debit', amount: refund.amount },
      { accountId: await purposeAccount(tx, payment), direction: 'credit', amount: refund.amount },
    ],
    idempotencyKey: `refund:${refund.id}:returned`,
    refs: refsOf(payment),
  });
}

/** Money has gone back. */
export async function bookRefund(tx: TxCtx, payment: Payment, refund: Refund): Promise<void> {
  await postEntry(tx, {
    kind: 'refund',
    currency: payment.currency,
    postings: [
      { accountId: await purposeAccount(tx, payment), direction: 'debit', amount: refund.amount },
      { accountId: await moneyAccount(tx, payment), direction: 'credit', amount: refund.amount },
    ],
    idempotencyKey: `refund:${refund.id}`,
    refs: refsOf(payment),
  });
}

/** What a bank takes back, or gives back after all; and what the gateway asks for it. */
export async function bookDispute(
  tx: TxCtx,
  payment: Payment,
  dispute: { id: string; amount: number; withdraws: boolean; reinstates: boolean; fee: number; feeBefore: number },
): Promise<void> {
  const { currency } = payment;
  const chargebacks = await systemAccount(tx, 'chargebacks', currency);
  const gateway = await systemAccount(tx, 'gateway', currency);
  const move = (kind: 'chargeback' | 'fee', from: string, to: string, amount: number, key: string) =>
    postEntry(tx, {
      kind,
      currency,
      postings: [
        { accountId: to, direction: 'debit', amount },
        { accountId: from, direction: 'credit', amount },
      ],
      idempotencyKey: `dispute:${dispute.id}:${key}`,
      refs: refsOf(payment),
    });
  if (dispute.withdraws) await move('chargeback', gateway, chargebacks, dispute.amount, 'withdrawn');
  const more = dispute.fee - dispute.feeBefore;
  if (more > 0) {
    await move('fee', gateway, await systemAccount(tx, 'gateway_fees', currency), more, `fee:${dispute.fee}`);
  }
  if (dispute.reinstates) await move('chargeback', chargebacks, gateway, dispute.amount, 'reinstated');
}
