import type { z } from 'zod';
import type { documentView, receivedBody } from '#server/documents/shapes.ts';
import { post } from '../client.ts';

export type Invoice = z.output<typeof documentView>;
export type Received = z.input<typeof receivedBody>;

/** Sells a plan on account: an order that waits for its money, with a numbered invoice. */
export const invoicePlan = (input: { memberId: string; planId: string }, key: string) =>
  post<Invoice>('/invoices', input, key);

export const recordPayment = (invoiceId: string, input: Received, key: string) =>
  post<{ id: string }>(`/invoices/${invoiceId}/payments`, input, key);
