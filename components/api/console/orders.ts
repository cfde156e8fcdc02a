import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Address, Page } from '../shapes.ts';
import type { OrderRow, StaffOrder } from './shapes.ts';

export interface OrderFilter {
  status: string;
  /** `open` or `finished`. */
  state: string;
  shipment: string;
  memberId: string;
  number: string;
  /** The total, in minor units. */
  amount: number | null;
  /** RFC 3339; `to` exclusive. */
  from: string;
  to: string;
}

export const ordersKey = ['console', 'orders'] as const;
export const orderKey = (id: string) => [...ordersKey, 'one', id] as const;

/** Newest first; keeps the rows of the last filter on screen while the next one is answered. */
export const ordersQuery = (filter: OrderFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...ordersKey, 'list', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<OrderRow>>(`/orders${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
    refetchInterval: 10_000,
  });

/** Reading it is noted in the audit trail: read again when something happened, never by the clock. */
export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: orderKey(id),
    queryFn: ({ signal }) => get<StaffOrder>(`/orders/${id}`, signal),
    refetchOnWindowFocus: false,
    staleTime: 10_000,
  });

/** The one order with this number, for the palette. */
export const ordersNumbered = (number: string, signal?: AbortSignal) =>
  get<Page<OrderRow>>(`/orders${query({ number, limit: 1 })}`, signal);

export const handOver = (id: string, key: string) => post<StaffOrder>(`/orders/${id}/shipments/handed-over`, {}, key);

/** Where the parcel goes, in the clear, once; the server writes down who asked and why. */
export const revealOrderAddress = async (id: string, reason: string) =>
  (await post<{ shippingAddress: Address | null }>(`/orders/${id}/reveals`, { reason })).shippingAddress;
