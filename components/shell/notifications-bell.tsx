'use client';

import { IconBell } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { notificationsQuery } from '../api/notifications.ts';
import { useAnnounce } from './announcer.tsx';
import { useLiveNotifications } from './live-notifications.ts';
import classes from './portal-shell.module.css';

/** The bell with the unread count; keeps it live and says what arrives. */
export function NotificationsBell() {
  const { data } = useInfiniteQuery(notificationsQuery());
  const announce = useAnnounce();
  useLiveNotifications((notification) => announce(`New notification: ${notification.title}`));
  const unread = data?.pages.flatMap((page) => page.data).filter(({ readAt }) => readAt === null).length ?? 0;
  const shown = unread > 9 ? '9+' : String(unread);
  return (
    <Link
      href="/notifications"
      className={classes.bell}
      aria-label={unread === 0 ? 'Notifications' : `Notifications, ${shown} unread`}
    >
      <IconBell size={22} stroke={1.75} aria-hidden />
      {unread > 0 ? (
        <span className={classes.count} aria-hidden>
          {shown}
        </span>
      ) : null}
    </Link>
  );
}
