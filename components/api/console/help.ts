import { infiniteQueryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { HelpRequest, HelpStatus } from './shapes.ts';

export interface HelpFilter {
  status: HelpStatus;
  memberId?: string;
}

export const helpKey = ['console', 'help-requests'] as const;

/**
 * What members asked, the longest waiting first. Each read opens what they wrote and is kept in the audit trail: so it is
 * not asked again every few seconds; see `useNewHelp`.
 */
export const helpQuery = (filter: HelpFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...helpKey, filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<HelpRequest>>(`/help-requests${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchOnWindowFocus: false,
  });

/** By mail and on the member's help page; `close` ends the request with it. */
export const replyToHelp = (id: string, input: { text: string; close: boolean }, key: string) =>
  post<{ id: string; status: HelpStatus }>(`/help-requests/${id}/replies`, input, key);

export const closeHelp = (id: string, reason: string, key: string) =>
  post<{ id: string; status: 'closed' }>(`/help-requests/${id}/close`, { reason }, key);
