import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { PartnerWord, Saga, SagaRow } from './shapes.ts';

export interface SagaFilter {
  status: string;
  type: string;
  memberId: string;
}

export const sagasKey = ['console', 'sagas'] as const;
export const sagaKey = (id: string) => [...sagasKey, 'one', id] as const;

/** While it moves it is read this often, in milliseconds: a step leaves no event of its own. */
const movingEvery = 1_000;
/** While it waits for something outside, or for a person. */
const restingEvery = 5_000;

/** Newest first. */
export const sagasQuery = (filter: SagaFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...sagasKey, 'list', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<SagaRow>>(`/sagas${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 10_000,
    placeholderData: (previous) => previous,
  });

/** One saga, read again by itself until it has ended. */
export const sagaQuery = (id: string) =>
  queryOptions({
    queryKey: sagaKey(id),
    queryFn: ({ signal }) => get<Saga>(`/sagas/${id}`, signal),
    staleTime: 500,
    refetchInterval: ({ state: { data } }) => (data ? sagaReadEvery(data) : false),
  });

/** How often, in milliseconds; false once nothing changes any more. */
function sagaReadEvery({ status, finishedAt }: Pick<Saga, 'status' | 'finishedAt'>): number | false {
  if (finishedAt !== null) return false;
  return status === 'running' || status === 'compensating' ? movingEvery : restingEvery;
}

/** What the partners say at this moment: asked by hand, kept until asked again. */
export const partnersQuery = (id: string) =>
  queryOptions({
    queryKey: [...sagaKey(id), 'partners'],
    queryFn: async ({ signal }) => (await get<{ data: PartnerWord[] }>(`/sagas/${id}/partners`, signal)).data,
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export type Mending =
  | { action: 'retry' }
  | { action: 'skip'; step: string; reason: string }
  | { action: 'settle'; outcome: 'completed' | 'failed'; reason: string };

/** @throws ApiError 409 or 422 when the saga has moved on meanwhile */
export function mendSaga(id: string, mending: Mending, key: string): Promise<Saga> {
  const { action, ...body } = mending;
  return post<Saga>(`/sagas/${id}/${action}`, body, key);
}

/** Demo only: every worker of this house ends at once, as if its machine had lost power. */
export const crashWorker = (key: string) => post<{ askedAt: string }>('/demo/worker-crash', {}, key);
