import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { recipientView, transferBody, transferList, transferView } from '#server/ledger/transfers/shapes.ts';
import { get, post, query } from './client.ts';
import { isTransient } from './problem.ts';
import type { Page } from './shapes.ts';

export type Transfer = z.output<typeof transferView>;
export type TransferRow = z.output<typeof transferList>['data'][number];
export type Recipient = z.output<typeof recipientView>;
export type TransferInput = z.input<typeof transferBody>;

export const transferKeys = {
  all: ['transfers'] as const,
  one: (id: string) => ['transfers', id] as const,
};

export const isOver = ({ finishedAt }: Pick<Transfer, 'finishedAt'>) => finishedAt !== null;

/** Quick while something is likely to happen, then slower. */
const pauses = [200, 300, 400, 600, 1_000, 1_500, 2_000];
const longestPause = 4_000;

export const transferQuery = (id: string) =>
  queryOptions({
    queryKey: transferKeys.one(id),
    queryFn: ({ signal }) => get<Transfer>(`/transfers/${id}`, signal),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data && isOver(state.data) ? false : (pauses[state.dataUpdateCount] ?? longestPause),
  });

/** A member's transfers, in and out. Staff who are members would else read everybody's. */
export const transfersQuery = (memberId: string) =>
  infiniteQueryOptions({
    queryKey: [...transferKeys.all, 'of', memberId],
    queryFn: ({ signal, pageParam }) =>
      get<Page<TransferRow>>(`/transfers${query({ memberId, limit: 20, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** Whose account has a number (`A-000123`). */
export const recipientQuery = (number: string) =>
  queryOptions({
    queryKey: ['transfer-recipients', number],
    queryFn: ({ signal }) => get<Recipient>(`/transfer-recipients${query({ number })}`, signal),
    staleTime: 60_000,
    retry: (count, error) => isTransient(error) && count < 2,
  });

export const send = (input: TransferInput, key: string) => post<Transfer>('/transfers', input, key);
