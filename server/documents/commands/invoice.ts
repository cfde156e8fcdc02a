import { writeAudit } from '#server/audit/commands.ts';
import { quote } from '#server/checkout/quote.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { AppError, conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { letterheadOf } from '#server/members/queries/letterhead.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import { placeOrder } from '#server/orders/commands/place.ts';
import type { QuotedLine } from '#server/orders/queries/pricing.ts';
import { lockOrder } from '#server/orders/queries/records.ts';
import { invoiceWithinMs, isBarred } from '#server/orders/rules.ts';
import { recordReceived } from '#server/payments/commands/receive.ts';
import { type Payment, paymentOfOrder } from '#server/payments/queries/records.ts';
import { findDocument, type IssuedDocument } from '../record.ts';
import type { InvoiceInput, ReceivedInput } from '../shapes.ts';
import { lineOf } from './follow-money.ts';
import { issueDocument } from './issue.ts';

/**
 * Staff sell on account: an order that waits for its money, and its invoice at once.
 * @throws AppError `forbidden` on one's own record, `rule_violated` for what cannot be bought or sent, or who may not buy
 */
export async function invoiceMember(ctx: Ctx, input: InvoiceInput): Promise<IssuedDocument> {
  requirePermission(ctx, 'payments:record');
  const { memberId, shippingAddress } = input;
  if (isOwn(ctx, memberId)) throw new AppError('forbidden', 'Nobody decides on their own record.');
  return inTransaction(ctx, async (tx) => {
    const status = await memberStatusOf(tx, memberId);
    if (status === null) throw noSuchMember();
    if (isBarred(status)) throw ruleViolated('With this member no business is done at the moment.');
    const lines = await linesOf(tx, input);
    const order = await placeOrder(tx, {
      memberId,
      origin: 'staff',
      lines,
      payment: { kind: 'invoice' },
      shippingAddress: shippingAddress && JSON.parse(JSON.stringify(shippingAddress)),
    });
    if (order.total === 0) throw ruleViolated('There is nothing to pay for.');
    const due = new Date(tx.now().getTime() + invoiceWithinMs).toISOString().slice(0, 10);
    return issueDocument(tx, {
      kind: 'invoice',
      memberId,
      orderId: order.id,
      currency: order.currency,
      lines: order.items.map(lineOf),
      taxLines: order.taxLines,
      facts: [
        ['Order', order.number],
        ['Please pay by', due],
      ],
      billTo: input.billTo ?? (await letterheadOf(tx, memberId)),
      meaning: `order:${order.id}:invoice`,
    });
  });
}

const noSuchMember = () =>
  ruleViolated('There is no such member.', [{ path: 'memberId', message: 'is not a member’s' }]);

async function linesOf(tx: TxCtx, { memberId, items, planId }: InvoiceInput): Promise<QuotedLine[]> {
  const { lines, problems } = await quote(tx, memberId, items ?? [{ planId, quantity: 1 }]);
  if (problems.length > 0) {
    throw ruleViolated(
      'Not all of this can be sold.',
      problems.map(({ item, message }) => ({ path: planId === undefined ? `items.${item}` : 'planId', message })),
    );
  }
  return lines;
}

/**
 * Records the money of an invoice: all of it, once. The order goes on by itself.
 * @throws AppError `not_found`, `forbidden` on one's own, `rule_violated` for part of it or too much, `conflict` when it is paid
 */
export async function recordInvoicePayment(ctx: Ctx, invoiceId: string, input: ReceivedInput): Promise<Payment> {
  requirePermission(ctx, 'payments:record');
  return inTransaction(ctx, async (tx) => {
    const invoice = await findDocument(tx.sql, invoiceId);
    if (invoice?.kind !== 'invoice' || invoice.orderId === null) throw notFound();
    const { orderId, memberId, total, currency } = invoice;
    if (isOwn(ctx, memberId)) throw new AppError('forbidden', 'Nobody decides on their own record.');
    const order = await lockOrder(tx.sql, orderId);
    if (await paymentOfOrder(tx.sql, orderId)) throw conflict('This invoice is paid already.');
    if (order.finishedAt !== null) throw ruleViolated('This invoice has run out. Make a new one.');
    if (input.amount !== total) {
      const words = input.amount < total ? 'An invoice is paid whole: this is less.' : 'This is more than the invoice.';
      throw ruleViolated(words, [{ path: 'amount', message: `must be ${total}` }]);
    }
    const payment = await recordReceived(tx, { ...input, memberId, orderId, invoiceId, currency });
    await writeAudit(tx, {
      action: 'invoice.pay',
      resourceType: 'document',
      resourceId: invoiceId,
      subjectId: memberId,
      after: { paymentId: payment.id, method: input.method, amount: input.amount, receivedOn: input.receivedOn },
    });
    return payment;
  });
}
