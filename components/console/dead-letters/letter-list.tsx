'use client';

import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type DeadLetterFilter, deadLettersQuery } from '../../api/console/dead-letters.ts';
import type { DeadLetter, DeadLetterGroup } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { formatNumber } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import classes from './dead-letters.module.css';
import { RedriveGroup } from './redrive-group.tsx';
import { RedriveSelection } from './redrive-selection.tsx';
import { statusTones, statusWords } from './statuses.ts';

const columns: Column<DeadLetter>[] = [
  {
    id: 'error',
    header: 'Error',
    width: '38%',
    cell: (letter) => <span className={classes.error}>{letter.error}</span>,
  },
  { id: 'queue', header: 'Queue', cell: (letter) => <span className="mono">{letter.queue}</span>, hideBelow: 'sm' },
  {
    id: 'key',
    header: 'Record',
    cell: (letter) => <span className="mono">{letter.key ? `…${letter.key.slice(-8)}` : '–'}</span>,
    hideBelow: 'md',
  },
  {
    id: 'status',
    header: 'State',
    cell: (letter) =>
      letter.status === 'open' && letter.tail ? (
        <StatePill state="waiting">Waits behind</StatePill>
      ) : (
        <StatePill state={letter.status} tone={statusTones[letter.status]}>
          {statusWords[letter.status]}
        </StatePill>
      ),
  },
  {
    id: 'attempts',
    header: 'Attempts',
    align: 'end',
    cell: (letter) => formatNumber(letter.attempts),
    hideBelow: 'md',
  },
  {
    id: 'redrives',
    header: 'Redrives',
    align: 'end',
    cell: (letter) => formatNumber(letter.redrives),
    hideBelow: 'lg',
  },
  { id: 'at', header: 'Since', align: 'end', cell: (letter) => <RelativeTime at={letter.createdAt} /> },
];

/** Dead letters one by one, newest first. */
export function LetterList({
  filter,
  group,
  openId,
  onOpen,
}: {
  filter: DeadLetterFilter;
  /** The cause that the list is narrowed to. */
  group: DeadLetterGroup | null;
  openId: string;
  onOpen: (id: string) => void;
}) {
  const may = useMay();
  const list = useInfiniteQuery(deadLettersQuery(filter));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [redriving, setRedriving] = useState<'group' | 'selection' | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.data);
  const chosen = (rows ?? []).filter((row) => selected.has(row.id));
  const manages = may('dead-letters:manage') && filter.status === 'open';
  return (
    <>
      {group && manages ? (
        <div className={classes.cause}>
          <span>
            {formatNumber(group.letters)} with this cause, {formatNumber(group.waiting)} waiting behind them
          </span>
          <Button variant="default" onClick={() => setRedriving('group')}>
            Redrive all
          </Button>
        </div>
      ) : null}
      <DataTable
        caption="Dead letters"
        columns={columns}
        rows={rows}
        rowId={(letter) => letter.id}
        rowLabel={(letter) => `dead letter of ${letter.queue}, ${letter.error}`}
        onOpen={(letter) => onOpen(letter.id)}
        openId={openId}
        error={list.error}
        onRetry={() => void list.refetch()}
        {...(manages
          ? {
              selection: {
                ids: selected,
                onChange: setSelected,
                actions: (
                  <Button onClick={() => setRedriving('selection')}>Redrive {formatNumber(selected.size)}</Button>
                ),
              },
            }
          : {})}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        empty={
          <EmptyState title="No dead letters here" icon={<IconCircleCheck size={22} stroke={1.75} />}>
            None fits these filters.
          </EmptyState>
        }
      />
      {redriving === 'group' && group ? <RedriveGroup group={group} onClose={() => setRedriving(null)} /> : null}
      {redriving === 'selection' ? (
        <RedriveSelection
          letters={chosen}
          onClose={() => {
            setRedriving(null);
            setSelected(new Set());
          }}
        />
      ) : null}
    </>
  );
}
