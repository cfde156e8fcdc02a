'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { orderQuery, ordersQuery } from '../../api/console/orders.ts';
import type { OrderRow } from '../../api/console/shapes.ts';
import { useFreshness } from '../../api/freshness.ts';
import type { Column } from '../../data/data-table.tsx';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { PagedTable, rowsOf } from '../../data/paged-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { wordsOf } from '../../values/format.ts';
import { LiveDot } from '../../values/live-dot.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { TimeRange } from '../time-range.tsx';
import { Found } from './found.tsx';
import { MemberLink, memberFilter } from './member-link.tsx';
import page from './money-page.module.css';
import { OrderPill } from './order-pill.tsx';
import classes from './orders.module.css';
import { orderSearch } from './search.ts';

const statuses = [
  'created',
  'requires_action',
  'paid',
  'reserved',
  'shipped',
  'completed',
  'failed',
  'cancelled',
  'stuck',
] satisfies OrderRow['status'][];

const filters = [
  { name: 'status', label: 'Status', options: statuses.map((value) => ({ value, label: wordsOf(value) })) },
  {
    name: 'state',
    label: 'Progress',
    options: [
      { value: 'open', label: 'In flight' },
      { value: 'finished', label: 'Finished' },
    ],
  },
  {
    name: 'shipment',
    label: 'Parcel',
    options: [
      { value: 'created', label: 'To be handed over' },
      { value: 'handed_over', label: 'Handed over' },
    ],
  },
];

const itemsText = ({ items }: OrderRow) =>
  items.map(({ name, quantity }) => (quantity > 1 ? `${quantity} × ${name}` : name)).join(', ');

const columns: Column<OrderRow>[] = [
  {
    id: 'number',
    header: 'Number',
    width: '10%',
    cell: (order) => <span className={`mono ${page.nowrap}`}>{order.number}</span>,
  },
  { id: 'status', header: 'Status', width: '14%', cell: (order) => <OrderPill order={order} /> },
  {
    id: 'items',
    header: 'What',
    text: true,
    cell: (order) => <span className={classes.line}>{itemsText(order)}</span>,
    hideBelow: 'sm',
  },
  {
    id: 'member',
    header: 'Member',
    width: '20%',
    text: true,
    cell: (order) => <MemberLink of={order} />,
    hideBelow: 'md',
  },
  {
    id: 'origin',
    header: 'Origin',
    width: '9%',
    cell: (order) => wordsOf(order.origin),
    hideBelow: 'lg',
  },
  {
    id: 'total',
    header: 'Total',
    width: '10%',
    align: 'end',
    cell: (order) => (
      <span className={page.nowrap}>
        <MoneyText {...order.total} />
      </span>
    ),
  },
  {
    id: 'age',
    header: 'Age',
    width: '11%',
    align: 'end',
    cell: (order) => <RelativeTime at={order.createdAt} />,
    hideBelow: 'sm',
  },
];

const names = ['q', 'status', 'state', 'shipment', 'memberId', 'from', 'to'];

/** Every order, the newest first. */
export function OrdersPage() {
  const { values, set, clear } = useFilters(names);
  const { q = '', status = '', state = '', shipment = '', memberId = '', from = '', to = '' } = values;
  const { number, amount, meaning } = orderSearch(q);
  const list = useInfiniteQuery(ordersQuery({ status, state, shipment, memberId, number, amount, from, to }));
  const router = useRouter();
  const client = useQueryClient();
  const rows = rowsOf(list.data);
  const filtered = Object.values(values).some((value) => value !== '');
  return (
    <>
      <PageHeader title="Orders" freshness={<LiveDot {...useFreshness(list, 10_000)} />} />
      <FilterBar
        filters={[...filters, ...memberFilter(memberId, rows)]}
        values={values}
        onChange={set}
        onClear={clear}
        search={{ name: 'q', label: 'Search orders', placeholder: 'Number or total, such as €129.00' }}
      >
        <span className={page.range}>
          <TimeRange from={from} to={to} onChange={set} />
        </span>
        <Found list={list} one="order" meaning={meaning} />
      </FilterBar>
      <PagedTable
        caption="Orders"
        columns={columns}
        list={list}
        expect={25}
        rowId={(order) => order.id}
        rowLabel={(order) => `order ${order.number}`}
        onOpen={(order) => {
          void client.prefetchQuery(orderQuery(order.id));
          router.push(`/ops/orders/${order.id}` as Route);
        }}
        empty={
          filtered ? (
            <EmptyState
              title="No order fits"
              action={
                <Button variant="default" onClick={clear}>
                  Clear filters
                </Button>
              }
            >
              A number must be whole, a total exact: O-000012, or €129.00.
            </EmptyState>
          ) : (
            <EmptyState title="No orders yet">What members buy appears here by itself.</EmptyState>
          )
        }
      />
    </>
  );
}
