import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { StoredEvent, Subscription } from './shapes.ts';

export interface EventFilter {
  type: string;
  stream: string;
  correlationId: string;
  /** RFC 3339. */
  from?: string | null;
  to?: string | null;
}

export const eventsKey = ['console', 'events'] as const;

/** What `GET /events` gives: in position order; `nextCursor` goes back as `cursor`. */
export const listEvents = (
  filter: Partial<EventFilter> & { after?: number | null; cursor?: string | null; limit: number },
  signal?: AbortSignal,
) => get<Page<StoredEvent>>(`/events${query({ ...filter })}`, signal);

/** History, in position order, from `filter.from` on, or after a position. */
export const eventHistoryQuery = (filter: EventFilter, after: number | null, limit = 100) =>
  infiniteQueryOptions({
    queryKey: [...eventsKey, 'history', filter, after, limit],
    queryFn: ({ signal, pageParam }) => listEvents({ ...filter, after, limit, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const streamEventsQuery = (stream: string, limit = 100) =>
  queryOptions({
    queryKey: [...eventsKey, 'stream', stream],
    queryFn: ({ signal }) => get<Page<StoredEvent>>(`/events${query({ stream, limit })}`, signal),
  });

/** Everything that one request, and what followed from it, has caused. */
export const correlatedEventsQuery = (correlationId: string) =>
  queryOptions({
    queryKey: [...eventsKey, 'correlation', correlationId],
    queryFn: ({ signal }) => get<Page<StoredEvent>>(`/events${query({ correlationId, limit: 100 })}`, signal),
  });

/** An event never changes: read once. */
export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: [...eventsKey, 'one', id],
    queryFn: ({ signal }) => get<StoredEvent>(`/events/${id}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const eventStreamUrl = (filter: Partial<EventFilter>) => `/api/v1/events/stream${query({ ...filter })}`;

export const subscriptionsQuery = () =>
  queryOptions({
    queryKey: ['console', 'subscriptions'],
    queryFn: ({ signal }) => get<Page<Subscription>>('/subscriptions', signal),
    refetchInterval: 5_000,
    staleTime: 4_000,
  });

/** The name that events carry on the stream. */
export const eventStreamName = 'event';

export const switchSubscription = (name: string, to: 'pause' | 'resume') =>
  post<{ name: string; status: string }>(`/subscriptions/${encodeURIComponent(name)}/${to}`, {});
