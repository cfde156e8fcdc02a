import { inSavepoint, type TxCtx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { findOrOpenMemberAccount, systemAccount } from '#server/ledger/commands/accounts.ts';
import { pendEntry, postEntry, postPending, voidPending } from '#server/ledger/commands/entries.ts';
import { hasMoved } from '#server/ledger/queries/accounts.ts';
import type { EntryInput } from '#server/ledger/shapes.ts';
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
      { accountId: await bearerOf(tx, payment, refund), direction: 'credit', amount: refund.amount },
    ],
    idempotencyKey: `refund:${refund.id}:returned`,
    refs: refsOf(payment),
  });
}

/** Money has gone back. What was held for it is taken, or else what it was for. */
export async function bookRefund(tx: TxCtx, payment: Payment, refund: Refund): Promise<'booked' | 'not_covered'> {
  // What was held for one that had failed was let go.
  if (refund.holdEntryId !== null && refund.status !== 'failed') {
    await postPending(tx, { entryId: refund.holdEntryId, idempotencyKey: keyOf(refund) });
    return 'booked';
  }
  const entry = await refundEntry(tx, payment, refund, await purposeAccount(tx, payment));
  if (payment.purpose !== 'top_up') {
    await postEntry(tx, entry);
    return 'booked';
  }
  // It is gone at the gateway, whatever is left on the account: then its holder owes it.
  if (await isCovered(tx, entry)) return 'booked';
  await postEntry(tx, await refundEntry(tx, payment, refund, await systemAccount(tx, 'receivables', payment.currency)));
  return 'not_covered';
}

/**
 * Holds on a member's account what is to go back of it, so that it is there when the gateway has sent it. Gives the hold;
 * null where nobody can spend it meanwhile. @throws AppError `rule_violated` when there is too little; the transaction is lost
 */
export async function holdRefund(
  tx: TxCtx,
  payment: Payment,
  refund: Pick<Refund, 'id' | 'amount'>,
): Promise<string | null> {
  if (payment.purpose !== 'top_up') return null;
  const entry = await refundEntry(tx, payment, refund, await purposeAccount(tx, payment));
  return (await pendEntry(tx, { ...entry, idempotencyKey: `${keyOf(refund)}:hold` })).id;
}

/** It does not go back: what was held is let go. */
export async function releaseRefund(tx: TxCtx, refund: Refund): Promise<void> {
  if (refund.holdEntryId === null) return;
  await voidPending(tx, { entryId: refund.holdEntryId, idempotencyKey: `${keyOf(refund)}:void` });
}

const keyOf = ({ id }: Pick<Refund, 'id'>) => `refund:${id}`;

const refundEntry = async (
  tx: TxCtx,
  payment: Payment,
  refund: Pick<Refund, 'id' | 'amount'>,
  from: string,
): Promise<EntryInput> => ({
  kind: 'refund',
  currency: payment.currency,
  postings: [
    { accountId: from, direction: 'debit', amount: refund.amount },
    { accountId: await moneyAccount(tx, payment), direction: 'credit', amount: refund.amount },
  ],
  idempotencyKey: keyOf(refund),
  refs: refsOf(payment),
});

/** In a savepoint, so that an account with too little on it leaves the transaction whole. */
async function isCovered(tx: TxCtx, entry: EntryInput): Promise<boolean> {
  try {
    await inSavepoint(tx, (inner) => postEntry(inner, entry));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'rule_violated') return false;
    throw error;
  }
}

/** What a refund was taken of: not what the payment was for where that did not cover it. */
async function bearerOf(tx: TxCtx, payment: Payment, refund: Refund): Promise<string> {
  const receivables = await systemAccount(tx, 'receivables', payment.currency);
  return (await hasMoved(tx, receivables, keyOf(refund))) ? receivables : purposeAccount(tx, payment);
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
