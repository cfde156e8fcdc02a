import { cardName } from '#server/cards/rules.ts';
import type { Ctx } from '#server/context/context.ts';
import { findPayment, findRefund, type Payment } from '#server/payments/queries/records.ts';
import { moneyText } from '../money.ts';
import { billToOf, documentPdf, fileNameOf } from '../pdf.ts';
import { findDocument, type IssuedDocument } from '../record.ts';

// For mails to the member whose document it is: no permission is asked.

async function theDocument(ctx: Ctx, id: string): Promise<IssuedDocument> {
  const issued = await findDocument(ctx.sql, id);
  if (!issued) throw new Error('a document that a mail is about is not there');
  return issued;
}

interface DocumentWords {
  number: string;
  /** `€129.00` */
  total: string;
  /** `2 × Handbook`, and its amount. */
  lines: (readonly [what: string, amount: string])[];
  issuedOn: string;
  orderId: string | null;
  paymentId: string | null;
}

/** What a mail says of a document. */
export async function documentInWords(ctx: Ctx, id: string): Promise<DocumentWords> {
  const { number, total, lines, currency, issuedAt, orderId, paymentId } = await theDocument(ctx, id);
  return {
    number,
    total: moneyText(total, currency),
    lines: lines.map(({ text, quantity, amount }) => [
      quantity === 1 ? text : `${quantity} × ${text}`,
      moneyText(amount, currency),
    ]),
    issuedOn: issuedAt.slice(0, 10),
    orderId,
    paymentId,
  };
}

/** The document as it goes with a mail. */
export async function documentAttachment(
  ctx: Ctx,
  id: string,
): Promise<{ fileName: string; contentType: string; content: Uint8Array }> {
  const issued = await theDocument(ctx, id);
  const pieces: Uint8Array[] = [];
  for await (const piece of documentPdf(issued, (await billToOf(ctx, issued)) ?? [])) pieces.push(piece);
  return { fileName: fileNameOf(issued), contentType: 'application/pdf', content: Buffer.concat(pieces) };
}

interface RefundWords {
  amount: string;
  number: string | null;
  card: string | null;
  refundedOn: string;
  orderId: string | null;
}

/** Money that went back, with the credit note for it. */
export async function creditInWords(ctx: Ctx, documentId: string): Promise<RefundWords> {
  const { number, total, issuedOn, orderId, paymentId } = await documentInWords(ctx, documentId);
  const payment = paymentId === null ? null : await findPayment(ctx.sql, paymentId);
  return { amount: total, number, card: payment && cardOf(payment), refundedOn: issuedOn, orderId };
}

/** Causes of refunds whose order stands: its credit note tells of them. */
const ofStandingOrders = new Set(['by_staff', 'at_gateway']);

/** Money that went back without a sale to take back; null where a credit note tells of it. */
export async function refundInWords(ctx: Ctx, refundId: string, on: string): Promise<RefundWords | null> {
  const refund = await findRefund(ctx.sql, refundId);
  const payment = refund && (await findPayment(ctx.sql, refund.paymentId));
  if (!refund || !payment) return null;
  const { orderId } = payment;
  if (orderId !== null && ofStandingOrders.has(refund.cause)) return null;
  const amount = moneyText(refund.amount, refund.currency);
  return { amount, number: null, card: cardOf(payment), refundedOn: on, orderId };
}

const cardOf = ({ method, cardBrand, cardLast4 }: Payment) =>
  method === 'card' ? cardName(cardBrand, cardLast4) : null;
