'use client';

import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeadLetterGroup } from '../../api/console/shapes.ts';
import type { Page } from '../../api/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { formatNumber } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import classes from './dead-letters.module.css';
import { RedriveGroup } from './redrive-group.tsx';

/** Open dead letters by what is wrong with them. */
export function CauseTable({
  groups,
  onOpen,
}: {
  groups: UseQueryResult<Page<DeadLetterGroup>>;
  onOpen: (group: DeadLetterGroup) => void;
}) {
  const may = useMay();
  const [redriving, setRedriving] = useState<DeadLetterGroup | null>(null);
  const columns: Column<DeadLetterGroup>[] = [
    {
      id: 'error',
      header: 'Cause',
      cell: (group) => <span className={classes.error}>{group.error}</span>,
      width: '40%',
    },
    { id: 'queue', header: 'Queue', cell: (group) => <span className="mono">{group.queue}</span>, hideBelow: 'sm' },
    {
      id: 'class',
      header: 'Class',
      cell: (group) => <StatePill state={group.errorClass} tone="neutral" />,
      hideBelow: 'md',
    },
    { id: 'letters', header: 'Letters', align: 'end', cell: (group) => formatNumber(group.letters) },
    {
      id: 'waiting',
      header: 'Waiting behind',
      align: 'end',
      cell: (group) => formatNumber(group.waiting),
      hideBelow: 'sm',
    },
    {
      id: 'oldest',
      header: 'Oldest',
      align: 'end',
      cell: (group) => <RelativeTime at={group.oldestAt} />,
      hideBelow: 'sm',
    },
    {
      id: 'newest',
      header: 'Newest',
      align: 'end',
      cell: (group) => <RelativeTime at={group.newestAt} />,
      hideBelow: 'md',
    },
    ...(may('dead-letters:manage')
      ? [
          {
            id: 'redrive',
            header: 'Action',
            align: 'end' as const,
            cell: (group: DeadLetterGroup) => (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Redrive all, ${formatNumber(group.letters)} of ${group.queue}: ${group.error}`}
                onClick={() => setRedriving(group)}
              >
                Redrive all
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        caption="Causes of dead letters"
        columns={columns}
        rows={groups.data?.data}
        rowId={(group) => `${group.queue}-${group.fingerprint}`}
        rowLabel={(group) => `${group.queue}: ${group.error}`}
        onOpen={onOpen}
        error={groups.error}
        onRetry={() => void groups.refetch()}
        empty={
          <EmptyState title="No dead letters" icon={<IconCircleCheck size={22} stroke={1.75} />}>
            Everything that was asked for has been done, or is still being tried.
          </EmptyState>
        }
      />
      {redriving ? <RedriveGroup group={redriving} onClose={() => setRedriving(null)} /> : null}
    </>
  );
}
