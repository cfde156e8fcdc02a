import { type AnyRoute, download, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { paymentViewOf } from '#server/payments/queries/payments.ts';
import { paymentView } from '#server/payments/shapes.ts';
import { invoiceMember, recordInvoicePayment } from './commands/invoice.ts';
import { downloadDocument, getDocument, listDocuments } from './queries/documents.ts';
import { documentList, documentsQuery, documentView, invoiceBody, receivedBody } from './shapes.ts';

const tag = 'Documents';
const selfOrStaff = ['self', 'payments:read'] as const;

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/documents',
    summary: 'My invoices, receipts and credit notes, newest first; for staff anybody’s',
    tag,
    permission: selfOrStaff,
    query: documentsQuery,
    response: { status: 200, schema: documentList },
    handle: async (ctx, { query }) => ({ body: await listDocuments(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/documents/{id}',
    summary: 'One document',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: documentView },
    handle: async (ctx, { params }) => ({ body: await getDocument(ctx, params.id) }),
  }),
  download({
    path: '/documents/{id}/pdf',
    summary: 'The same as PDF',
    tag,
    permission: selfOrStaff,
    params: idParams,
    contentType: 'application/pdf',
    open: (ctx, { params }) => downloadDocument(ctx, params.id),
  }),
  route({
    method: 'post',
    path: '/invoices',
    summary: 'Sell on account: an order that waits for its money, and its numbered invoice',
    tag,
    permission: ['payments:record'],
    idempotent: true,
    body: invoiceBody,
    response: { status: 201, schema: documentView },
    handle: async (ctx, { body }) => {
      const { id } = await invoiceMember(ctx, body);
      return { body: await getDocument(ctx, id) };
    },
  }),
  route({
    method: 'post',
    path: '/invoices/{id}/payments',
    summary: 'Record that an invoice was paid, by bank transfer, cheque or an employer',
    tag,
    permission: ['payments:record'],
    params: idParams,
    idempotent: true,
    body: receivedBody,
    response: { status: 201, schema: paymentView },
    handle: async (ctx, { params, body }) => ({
      body: await paymentViewOf(ctx, await recordInvoicePayment(ctx, params.id, body)),
    }),
  }),
];
