import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { OrderSummary, OrderView } from '#server/orders/shapes.ts';
import { get, post, query } from './client.ts';
import type { Page } from './shapes.ts';

export type Order = OrderView;
export type OrderRow = OrderSummary;

export const orderKeys = {
  all: ['orders'] as const,
  one: (id: string) => ['orders', id] as const,
};

export const isOver = ({ finishedAt }: Pick<Order, 'finishedAt'>) => finishedAt !== null;

/** Quick while something is likely to happen, then slower: an order that waits for its bank may wait for half an hour. */
const pauses = [400, 400, 500, 700, 1_000, 1_500, 2_000, 3_000];
const longestPause = 5_000;

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: orderKeys.one(id),
    queryFn: ({ signal }) => get<Order>(`/orders/${id}`, signal),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data && isOver(state.data) ? false : (pauses[state.dataUpdateCount] ?? longestPause),
  });

export const ordersQuery = () =>
  infiniteQueryOptions({
    queryKey: [...orderKeys.all, 'mine'],
    queryFn: ({ signal, pageParam }) =>
      get<Page<OrderRow>>(`/orders${query({ memberId: 'me', limit: 20, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** One's newest order, or null. Read at once whenever it is asked for. */
export const newestOrderQuery = () =>
  queryOptions({
    queryKey: [...orderKeys.all, 'newest'],
    queryFn: async ({ signal }) => (await get<Page<OrderRow>>('/orders?memberId=me&limit=1', signal)).data[0] ?? null,
    staleTime: 0,
  });

export const callOff = (id: string, key: string) => post<Order>(`/orders/${id}/cancel`, {}, key);
