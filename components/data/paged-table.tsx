'use client';

import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { DataTable, type DataTableProps } from './data-table.tsx';

export type Pages<Row> = { pages: ReadonlyArray<{ data: readonly Row[] }> };
type Answered = 'rows' | 'error' | 'onRetry' | 'refreshing' | 'hasMore' | 'loadingMore' | 'onMore';

/** All rows that were loaded so far, in their order; undefined while the first page loads. */
export const rowsOf = <Row,>(data: Pages<Row> | undefined): Row[] | undefined =>
  data?.pages.flatMap((page) => page.data);

/** A DataTable over a list of the API, page by page. */
export function PagedTable<Row>({
  list,
  ...table
}: Omit<DataTableProps<Row>, Answered> & { list: UseInfiniteQueryResult<Pages<Row>> }) {
  return (
    <DataTable
      {...table}
      rows={rowsOf(list.data)}
      error={list.error}
      onRetry={() => void list.refetch()}
      refreshing={list.isPlaceholderData}
      hasMore={list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      onMore={() => void list.fetchNextPage()}
    />
  );
}
