'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { entriesQuery } from '../../api/console/ledger.ts';
import type { JournalEntry } from '../../api/console/shapes.ts';
import type { Column } from '../../data/data-table.tsx';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { PagedTable } from '../../data/paged-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { parseAmount } from '../../values/amount.ts';
import { formatMoney, wordsOf } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { TimeRange } from '../time-range.tsx';
import classes from './ledger.module.css';
import { sideText, totalOf } from './sides.ts';

const kinds = [
  'payment',
  'refund',
  'fee',
  'sale',
  'transfer',
  'disbursement',
  'repayment',
  'interest',
  'top_up',
  'withdrawal',
  'payout',
  'chargeback',
  'invoice',
  'credit_note',
  'write_off',
  'donation',
  'adjustment',
  'reversal',
] satisfies JournalEntry['kind'][];
const filters = [{ name: 'kind', label: 'Kind', options: kinds.map((value) => ({ value, label: wordsOf(value) })) }];

const columns: Column<JournalEntry>[] = [
  { id: 'number', header: 'Number', width: '9%', cell: (entry) => <span className="mono">{entry.number}</span> },
  {
    id: 'kind',
    header: 'Kind',
    width: '14%',
    cell: (entry) => (entry.state === 'posted' ? wordsOf(entry.kind) : `${wordsOf(entry.kind)}, ${entry.state}`),
  },
  { id: 'debit', header: 'Debit', text: true, cell: (entry) => sideText(entry, 'debit'), hideBelow: 'sm' },
  { id: 'credit', header: 'Credit', text: true, cell: (entry) => sideText(entry, 'credit'), hideBelow: 'sm' },
  {
    id: 'amount',
    header: 'Amount',
    width: '11%',
    align: 'end',
    cell: (entry) => formatMoney(totalOf(entry), entry.currency),
  },
  {
    id: 'booked',
    header: 'Booked',
    width: '11%',
    align: 'end',
    cell: (entry) => <RelativeTime at={entry.bookedAt} />,
    hideBelow: 'sm',
  },
];

/** Every entry, newest first: by kind, time, the amount of a posting, or what it belongs to. */
export function Journal() {
  const { values, set, clear } = useFilters(['q', 'kind', 'accountId', 'from', 'to']);
  const { q = '', kind = '', accountId = '', from = '', to = '' } = values;
  const amount = parseAmount(q);
  // An id that is pasted is a reference; anything else but an amount finds nothing that could be asked for.
  const ref = /^[0-9a-f-]{36}$/i.test(q) ? q : '';
  const list = useInfiniteQuery(entriesQuery({ kind, accountId, ref, amount, from, to }));
  const router = useRouter();
  const account = accountId
    ? [{ name: 'accountId', label: 'Account', options: [{ value: accountId, label: `…${accountId.slice(-8)}` }] }]
    : [];
  return (
    <>
      <FilterBar
        filters={[...filters, ...account]}
        values={values}
        onChange={set}
        onClear={clear}
        search={{ name: 'q', label: 'Search the journal', placeholder: 'Amount, or the id of an order, payment …' }}
      >
        <span className={classes.range}>
          <TimeRange from={from} to={to} onChange={set} />
        </span>
      </FilterBar>
      {q !== '' && amount === null && ref === '' ? (
        <p className={classes.none} role="status">
          “{q}” is neither an amount nor a whole id: it is not searched for.
        </p>
      ) : null}
      <PagedTable
        caption="Journal"
        columns={columns}
        list={list}
        expect={25}
        rowId={(entry) => entry.id}
        rowLabel={(entry) => `entry ${entry.number}`}
        onOpen={(entry) => router.push(`/ops/ledger/entries/${entry.id}` as Route)}
        empty={<EmptyState title="No entry fits">Widen the time, or take a filter away.</EmptyState>}
      />
    </>
  );
}
