import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { Dispute, PaymentRow, Refund, StaffPayment } from './shapes.ts';

export interface PaymentFilter {
  status: string;
  purpose: string;
  memberId: string;
  /** A number, or the gateway's id. */
  q: string;
  /** Minor units. */
  amount: number | null;
  last4: string;
  /** RFC 3339; `to` exclusive. */
  from: string;
  to: string;
}

export const paymentsKey = ['console', 'payments'] as const;
export const paymentKey = (id: string) => [...paymentsKey, 'one', id] as const;

/** Newest first; keeps the rows of the last filter on screen while the next one is answered. */
export const paymentsQuery = (filter: PaymentFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...paymentsKey, 'list', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<PaymentRow>>(`/payments${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
    refetchInterval: 10_000,
  });

/** Reading it is noted in the audit trail: read again when something happened, never by the clock. */
export const paymentQuery = (id: string) =>
  queryOptions({
    queryKey: paymentKey(id),
    queryFn: ({ signal }) => get<StaffPayment>(`/payments/${id}`, signal),
    refetchOnWindowFocus: false,
    staleTime: 10_000,
  });

export const refundsQuery = (paymentId: string) =>
  queryOptions({
    queryKey: [...paymentKey(paymentId), 'refunds'],
    queryFn: async ({ signal }) => (await get<Page<Refund>>(`/payments/${paymentId}/refunds`, signal)).data,
    refetchOnWindowFocus: false,
    staleTime: 10_000,
  });

/** What banks have taken back, newest first. */
export const disputesQuery = (limit = 100) =>
  queryOptions({
    queryKey: [...paymentsKey, 'disputes', limit],
    queryFn: async ({ signal }) => (await get<Page<Dispute>>(`/disputes${query({ limit })}`, signal)).data,
  });

/** The payment with this number or gateway id, for the palette. */
export const paymentsNamed = (q: string, signal?: AbortSignal) =>
  get<Page<PaymentRow>>(`/payments${query({ q, limit: 3 })}`, signal);

/** `amount` in minor units; all that is left unless given. @throws ApiError 422 when more is asked than is left */
export const refundPayment = (id: string, input: { amount?: number; reason: string }, key: string) =>
  post<Refund>(`/payments/${id}/refunds`, input, key);

/** It did not come by card, and was sent back by bank. */
export const markRefundSent = (id: string, key: string) => post<Refund>(`/refunds/${id}/sent`, {}, key);
