import { v7 as uuidv7 } from 'uuid';
import type { DocumentKind, DocumentLine } from '#db/schema/documents.ts';
import type { TaxLine } from '#db/schema/orders.ts';
import { obtainUnlessDestroyed } from '#server/audit/address.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { append } from '#server/events/append.ts';
import '../events.ts';
import { documentStream } from '../events.ts';
import { findDocument, findMeant, type IssuedDocument } from '../record.ts';
import { numberOf } from '../rules.ts';

/** The name under which the address is sealed. */
export const billToField = 'billTo';

export interface NewDocument {
  kind: DocumentKind;
  memberId: string;
  orderId?: string | null;
  paymentId?: string | null;
  refundId?: string | null;
  currency: string;
  /** Amounts in minor units, tax included. */
  lines: readonly DocumentLine[];
  taxLines: readonly TaxLine[];
  /** Stand beside the address: words of ours and ids, nothing personal. */
  facts: readonly (readonly [string, string])[];
  /** Name and address, line by line; sealed here. */
  billTo: readonly string[] | null;
  /** The same meaning again is the same document. */
  meaning: string;
}

/**
 * Issues a document: numbered without a gap for its kind and year (UTC), and never changed after. Whoever issues another of
 * that kind waits until this transaction ends, so it belongs near the end of one.
 */
export async function issueDocument(tx: TxCtx, input: NewDocument): Promise<IssuedDocument> {
  const known = await findMeant(tx.sql, input.meaning);
  if (known) return known;
  const id = uuidv7();
  const now = tx.now();
  const sealed = await sealedBillTo(tx, input);
  const { kind, memberId, currency } = input;
  const year = now.getUTCFullYear();
  const sequence = await nextNumber(tx, kind, year);
  const number = numberOf(kind, year, sequence);
  const total = input.lines.reduce((sum, { amount }) => sum + amount, 0);
  const tax = input.lines.reduce((sum, line) => sum + line.tax, 0);
  const about = {
    orderId: input.orderId ?? null,
    paymentId: input.paymentId ?? null,
    refundId: input.refundId ?? null,
  };
  await tx.sql`
    insert into documents (id, kind, year, sequence, number, member_id, order_id, payment_id, refund_id, currency, total, tax,
      lines, tax_lines, facts, bill_to_sealed, meaning, correlation_id, issued_at)
    values (${id}, ${kind}, ${year}, ${sequence}, ${number}, ${memberId}, ${about.orderId}, ${about.paymentId},
      ${about.refundId}, ${currency}, ${total}, ${tax}, ${JSON.stringify(input.lines)}::text::jsonb,
      ${JSON.stringify(input.taxLines)}::text::jsonb, ${JSON.stringify(input.facts)}::text::jsonb, ${sealed},
      ${input.meaning}, ${tx.correlationId}, ${now.toISOString()})`;
  const refs = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== null));
  await append(tx, documentStream(id), 'new', [
    {
      type: 'document.issued',
      data: { documentId: id, memberId, kind, number, ...refs, total: { amount: total, currency } },
    },
  ]);
  await writeAudit(tx, {
    action: 'document.issue',
    resourceType: 'document',
    resourceId: id,
    subjectId: memberId,
    after: { number, total, currency },
  });
  const issued = await findDocument(tx.sql, id);
  if (!issued) throw new Error('a document was not written');
  return issued;
}

/** The counter's row is locked until the document is there, or was never meant: no number is lost, none is given twice. */
async function nextNumber(tx: TxCtx, kind: DocumentKind, year: number): Promise<number> {
  const [row] = await tx.sql<{ last: number }[]>`
    insert into document_counters (kind, year, last) values (${kind}, ${year}, 1)
    on conflict (kind, year) do update set last = document_counters.last + 1 returning last`;
  if (!row) throw new Error('a number was not given');
  return row.last;
}

/** null for somebody who was erased: the books go on without their name. */
async function sealedBillTo(tx: TxCtx, { memberId, billTo }: NewDocument): Promise<string | null> {
  if (billTo === null) return null;
  const key = await obtainUnlessDestroyed(tx.app, tx.sql, memberId);
  return key && seal(key, billToField, JSON.stringify(billTo));
}
