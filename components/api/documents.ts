import { queryOptions } from '@tanstack/react-query';
import type { DocumentSummary } from '#server/documents/shapes.ts';
import { get, query } from './client.ts';
import type { Page } from './shapes.ts';

export type Document = DocumentSummary;

/** A receipt is issued a moment after its order: it is looked for a few times. */
const looks = 8;
const pauseMs = 1_000;

export const documentKeys = { all: ['documents'] as const };

export const documentsOfOrderQuery = (orderId: string) =>
  queryOptions({
    queryKey: [...documentKeys.all, { orderId }],
    queryFn: ({ signal }) => get<Page<Document>>(`/documents${query({ orderId })}`, signal),
    refetchInterval: ({ state }) => (state.data?.data.length === 0 && state.dataUpdateCount < looks ? pauseMs : false),
  });

export const documentsOfPaymentQuery = (paymentId: string) =>
  queryOptions({
    queryKey: [...documentKeys.all, { paymentId }],
    queryFn: ({ signal }) => get<Page<Document>>(`/documents${query({ paymentId })}`, signal),
  });

export const pdfUrl = (id: string) => `/api/v1/documents/${id}/pdf`;
