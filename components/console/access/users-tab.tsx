'use client';

import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { usersQuery } from '../../api/console/access.ts';
import { type Role, roleNames, type User } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { useSelected } from '../../data/selected.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { wordsOf } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import classes from './access.module.css';
import { AddUser } from './add-user.tsx';
import { UserDrawer } from './user-drawer.tsx';
import { UserState } from './user-state.tsx';

type Who = Role | 'console' | null;

/** Those who can open the console unless somebody asks for others: members are many, and their place is the directory. */
const whoOf = (text: string): Who => (text === 'all' ? null : (roleNames.find((role) => role === text) ?? 'console'));

const columns: Column<User>[] = [
  { id: 'name', header: 'Name', cell: (user) => user.name, width: '22%' },
  { id: 'email', header: 'E-mail', cell: (user) => user.email, hideBelow: 'sm' },
  { id: 'roles', header: 'Roles', cell: (user) => user.roles.map(wordsOf).join(', ') || 'None' },
  { id: 'state', header: 'State', cell: (user) => <UserState user={user} /> },
  {
    id: 'seen',
    header: 'Last seen',
    align: 'end',
    cell: (user) => (user.lastSeenAt ? <RelativeTime at={user.lastSeenAt} /> : 'Never'),
    hideBelow: 'sm',
  },
  { id: 'since', header: 'Since', align: 'end', cell: (user) => <RelativeTime at={user.createdAt} />, hideBelow: 'md' },
];

const filters = [
  {
    name: 'role',
    label: 'People',
    options: [
      ...roleNames.map((value) => ({ value: value as string, label: wordsOf(value) })),
      { value: 'all', label: 'Everybody' },
    ],
  },
];

export function UsersTab() {
  const { values, set, clear } = useFilters(['q', 'role'], ['user']);
  const { q = '', role = '' } = values;
  const selected = useSelected('user');
  const [adding, setAdding] = useState(false);
  const list = useInfiniteQuery(usersQuery({ q, role: whoOf(role) }));
  const rows = list.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <FilterBar
        filters={filters}
        values={{ q, role }}
        onChange={set}
        onClear={clear}
        search={{ name: 'q', label: 'Search users', placeholder: 'Name or e-mail' }}
      >
        {role === '' ? <span className={classes.note}>With console roles</span> : null}
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          Add user
        </Button>
      </FilterBar>
      <DataTable
        caption="Users"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        onOpen={(row) => selected.open(row.id)}
        openId={selected.id}
        error={list.error}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        refreshing={list.isPlaceholderData}
        empty={
          <EmptyState
            title="Nobody fits"
            action={
              <Button variant="default" onClick={clear}>
                Clear filters
              </Button>
            }
          />
        }
      />
      <AddUser opened={adding} onClose={() => setAdding(false)} />
      <UserDrawer user={rows?.find(({ id }) => id === selected.id) ?? null} onClose={selected.close} />
    </>
  );
}
