'use client';

import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { deadLetterGroupsQuery } from '../../api/console/dead-letters.ts';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { useSelected } from '../../data/selected.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { Freshness } from '../../values/live-dot.tsx';
import { CauseTable } from './cause-table.tsx';
import { DeadLetterDrawer } from './dead-letter-drawer.tsx';
import { LetterList } from './letter-list.tsx';
import { statusOf } from './statuses.ts';

const views = [
  { value: 'causes', label: 'By cause' },
  { value: 'list', label: 'List' },
];

/** Work that could not be done: by cause, or one by one. */
export function DeadLettersPage() {
  const { values, set, go, clear } = useFilters(['status', 'queue', 'fingerprint', 'memberId', 'view'], ['letter']);
  const selected = useSelected('letter');
  const { status = '', queue = '', fingerprint = '', memberId = '' } = values;
  const groups = useQuery(deadLetterGroupsQuery());
  const narrowed = status !== '' || queue !== '' || fingerprint !== '' || memberId !== '';
  const view = values.view || (narrowed ? 'list' : 'causes');
  const known = groups.data?.data ?? [];
  const queues = [...new Set([...known.map((group) => group.queue), ...(queue ? [queue] : [])])].sort();
  const causes = known.map((group) => ({ value: group.fingerprint, label: group.error, count: group.letters }));
  const filters = [
    {
      name: 'status',
      label: 'Status',
      options: [
        { value: 'redriven', label: 'Redriven' },
        { value: 'dismissed', label: 'Dismissed' },
      ],
    },
    { name: 'queue', label: 'Queue', options: queues.map((value) => ({ value, label: value })) },
    {
      name: 'fingerprint',
      label: 'Cause',
      options:
        causes.some(({ value }) => value === fingerprint) || !fingerprint
          ? causes
          : [...causes, { value: fingerprint, label: fingerprint }],
    },
    ...(memberId
      ? [{ name: 'memberId', label: 'Member', options: [{ value: memberId, label: `…${memberId.slice(-8)}` }] }]
      : []),
  ];
  return (
    <>
      <PageHeader
        title="Dead letters"
        freshness={<Freshness at={groups.dataUpdatedAt || null} />}
        actions={
          <SegmentedControl
            aria-label="Show"
            size="xs"
            data={views}
            value={view}
            onChange={(next) => set('view', next)}
          />
        }
      />
      {view === 'causes' ? (
        <CauseTable
          groups={groups}
          onOpen={(group) => (group.only ? selected.open(group.only) : go({ fingerprint: group.fingerprint }))}
        />
      ) : (
        <>
          <FilterBar
            filters={filters}
            values={{ status, queue, fingerprint, memberId }}
            onChange={set}
            onClear={clear}
          />
          <LetterList
            filter={{
              status: statusOf(status),
              ...(queue ? { queue } : {}),
              ...(fingerprint ? { fingerprint } : {}),
              ...(memberId ? { memberId } : {}),
            }}
            group={known.find((group) => group.fingerprint === fingerprint) ?? null}
            openId={selected.id}
            onOpen={selected.open}
          />
        </>
      )}
      <DeadLetterDrawer id={selected.id || null} onClose={selected.close} />
    </>
  );
}
