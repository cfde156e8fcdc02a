'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { eventHistoryQuery } from '../../api/console/events.ts';
import { DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { formatDateTime } from '../../values/format.ts';
import { eventColumns } from './event-columns.tsx';
import { askable, type TailFilter } from './tail.ts';

const columns = eventColumns(true);

/** Kept events, the newest first. */
export function History({
  filter,
  from,
  to,
  openId,
  onOpen,
}: {
  filter: TailFilter;
  from: string;
  to: string;
  openId: string;
  onOpen: (id: string) => void;
}) {
  const list = useInfiniteQuery(eventHistoryQuery({ ...askable(filter), from: from || null, to: to || null }));
  return (
    <DataTable
      caption="Events"
      expect={25}
      columns={columns}
      rows={list.data?.pages.flatMap((page) => page.data)}
      rowId={(event) => event.id}
      rowLabel={(event) => `${formatDateTime(event.recordedAt)} ${event.type}`}
      onOpen={(event) => onOpen(event.id)}
      openId={openId}
      error={list.error}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      onMore={() => void list.fetchNextPage()}
      empty={<EmptyState title="No event fits">Widen the time, or take a filter away.</EmptyState>}
    />
  );
}
