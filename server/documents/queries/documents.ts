import { requirePerson } from '#server/access/commands/sessions.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { notFound, notYours } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { billToOf, documentPdf, fileNameOf, maskBillTo } from '../pdf.ts';
import { documentColumns, findDocument, type IssuedDocument, withTimes } from '../record.ts';
import type { DocumentSummary, DocumentsQuery, DocumentView } from '../shapes.ts';

/** One's own, or with `payments:read` any: then the reading is audited. @throws AppError `not_found` */
async function readableDocument(ctx: Ctx, id: string, action: string): Promise<IssuedDocument> {
  const issued = await findDocument(ctx.sql, id);
  if (!issued) throw notFound();
  if (isOwn(ctx, issued.memberId) && can(ctx, 'self')) return issued;
  if (!can(ctx, 'payments:read')) throw notYours();
  await writeAudit(ctx, { action, resourceType: 'document', resourceId: id, subjectId: issued.memberId });
  return issued;
}

/** @throws AppError `not_found` */
export async function getDocument(ctx: Ctx, id: string): Promise<DocumentView> {
  const issued = await readableDocument(ctx, id, 'document.read');
  const money = (amount: number) => ({ amount, currency: issued.currency });
  return {
    ...summaryOf(issued),
    lines: issued.lines.map((line) => ({ ...line, amount: money(line.amount), tax: money(line.tax) })),
    taxLines: issued.taxLines.map(({ name, rateBp, net, tax }) => ({ name, rateBp, net: money(net), tax: money(tax) })),
    facts: issued.facts.map(([name, value]) => ({ name, value })),
    billTo: isOwn(ctx, issued.memberId) ? await billToOf(ctx, issued) : null,
  };
}

/** To whom it goes is masked for whoever may not reveal it. @throws AppError `not_found` */
export async function downloadDocument(
  ctx: Ctx,
  id: string,
): Promise<{ fileName: string; chunks: AsyncIterable<Uint8Array> }> {
  const issued = await readableDocument(ctx, id, 'document.download');
  const billTo = (await billToOf(ctx, issued)) ?? [];
  const mayRead = isOwn(ctx, issued.memberId) || can(ctx, 'members:reveal');
  return { fileName: fileNameOf(issued), chunks: documentPdf(issued, mayRead ? billTo : maskBillTo(billTo)) };
}

/** One's own documents; with `payments:read` anybody's. Newest first. @throws AppError `not_found` for somebody else's */
export async function listDocuments(
  ctx: Ctx,
  query: DocumentsQuery,
): Promise<{ data: DocumentSummary[]; nextCursor: string | null }> {
  const { sql } = ctx;
  const memberId = ownerOf(ctx, query);
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, ['timestamp', 'uuid']);
  const rows = await sql<IssuedDocument[]>`
    select ${documentColumns(sql)} from documents d
    where true
      ${memberId === undefined ? sql`` : sql`and d.member_id = ${memberId}`}
      ${query.orderId ? sql`and d.order_id = ${query.orderId}` : sql``}
      ${query.paymentId ? sql`and d.payment_id = ${query.paymentId}` : sql``}
      ${query.kind ? sql`and d.kind = ${query.kind}` : sql``}
      ${query.number ? sql`and d.number = ${query.number}` : sql``}
      ${after ? sql`and (d.issued_at, d.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
    order by d.issued_at desc, d.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit).map(withTimes);
  const last = page.at(-1);
  return {
    data: page.map(summaryOf),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.issuedAt, last.id]) : null,
  };
}

/** Whose documents are listed; undefined for everybody's, null for nobody's. */
function ownerOf(ctx: Ctx, query: DocumentsQuery): string | null | undefined {
  if (can(ctx, 'payments:read')) return query.memberId;
  const { memberId } = requirePerson(ctx);
  if (query.memberId !== undefined && query.memberId !== memberId) throw notYours();
  return memberId;
}

const summaryOf = (issued: IssuedDocument): DocumentSummary => ({
  id: issued.id,
  kind: issued.kind,
  number: issued.number,
  memberId: issued.memberId,
  orderId: issued.orderId,
  paymentId: issued.paymentId,
  refundId: issued.refundId,
  total: { amount: issued.total, currency: issued.currency },
  tax: { amount: issued.tax, currency: issued.currency },
  issuedAt: issued.issuedAt,
});
