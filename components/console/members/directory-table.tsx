'use client';

import type { ReactNode } from 'react';
import type { MemberSort } from '../../api/console/directory.ts';
import type { MemberRow } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { wordsOf } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { CopyNumbers } from './copy-numbers.tsx';
import classes from './directory.module.css';
import { ExportSelection } from './export-selection.tsx';

const nameOf = (row: MemberRow) => `${row.givenName} ${row.familyName}`;

const columns: Column<MemberRow>[] = [
  {
    id: 'name',
    header: 'Name',
    sort: 'name',
    width: '24%',
    cell: (row) => (
      <>
        {nameOf(row)} <span className={classes.under}>{row.number}</span>
      </>
    ),
  },
  {
    id: 'number',
    header: 'Number',
    width: '10%',
    cell: (row) => <span className="mono">{row.number}</span>,
    hideBelow: 'sm',
  },
  { id: 'status', header: 'Status', width: '13%', cell: (row) => <StatePill state={row.status} /> },
  {
    id: 'plan',
    header: 'Plan',
    width: '12%',
    cell: (row) => (row.planCode ? wordsOf(row.planCode) : '–'),
    hideBelow: 'sm',
  },
  {
    id: 'email',
    header: 'E-mail',
    width: '19%',
    cell: (row) => <span className={classes.masked}>{row.email || '–'}</span>,
    hideBelow: 'md',
  },
  {
    id: 'joined',
    header: 'Joined',
    width: '10%',
    sort: 'joined',
    align: 'end',
    cell: (row) => <RelativeTime at={row.joinedAt} />,
    hideBelow: 'sm',
  },
  {
    id: 'activity',
    header: 'Last activity',
    width: '10%',
    align: 'end',
    cell: (row) => (row.lastActivityAt ? <RelativeTime at={row.lastActivityAt} /> : 'Never'),
    hideBelow: 'md',
  },
];

export function DirectoryTable({
  rows,
  selected,
  onSelect,
  empty,
  ...rest
}: {
  rows: MemberRow[] | undefined;
  error: unknown;
  onRetry: () => void;
  refreshing: boolean;
  sort: MemberSort;
  onSort: (sort: string) => void;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onOpen: (row: MemberRow) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  empty: ReactNode;
}) {
  const chosen = (rows ?? []).filter((row) => selected.has(row.id));
  return (
    <DataTable
      {...rest}
      caption="Members"
      expect={25}
      columns={columns}
      rows={rows}
      rowId={(row) => row.id}
      rowLabel={(row) => `${row.number} ${nameOf(row)}`}
      selection={{
        ids: selected,
        onChange: onSelect,
        actions: (
          <>
            <BulkActions rows={chosen} onDone={() => onSelect(new Set())} />
            <ExportSelection ids={chosen.map((row) => row.id)} sort={rest.sort} />
            <CopyNumbers numbers={chosen.map((row) => row.number)} />
          </>
        ),
      }}
      empty={empty}
    />
  );
}
