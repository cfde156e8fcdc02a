'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useFreshness } from '../../api/freshness.ts';
import { type LoanRow, loanQuery, loansQuery } from '../../api/loans.ts';
import type { Column } from '../../data/data-table.tsx';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { PagedTable, rowsOf } from '../../data/paged-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { formatDate } from '../../values/format.ts';
import { LiveDot } from '../../values/live-dot.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { Found } from '../orders/found.tsx';
import { memberFilter } from '../orders/member-link.tsx';
import { LoanPill, loanStates } from './loan-pill.tsx';
import classes from './loans.module.css';

const filters = [
  {
    name: 'status',
    label: 'Status',
    options: [
      { value: 'waiting', label: 'To be decided' },
      ...Object.entries(loanStates).map(([value, { label }]) => ({ value, label })),
    ],
  },
  { name: 'order', label: 'Order', options: [{ value: 'oldest', label: 'Oldest first' }] },
];

const columns: Column<LoanRow>[] = [
  { id: 'number', header: 'Number', width: '9%', cell: (loan) => <span className="mono">{loan.number}</span> },
  { id: 'status', header: 'Status', width: '17%', cell: ({ status }) => <LoanPill status={status} /> },
  { id: 'member', header: 'Member', text: true, cell: (loan) => loan.memberName, hideBelow: 'sm' },
  { id: 'product', header: 'Loan', text: true, cell: (loan) => loan.product.name, hideBelow: 'md' },
  { id: 'amount', header: 'Amount', width: '11%', align: 'end', cell: (loan) => <MoneyText {...loan.amount} /> },
  {
    id: 'owed',
    header: 'Owed',
    width: '11%',
    align: 'end',
    cell: (loan) => (loan.owed ? <MoneyText {...loan.owed} /> : <span className={classes.dim}>Not paid out</span>),
    hideBelow: 'sm',
  },
  {
    id: 'next',
    header: 'Next, or late since',
    width: '15%',
    cell: (loan) =>
      loan.overdue ? (
        <span className={classes.bad}>Late since {formatDate(loan.overdue.since)}</span>
      ) : loan.next ? (
        formatDate(loan.next.dueOn)
      ) : null,
    hideBelow: 'lg',
  },
  {
    id: 'age',
    header: 'Applied',
    width: '10%',
    align: 'end',
    cell: (loan) => <RelativeTime at={loan.appliedAt} />,
  },
];

/** Applications that wait, and every loan. */
export function LoansPage() {
  const { values, set, go, clear } = useFilters(['status', 'order', 'memberId']);
  const { status = '', order = '', memberId = '' } = values;
  const list = useInfiniteQuery(loansQuery({ status, order, memberId }));
  const router = useRouter();
  const client = useQueryClient();
  const rows = rowsOf(list.data);
  const queue = status === 'waiting' && order === 'oldest';
  return (
    <>
      <PageHeader
        title="Loans"
        freshness={<LiveDot {...useFreshness(list, 10_000)} />}
        actions={
          <Button
            size="compact-sm"
            variant="default"
            disabled={queue}
            onClick={() => go({ status: 'waiting', order: 'oldest' })}
          >
            What waits, oldest first
          </Button>
        }
      />
      <FilterBar filters={[...filters, ...memberFilter(memberId, rows)]} values={values} onChange={set} onClear={clear}>
        <Found list={list} one="loan" />
      </FilterBar>
      <PagedTable
        caption="Loans"
        columns={columns}
        list={list}
        expect={20}
        rowId={(loan) => loan.id}
        rowLabel={(loan) => `loan ${loan.number}`}
        onOpen={(loan) => {
          void client.prefetchQuery(loanQuery(loan.id));
          router.push(`/ops/loans/${loan.id}` as Route);
        }}
        empty={
          status || memberId ? (
            <EmptyState
              title={queue ? 'Nothing waits for a decision' : 'No loan fits'}
              action={
                <Button variant="default" onClick={clear}>
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState title="No loans yet">What members apply for appears here by itself.</EmptyState>
          )
        }
      />
    </>
  );
}
