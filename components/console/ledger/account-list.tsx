'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { accountsQuery } from '../../api/console/ledger.ts';
import type { Account } from '../../api/console/shapes.ts';
import type { Column } from '../../data/data-table.tsx';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { PagedTable } from '../../data/paged-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { wordsOf } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';

const filters = [
  {
    name: 'owner',
    label: 'Owner',
    options: [
      { value: 'house', label: 'The house' },
      { value: 'member', label: 'Members' },
    ],
  },
];

const columns: Column<Account>[] = [
  { id: 'number', header: 'Number', width: '12%', cell: (account) => <span className="mono">{account.number}</span> },
  { id: 'name', header: 'Name', text: true, cell: (account) => account.name },
  { id: 'class', header: 'Class', width: '12%', cell: (account) => wordsOf(account.class), hideBelow: 'sm' },
  {
    id: 'status',
    header: 'Status',
    width: '12%',
    cell: (account) => <StatePill state={account.status} tone={account.status === 'open' ? 'ok' : 'neutral'} />,
    hideBelow: 'md',
  },
  {
    id: 'held',
    header: 'Held',
    width: '12%',
    align: 'end',
    cell: (account) => (account.pendingDebits.amount > 0 ? <MoneyText {...account.pendingDebits} /> : '–'),
    hideBelow: 'md',
  },
  {
    id: 'balance',
    header: 'Balance',
    width: '14%',
    align: 'end',
    cell: (account) => <MoneyText {...account.balance} />,
  },
];

/** The house's own accounts and the members', found by their number. */
export function AccountList() {
  const { values, set, clear } = useFilters(['q', 'owner']);
  const { q = '', owner = '' } = values;
  const list = useInfiniteQuery(accountsQuery({ owner, number: q.toUpperCase() }));
  const router = useRouter();
  return (
    <>
      <FilterBar
        filters={filters}
        values={values}
        onChange={set}
        onClear={clear}
        search={{ name: 'q', label: 'Search accounts', placeholder: 'Number, such as A-000012' }}
      />
      <PagedTable
        caption="Accounts"
        columns={columns}
        list={list}
        expect={20}
        rowId={(account) => account.id}
        rowLabel={(account) => `account ${account.number} ${account.name}`}
        onOpen={(account) => router.push(`/ops/ledger/accounts/${account.id}` as Route)}
        empty={<EmptyState title="No account fits">A number must be whole: A-000012.</EmptyState>}
      />
    </>
  );
}
