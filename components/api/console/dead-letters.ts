import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { DeadLetter, DeadLetterDetail, DeadLetterGroup, DeadLetterStatus, RedriveResult } from './shapes.ts';

export interface DeadLetterFilter {
  status: DeadLetterStatus;
  queue?: string;
  fingerprint?: string;
  key?: string;
  memberId?: string;
}

export const deadLettersKey = ['console', 'dead-letters'] as const;

export const deadLettersQuery = (filter: DeadLetterFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...deadLettersKey, 'list', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<DeadLetter>>(`/dead-letters${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: 10_000,
  });

export const deadLetterGroupsQuery = () =>
  queryOptions({
    queryKey: [...deadLettersKey, 'groups'],
    queryFn: ({ signal }) => get<Page<DeadLetterGroup>>('/dead-letter-groups', signal),
    refetchInterval: 10_000,
  });

export const deadLetterQuery = (id: string) =>
  queryOptions({
    queryKey: [...deadLettersKey, 'one', id],
    queryFn: ({ signal }) => get<DeadLetterDetail>(`/dead-letters/${id}`, signal),
  });

/** With `payload`, that instead of the letter's own. */
export const redriveOne = (id: string, payload: unknown, key: string) =>
  post<{ redriven: number }>(`/dead-letters/${id}/redrive`, payload === undefined ? {} : { payload }, key);

export const dismissOne = (id: string, reason: string, key: string) =>
  post<DeadLetterDetail>(`/dead-letters/${id}/dismiss`, { reason }, key);

export const redriveMany = (input: { queue?: string; fingerprint?: string; limit?: number }, key: string) =>
  post<{ results: RedriveResult[] }>('/dead-letters/redrive', input, key);
