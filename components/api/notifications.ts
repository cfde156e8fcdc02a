import { infiniteQueryOptions } from '@tanstack/react-query';
import { get, post, query } from './client.ts';
import type { Notification, Page } from './shapes.ts';

export const notificationKeys = { list: ['notifications'] as const };

export const notificationsQuery = () =>
  infiniteQueryOptions({
    queryKey: notificationKeys.list,
    queryFn: ({ signal, pageParam }) =>
      get<Page<Notification>>(`/notifications${query({ limit: 20, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const markRead = (id: string) => post<unknown>(`/notifications/${id}/read`, {}, crypto.randomUUID());

export const notificationStreamUrl = '/api/v1/notifications/stream';
