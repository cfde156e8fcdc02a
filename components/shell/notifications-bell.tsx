'use client';

import { Indicator } from '@mantine/core';
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
      <Indicator
        label={shown}
        size={18}
        disabled={unread === 0}
        offset={3}
        color="var(--gh-bad-solid)"
        classNames={{ indicator: classes.count }}
      >
        <IconBell size={22} stroke={1.75} aria-hidden />
      </Indicator>
    </Link>
  );
}
