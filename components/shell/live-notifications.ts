'use client';

import { type InfiniteData, useQueryClient } from '@tanstack/react-query';
import { useEventStream } from '../api/event-stream.ts';
import { notificationKeys, notificationStreamUrl } from '../api/notifications.ts';
import type { Notification, Page } from '../api/shapes.ts';

type Pages = InfiniteData<Page<Notification>, string | null>;

/** Puts a notification on top of the list, once. */
export function withArrival(pages: Pages, arrived: Notification): Pages {
  const known = pages.pages.some((page) => page.data.some(({ id }) => id === arrived.id));
  const [first, ...rest] = pages.pages;
  if (known || !first) return pages;
  return { ...pages, pages: [{ ...first, data: [arrived, ...first.data] }, ...rest] };
}

function notificationOf(text: string): Notification | null {
  try {
    const value = JSON.parse(text) as Notification;
    return typeof value.id === 'string' && typeof value.title === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** Keeps the notifications query live, and tells `onArrival` about each that comes in. */
export function useLiveNotifications(onArrival: (notification: Notification) => void) {
  const client = useQueryClient();
  return useEventStream(notificationStreamUrl, 'notification', {
    onEvent: (data) => {
      const notification = notificationOf(data);
      if (!notification) return;
      client.setQueryData<Pages>(notificationKeys.list, (pages) => pages && withArrival(pages, notification));
      // A notification says that something about the member has changed: what shows it is read again.
      void client.invalidateQueries({ queryKey: ['members'] });
      onArrival(notification);
    },
    onReopen: () => void client.invalidateQueries({ queryKey: notificationKeys.list }),
  });
}
