import { z } from 'zod';
import { documentKinds } from '#db/schema/documents.ts';
import { id, line, listOf, money, pageQuery, timestamp } from '#server/gateway/shapes.ts';
import { address } from '#server/members/shapes.ts';

const documentSummary = z.strictObject({
  id,
  kind: z.enum(documentKinds),
  number: z.string(),
  memberId: id,
  orderId: id.nullable(),
  paymentId: id.nullable(),
  refundId: id.nullable(),
  total: money,
  tax: money,
  issuedAt: timestamp,
});

export const documentView = documentSummary.extend({
  lines: z.array(
    z.strictObject({ text: z.string(), quantity: z.int(), amount: money, taxRateBp: z.int(), tax: money }),
  ),
  taxLines: z.array(z.strictObject({ name: z.string(), rateBp: z.int(), net: money, tax: money })),
  facts: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  billTo: z
    .array(z.string())
    .nullable()
    .describe('for its owner; staff see it on the PDF, which is logged, and masked without `members:reveal`'),
});
export type DocumentSummary = z.output<typeof documentSummary>;
export type DocumentView = z.output<typeof documentView>;
export const documentList = listOf(documentSummary);

export const documentsQuery = z.strictObject({
  ...pageQuery,
  memberId: id.optional(),
  orderId: id.optional(),
  paymentId: id.optional(),
  kind: z.enum(documentKinds).optional(),
  number: z
    .string()
    .regex(/^(INV|REC|CN)-\d{4}-\d{6,}$/, 'must be like INV-2026-000001')
    .optional(),
});
export type DocumentsQuery = z.output<typeof documentsQuery>;

export const invoiceBody = z
  .strictObject({
    memberId: id,
    items: z
      .array(z.strictObject({ productId: id, quantity: z.int().min(1).max(1000) }))
      .min(1)
      .max(50)
      .optional(),
    planId: id.optional(),
    billTo: z.array(line(120)).min(1).max(8).optional().describe('an employer’s name and address, line by line'),
    shippingAddress: address.optional(),
  })
  .refine(({ items, planId }) => (items === undefined) !== (planId === undefined), {
    path: ['items'],
    message: 'must be there, or planId: one of the two',
  });
export type InvoiceInput = z.output<typeof invoiceBody>;

export const receivedBody = z.strictObject({
  method: z.enum(['bank_transfer', 'cheque', 'employer']),
  amount: z.int().positive().max(100_000_000_000).describe('minor units'),
  receivedOn: z.iso.date(),
  reference: line(120),
});
export type ReceivedInput = z.output<typeof receivedBody>;
