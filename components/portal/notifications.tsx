'use client';

import { Button } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { markRead, notificationKeys, notificationsQuery } from '../api/notifications.ts';
import { useOptimistic } from '../api/optimistic.ts';
import type { Notification, Page } from '../api/shapes.ts';
import { Card } from '../page/card.tsx';
import { EmptyState } from '../page/empty-state.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { ListSkeleton } from '../page/skeletons.tsx';
import { RelativeTime } from '../values/relative-time.tsx';
import classes from './notifications.module.css';

type Pages = InfiniteData<Page<Notification>, string | null>;

const withRead = (pages: Pages, ids: readonly string[]): Pages => ({
  ...pages,
  pages: pages.pages.map((page) => ({
    ...page,
    data: page.data.map((item) =>
      ids.includes(item.id) && item.readAt === null ? { ...item, readAt: new Date().toISOString() } : item,
    ),
  })),
});

/** The notifications page. New ones arrive on top by themselves: the bell keeps the list live. */
export function Notifications() {
  const list = useInfiniteQuery(notificationsQuery());
  const items = list.data?.pages.flatMap((page) => page.data);
  const unread = items?.filter(({ readAt }) => readAt === null).map(({ id }) => id) ?? [];
  const read = useOptimistic<Pages, string[]>({
    queryKey: notificationKeys.list,
    mutationFn: async (ids) => {
      await Promise.all(ids.map(markRead));
    },
    apply: withRead,
  });
  return (
    <>
      <PageHeader
        title="Notifications"
        actions={
          unread.length > 0 ? (
            <Button variant="default" size="sm" loading={read.isPending} onClick={() => read.mutate(unread)}>
              Mark all as read
            </Button>
          ) : null
        }
      />
      <Card id="list">
        {list.isError && !items ? (
          <ErrorState
            what="Your notifications could not be loaded"
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        ) : items?.length === 0 ? (
          <EmptyState title="No notifications yet" icon={<IconBell size={24} stroke={1.5} />}>
            What happens to your membership, your profile and your devices shows up here at once.
          </EmptyState>
        ) : items ? (
          <ul className={classes.list}>
            {items.map((item) => (
              <Item key={item.id} item={item} onRead={() => read.mutate([item.id])} />
            ))}
          </ul>
        ) : (
          <ListSkeleton rows={5} />
        )}
        {list.hasNextPage ? (
          <Button variant="default" mt={16} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older
          </Button>
        ) : null}
      </Card>
    </>
  );
}

function Item({ item, onRead }: { item: Notification; onRead: () => void }) {
  const unread = item.readAt === null;
  return (
    <li className={classes.item} data-unread={unread}>
      <div className={classes.words}>
        <h2 className={classes.title}>
          {unread ? <span className={classes.dot} role="img" aria-label="Unread" /> : null}
          {item.link?.startsWith('/') ? (
            <Link href={item.link as Route} onClick={unread ? onRead : undefined}>
              {item.title}
            </Link>
          ) : (
            item.title
          )}
        </h2>
        <p className={classes.body}>{item.body}</p>
        <RelativeTime at={item.createdAt} className={classes.time ?? ''} />
      </div>
      {unread ? (
        <Button variant="default" size="xs" onClick={onRead} aria-label={`Mark as read: ${item.title}`}>
          Mark as read
        </Button>
      ) : null}
    </li>
  );
}
