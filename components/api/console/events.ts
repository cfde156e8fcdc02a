import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { StoredEvent, Subscription } from './shapes.ts';

export interface EventFilter {
  type: string;
  stream: string;
  correlationId: string;
  memberId: string;
  /** RFC 3339. */
  from?: string | null;
  to?: string | null;
}

export const eventsKey = ['console', 'events'] as const;

/** The newest events that fit, newest first. */
export const newestEvents = async (
  filter: Partial<EventFilter> & { after?: number },
  limit: number,
  signal?: AbortSignal,
) => (await get<Page<StoredEvent>>(`/events${query({ ...filter, order: 'desc', limit })}`, signal)).data;

/** Kept events, the newest first. */
export const eventHistoryQuery = (filter: EventFilter, limit = 100) =>
  infiniteQueryOptions({
    queryKey: [...eventsKey, 'history', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<StoredEvent>>(`/events${query({ ...filter, order: 'desc', limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** The newest of a stream, newest first. */
export const streamEventsQuery = (stream: string, limit = 100) =>
  queryOptions({
    queryKey: [...eventsKey, 'stream', stream, limit],
    queryFn: ({ signal }) => newestEvents({ stream }, limit, signal),
  });

/** Everything that one request, and what followed from it, has caused. */
export const correlatedEventsQuery = (correlationId: string) =>
  queryOptions({
    queryKey: [...eventsKey, 'correlation', correlationId],
    queryFn: ({ signal }) => get<Page<StoredEvent>>(`/events${query({ correlationId, limit: 100 })}`, signal),
  });

export const eventsAboutKey = [...eventsKey, 'about'] as const;

/** All that a request has caused, and all of some streams: what came later was caused by other requests. The oldest first. */
export const eventsAboutQuery = (correlationId: string, streams: readonly string[]) =>
  queryOptions({
    queryKey: [...eventsAboutKey, correlationId, streams],
    queryFn: async ({ signal }): Promise<StoredEvent[]> => {
      const asked = [{ correlationId }, ...streams.map((stream) => ({ stream }))];
      const answers = await Promise.all(asked.map((filter) => newestEvents(filter, 100, signal)));
      const byId = new Map(answers.flat().map((event) => [event.id, event]));
      return [...byId.values()].sort((one, other) => one.position - other.position);
    },
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
