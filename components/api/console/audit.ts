import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { AuditEntry } from './shapes.ts';

export interface AuditFilter {
  actor: string;
  action: string;
  /** `member`, or `member/ID`. */
  resource: string;
  /** RFC 3339; `to` exclusive. */
  from: string | null;
  to: string | null;
}

/** Newest first. Reading it is noted too: so it is not read again by itself. */
export const auditQuery = (filter: AuditFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['console', 'audit', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<AuditEntry>>(`/audit${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });

/** One entry. It never changes, and reading it is noted: read once. */
export const auditEntryQuery = (id: string) =>
  queryOptions({
    queryKey: ['console', 'audit', 'one', id],
    queryFn: ({ signal }) => get<AuditEntry>(`/audit/${id}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
