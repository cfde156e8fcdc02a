import type { Queryable } from '#db/client.ts';
import type { DocumentKind, DocumentLine } from '#db/schema/documents.ts';
import type { TaxLine } from '#db/schema/orders.ts';
import { rfc3339 } from '#server/events/read.ts';

/** A document as it was issued; nothing in it ever changes. Amounts in minor units of `currency`. */
export interface IssuedDocument {
  id: string;
  kind: DocumentKind;
  number: string;
  memberId: string;
  orderId: string | null;
  paymentId: string | null;
  refundId: string | null;
  currency: string;
  total: number;
  tax: number;
  lines: DocumentLine[];
  taxLines: TaxLine[];
  facts: [string, string][];
  billToSealed: string | null;
  issuedAt: string;
}

export const documentColumns = (sql: Queryable) => sql`
  d.id, d.kind, d.number, d.member_id as "memberId", d.order_id as "orderId", d.payment_id as "paymentId",
  d.refund_id as "refundId", d.currency, d.total, d.tax, d.lines, d.tax_lines as "taxLines", d.facts,
  d.bill_to_sealed as "billToSealed", d.issued_at as "issuedAt"`;

export const withTimes = (row: IssuedDocument): IssuedDocument => ({ ...row, issuedAt: rfc3339(row.issuedAt) });

export async function findDocument(sql: Queryable, id: string): Promise<IssuedDocument | null> {
  const [row] = await sql<IssuedDocument[]>`select ${documentColumns(sql)} from documents d where d.id = ${id}`;
  return row ? withTimes(row) : null;
}

export async function findMeant(sql: Queryable, meaning: string): Promise<IssuedDocument | null> {
  const [row] = await sql<
    IssuedDocument[]
  >`select ${documentColumns(sql)} from documents d where d.meaning = ${meaning}`;
  return row ? withTimes(row) : null;
}

export async function documentsOfOrder(sql: Queryable, orderId: string): Promise<IssuedDocument[]> {
  const rows = await sql<IssuedDocument[]>`
    select ${documentColumns(sql)} from documents d where d.order_id = ${orderId} order by d.issued_at, d.id`;
  return rows.map(withTimes);
}
