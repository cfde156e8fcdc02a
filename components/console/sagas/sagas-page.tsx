'use client';

import { IconCircleCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { sagasQuery } from '../../api/console/sagas.ts';
import type { SagaRow } from '../../api/console/shapes.ts';
import { useFreshness } from '../../api/freshness.ts';
import type { Column } from '../../data/data-table.tsx';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { PagedTable, rowsOf } from '../../data/paged-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { wordsOf } from '../../values/format.ts';
import { LiveDot } from '../../values/live-dot.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { MemberLink, memberFilter } from '../orders/member-link.tsx';
import classes from './saga.module.css';
import { sagaHref, sagaSubject, stepName } from './words.ts';

const statuses = ['running', 'waiting', 'compensating', 'stuck', 'completed', 'failed', 'settled'];
const option = (value: string) => ({ value, label: wordsOf(value) });
const filters = [
  { name: 'status', label: 'Status', options: statuses.map(option) },
  { name: 'type', label: 'Kind', options: ['order', 'transfer'].map(option) },
];

const columns: Column<SagaRow>[] = [
  { id: 'type', header: 'Kind', width: '12%', cell: (saga) => wordsOf(saga.type) },
  {
    id: 'subject',
    header: 'About',
    width: '14%',
    cell: (saga) => <span className={classes.number}>{saga.subjectNumber ?? `…${saga.subjectId.slice(-8)}`}</span>,
  },
  {
    id: 'member',
    header: 'Member',
    width: '18%',
    text: true,
    cell: (saga) => (saga.memberId === null ? '–' : <MemberLink of={{ ...saga, memberId: saga.memberId }} />),
    hideBelow: 'md',
  },
  { id: 'status', header: 'Status', width: '14%', cell: (saga) => <StatePill state={saga.status} /> },
  { id: 'step', header: 'Step', width: '16%', cell: (saga) => stepName(saga.step), hideBelow: 'sm' },
  { id: 'error', header: 'Why', text: true, cell: (saga) => saga.error?.reason ?? '–', hideBelow: 'md' },
  {
    id: 'age',
    header: 'Begun',
    width: '12%',
    align: 'end',
    cell: (saga) => <RelativeTime at={saga.startedAt} />,
    hideBelow: 'sm',
  },
];

/** Every saga, whatever it is about; what needs a person first when it is asked for. */
export function SagasPage() {
  const { values, set, clear } = useFilters(['status', 'type', 'memberId']);
  const { status = '', type = '', memberId = '' } = values;
  const list = useInfiniteQuery(sagasQuery({ status, type, memberId }));
  const router = useRouter();
  return (
    <>
      <PageHeader title="Sagas" freshness={<LiveDot {...useFreshness(list, 10_000)} />} />
      <FilterBar
        filters={[...filters, ...memberFilter(memberId, rowsOf(list.data))]}
        values={{ status, type, memberId }}
        onChange={set}
        onClear={clear}
      />
      <PagedTable
        caption="Sagas"
        columns={columns}
        list={list}
        expect={20}
        rowId={(saga) => saga.id}
        rowLabel={sagaSubject}
        onOpen={(saga) => router.push(sagaHref(saga))}
        empty={
          <EmptyState
            title={status === 'stuck' ? 'Nothing is stuck' : 'No saga fits'}
            icon={<IconCircleCheck size={22} stroke={1.75} />}
          >
            {status === 'stuck' ? 'What needs a person appears here by itself.' : 'Orders and transfers run as sagas.'}
          </EmptyState>
        }
      />
    </>
  );
}
