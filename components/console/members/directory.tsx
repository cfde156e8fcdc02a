'use client';

import { Button } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { directoryCsvUrl, directoryQuery, type MemberSort, memberSorts } from '../../api/console/directory.ts';
import { staffMemberQuery } from '../../api/console/member.ts';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { formatNumber, wordsOf } from '../../values/format.ts';
import { useMay } from '../permissions.tsx';
import { formatDuration } from '../rate.ts';
import { AddMember } from './add-member.tsx';
import classes from './directory.module.css';
import { DirectoryTable } from './directory-table.tsx';
import { memberStatuses, statusOf } from './statuses.ts';

const filters = [
  {
    name: 'status',
    label: 'Status',
    options: memberStatuses.map((value) => ({ value, label: wordsOf(value) })),
  },
];
const sortOf = (text: string): MemberSort => memberSorts.find((sort) => sort === text) ?? '-joined';

/** Every member, found by part of a name, e-mail or number, or by a whole phone number or birth date. */
export function Directory() {
  const { values, set, clear } = useFilters(['q', 'status', 'sort', 'add']);
  const { q = '', status = '', sort = '', add = '' } = values;
  const filter = { q, status: statusOf(status), sort: sortOf(sort) };
  const list = useInfiniteQuery(directoryQuery(filter));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const router = useRouter();
  const client = useQueryClient();
  const may = useMay();
  const rows = list.data?.pages.flatMap((page) => page.data);
  const took = list.data?.pages[0]?.tookMs;
  const filtered = q !== '' || filter.status !== null;

  return (
    <>
      <PageHeader
        title="Members"
        actions={
          <>
            {may('members:export') ? (
              <Button
                component="a"
                href={directoryCsvUrl(filter)}
                download
                variant="default"
                leftSection={<IconDownload size={14} aria-hidden />}
              >
                Export CSV
              </Button>
            ) : null}
            {may('members:create') ? (
              <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => set('add', '1')}>
                Add member
              </Button>
            ) : null}
          </>
        }
      />
      <FilterBar
        filters={filters}
        values={{ q, status }}
        onChange={(name, value) => {
          setSelected(new Set());
          set(name, value);
        }}
        onClear={() => {
          setSelected(new Set());
          clear();
        }}
        search={{ name: 'q', label: 'Search members', placeholder: 'Name, e-mail, number, phone or birth date' }}
      >
        <span className={classes.took} role="status">
          {rows && took !== undefined ? foundText(rows.length, list.hasNextPage, took) : null}
        </span>
      </FilterBar>
      {list.isError && rows ? (
        <div className={classes.error}>
          <ErrorState what="This search failed" error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : null}
      <DirectoryTable
        rows={rows}
        error={list.error}
        onRetry={() => void list.refetch()}
        refreshing={list.isPlaceholderData}
        sort={filter.sort}
        onSort={(next) => set('sort', next === '-joined' ? '' : next)}
        selected={selected}
        onSelect={setSelected}
        onOpen={(row) => {
          void client.prefetchQuery(staffMemberQuery(row.id));
          router.push(`/ops/members/${row.id}`);
        }}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        empty={
          filtered ? (
            <EmptyState
              title="No member fits"
              action={
                <Button variant="default" onClick={clear}>
                  Clear filters
                </Button>
              }
            >
              Parts of a name, e-mail or number are enough. A phone number or a birth date (1987-04-12) must be whole.
            </EmptyState>
          ) : (
            <EmptyState title="No members yet">They come by joining, or you add one.</EmptyState>
          )
        }
      />
      <AddMember opened={add !== ''} onClose={() => set('add', '')} />
    </>
  );
}

const foundText = (count: number, more: boolean, tookMs: number) =>
  `${formatNumber(count)}${more ? '+' : ''} ${count === 1 ? 'member' : 'members'} in ${formatDuration(tookMs)}`;
