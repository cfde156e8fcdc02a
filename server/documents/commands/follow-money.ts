import type { DocumentLine } from '#db/schema/documents.ts';
import { cardName } from '#server/cards/rules.ts';
import type { TxCtx } from '#server/context/context.ts';
import { systemAccount } from '#server/ledger/commands/accounts.ts';
import { postEntry } from '#server/ledger/commands/entries.ts';
import type { Posting } from '#server/ledger/shapes.ts';
import { letterheadOf } from '#server/members/queries/letterhead.ts';
import { type IncomeCode, incomeOf, lockOrder, type Order, type OrderItem } from '#server/orders/queries/records.ts';
import { taxWithin } from '#server/orders/rules.ts';
import { lockPayment, type Payment, paymentOfOrder, type Refund, refundsOf } from '#server/payments/queries/records.ts';
import { documentsOfOrder, findMeant } from '../record.ts';
import { creditShares, type Share, taxLinesOf } from '../rules.ts';
import { issueDocument } from './issue.ts';

export const lineOf = (item: OrderItem): DocumentLine => ({
  text: item.name,
  quantity: item.quantity,
  amount: item.amount,
  taxRateBp: item.taxRateBp,
  tax: item.tax,
});

/**
 * What the books and papers of a completed order lack: its receipt, and a credit note for each refund. An order's sale is
 * booked when it is completed, so what went back before that is credited then. Doing it again changes nothing.
 */
export async function documentOrder(tx: TxCtx, orderId: string): Promise<void> {
  const order = await lockOrder(tx.sql, orderId);
  const payment = order.status === 'completed' ? await paymentOfOrder(tx.sql, orderId) : null;
  if (payment === null || payment.settledAt === null) return;
  await issueReceipt(tx, payment, {
    orderId,
    lines: order.items.map(lineOf),
    taxLines: order.taxLines,
    facts: [['Order', order.number]],
    meaning: `order:${orderId}:receipt`,
  });
  await creditRefunds(tx, order, payment);
}

/**
 * Money that the payer's bank sent back has its credit note already: when it goes out again, only what is more than that is
 * credited.
 */
async function creditRefunds(tx: TxCtx, order: Order, payment: Payment): Promise<void> {
  const refunds = (await refundsOf(tx.sql, payment.id)).filter(({ status }) => status === 'succeeded');
  const notes = (await documentsOfOrder(tx.sql, order.id)).filter(({ kind }) => kind === 'credit_note');
  const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0);
  let left = sum(refunds.map(({ amount }) => amount)) - sum(notes.map(({ total }) => total));
  for (const refund of refunds.toReversed()) {
    const amount = Math.min(refund.amount, left);
    if (amount <= 0 || notes.some(({ refundId }) => refundId === refund.id)) continue;
    await credit(tx, order, payment, { id: refund.id, amount });
    left -= amount;
  }
}

const purposes: Partial<Record<Payment['purpose'], string>> = {
  top_up: 'Money put on your account',
  donation: 'Donation',
};

/** The receipt of a payment that is for no order. */
export async function documentPayment(tx: TxCtx, paymentId: string): Promise<void> {
  const payment = await lockPayment(tx.sql, paymentId);
  const text = purposes[payment.purpose];
  if (text === undefined || payment.settledAt === null) return;
  const line = { text, quantity: 1, amount: payment.amount, taxRateBp: 0, tax: 0 };
  await issueReceipt(tx, payment, {
    orderId: null,
    lines: [line],
    taxLines: [],
    facts: [],
    meaning: `payment:${paymentId}:receipt`,
  });
}

interface Receipt {
  orderId: string | null;
  lines: DocumentLine[];
  taxLines: Order['taxLines'];
  facts: (readonly [string, string])[];
  meaning: string;
}

async function issueReceipt(tx: TxCtx, payment: Payment, receipt: Receipt): Promise<void> {
  if (await findMeant(tx.sql, receipt.meaning)) return;
  await issueDocument(tx, {
    ...receipt,
    kind: 'receipt',
    memberId: payment.memberId,
    paymentId: payment.id,
    currency: payment.currency,
    facts: [
      ...receipt.facts,
      ['Payment', payment.number],
      ['Paid with', paidWith(payment)],
      ['Paid on', dayOf(payment)],
    ],
    billTo: await letterheadOf(tx, payment.memberId),
  });
}

const methods = { bank_transfer: 'Bank transfer', cheque: 'Cheque', employer: 'Employer' } as const;

const paidWith = ({ method, cardBrand, cardLast4 }: Payment) =>
  method === 'card' ? cardName(cardBrand, cardLast4) : methods[method];

const dayOf = ({ receivedOn, settledAt }: Payment) => receivedOn ?? (settledAt ?? '').slice(0, 10);

type Credit = Pick<Refund, 'id' | 'amount'>;

/** Takes back of the sale what has gone back of the money: each line's income, and its tax. */
async function credit(tx: TxCtx, order: Order, payment: Payment, refund: Credit): Promise<void> {
  const documents = await documentsOfOrder(tx.sql, order.id);
  const notes = documents.filter(({ kind }) => kind === 'credit_note');
  const shares = creditShares(order.items, [...notes.map(({ total }) => total), refund.amount], taxWithin);
  const lines = order.items.flatMap((item, i): DocumentLine[] => {
    const share = shares[i];
    return share && (share.amount !== 0 || share.tax !== 0) ? [{ ...lineOf(item), ...share }] : [];
  });
  await bookCredit(tx, order, payment, refund, shares);
  const receipt = documents.find(({ kind }) => kind === 'receipt');
  await issueDocument(tx, {
    kind: 'credit_note',
    memberId: order.memberId,
    orderId: order.id,
    paymentId: payment.id,
    refundId: refund.id,
    currency: order.currency,
    lines,
    taxLines: taxLinesOf(lines, order.taxLines),
    facts: [
      ['Order', order.number],
      ...(receipt ? [['Receipt', receipt.number] as const] : []),
      ['Paid back to', paidWith(payment)],
    ],
    billTo: await letterheadOf(tx, order.memberId),
    meaning: `refund:${refund.id}:credit-note`,
  });
}

/** The refund has left a gap in the deposits, from which the sale was taken: the sale gives it back. */
async function bookCredit(
  tx: TxCtx,
  order: Order,
  payment: Payment,
  refund: Credit,
  shares: readonly Share[],
): Promise<void> {
  const { currency } = order;
  const net = new Map<IncomeCode | 'tax_payable', number>();
  const add = (code: IncomeCode | 'tax_payable', amount: number) => net.set(code, (net.get(code) ?? 0) + amount);
  order.items.forEach((item, i) => {
    const { amount, tax } = shares[i] ?? { amount: 0, tax: 0 };
    add(incomeOf(item), amount - tax);
    add('tax_payable', tax);
  });
  const postings: Posting[] = [
    { accountId: await systemAccount(tx, 'customer_deposits', currency), direction: 'credit', amount: refund.amount },
  ];
  for (const [code, amount] of net) {
    if (amount === 0) continue;
    const accountId = await systemAccount(tx, code, currency);
    postings.push({ accountId, direction: amount > 0 ? 'debit' : 'credit', amount: Math.abs(amount) });
  }
  await postEntry(tx, {
    kind: 'credit_note',
    currency,
    postings,
    idempotencyKey: `refund:${refund.id}:credit`,
    refs: { memberId: order.memberId, orderId: order.id, paymentId: payment.id },
  });
}
