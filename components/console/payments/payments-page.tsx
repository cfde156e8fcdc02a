'use client';

import { Button, SegmentedControl, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { paymentsQuery } from '../../api/console/payments.ts';
import type { PaymentRow } from '../../api/console/shapes.ts';
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
import { Found } from '../orders/found.tsx';
import { MemberLink, memberFilter } from '../orders/member-link.tsx';
import page from '../orders/money-page.module.css';
import { TimeRange } from '../time-range.tsx';
import { cardText } from './card-text.ts';
import { DisputeTable } from './dispute-table.tsx';
import { PaymentPill } from './payment-pill.tsx';
import classes from './payments.module.css';
import { paymentSearch } from './search.ts';

const statuses = [
  'initiated',
  'requires_action',
  'authorized',
  'succeeded',
  'failed',
  'unknown',
  'refunded',
  'partially_refunded',
] satisfies PaymentRow['status'][];
const purposes = ['order', 'invoice', 'donation', 'top_up', 'loan_repayment'] satisfies PaymentRow['purpose'][];
const option = (value: string) => ({ value, label: wordsOf(value) });
const filters = [
  { name: 'status', label: 'Status', options: statuses.map(option) },
  { name: 'purpose', label: 'Purpose', options: purposes.map(option) },
];

const columns: Column<PaymentRow>[] = [
  {
    id: 'number',
    header: 'Number',
    width: '10%',
    cell: (payment) => <span className={`mono ${page.nowrap}`}>{payment.number}</span>,
  },
  {
    id: 'amount',
    header: 'Amount',
    width: '10%',
    align: 'end',
    cell: (payment) => (
      <span className={page.nowrap}>
        <MoneyText {...payment.amount} />
      </span>
    ),
  },
  { id: 'status', header: 'Status', width: '15%', cell: (payment) => <PaymentPill status={payment.status} /> },
  {
    id: 'method',
    header: 'By',
    width: '14%',
    cell: (payment) => (payment.card ? cardText(payment.card) : wordsOf(payment.method)),
    hideBelow: 'sm',
  },
  { id: 'purpose', header: 'For', width: '11%', cell: (payment) => wordsOf(payment.purpose), hideBelow: 'md' },
  {
    id: 'member',
    header: 'Member',
    width: '20%',
    text: true,
    cell: (payment) => <MemberLink of={payment} />,
    hideBelow: 'md',
  },
  {
    id: 'refunded',
    header: 'Given back',
    width: '10%',
    align: 'end',
    cell: (payment) => (payment.refunded.amount > 0 ? <MoneyText {...payment.refunded} /> : '–'),
    hideBelow: 'lg',
  },
  {
    id: 'age',
    header: 'Made',
    width: '11%',
    align: 'end',
    cell: (payment) => <RelativeTime at={payment.createdAt} />,
    hideBelow: 'sm',
  },
];

const views = [
  { value: 'payments', label: 'Payments' },
  { value: 'disputes', label: 'Disputes' },
];

/** Every payment, found by amount, the end of a card, a number or the gateway's id; and what banks have taken back. */
export function PaymentsPage() {
  const { values, set } = useFilters(['view']);
  const disputes = values.view === 'disputes';
  return (
    <>
      <PageHeader
        title="Payments"
        actions={
          <SegmentedControl
            aria-label="Show"
            size="xs"
            data={views}
            value={disputes ? 'disputes' : 'payments'}
            onChange={(view) => set('view', view === 'disputes' ? view : '')}
          />
        }
      />
      {disputes ? <DisputeTable /> : <PaymentList />}
    </>
  );
}

function PaymentList() {
  const { values, set, clear } = useFilters(['q', 'status', 'purpose', 'memberId', 'from', 'to']);
  const { q: text = '', status = '', purpose = '', memberId = '', from = '', to = '' } = values;
  const { q, amount, last4, meaning, instead } = paymentSearch(text);
  const list = useInfiniteQuery(paymentsQuery({ q, amount, last4, status, purpose, memberId, from, to }));
  const freshness = useFreshness(list, 10_000);
  const router = useRouter();
  const rows = rowsOf(list.data);
  const filtered = Object.values(values).some((value) => value !== '');
  return (
    <>
      <FilterBar
        filters={[...filters, ...memberFilter(memberId, rows)]}
        values={values}
        onChange={set}
        onClear={clear}
        search={{ name: 'q', label: 'Search payments', placeholder: 'Amount, last 4 digits, number or gateway id' }}
      >
        <LiveDot {...freshness} />
      </FilterBar>
      <div className={classes.under}>
        <Found list={list} one="payment" meaning={meaning} />
        {/^o-\d+$/i.test(text) ? (
          <Link href={`/ops/orders?q=${encodeURIComponent(text)}` as Route}>
            Search orders for {text.toUpperCase()}
          </Link>
        ) : null}
        {instead ? (
          <UnstyledButton className={classes.instead} onClick={() => set('q', instead.text)}>
            {instead.meaning}
          </UnstyledButton>
        ) : null}
        <span className={classes.range}>
          <TimeRange from={from} to={to} onChange={set} />
        </span>
      </div>
      <PagedTable
        caption="Payments"
        columns={columns}
        list={list}
        expect={25}
        rowId={(payment) => payment.id}
        rowLabel={(payment) => `payment ${payment.number}`}
        onOpen={(payment) => router.push(`/ops/payments/${payment.id}` as Route)}
        empty={
          filtered ? (
            <EmptyState
              title="No payment fits"
              action={
                <Button variant="default" onClick={clear}>
                  Clear filters
                </Button>
              }
            >
              €129.00 is an amount, 4242 the end of a card; a number (P-000012) or an id of the gateway must be whole.
            </EmptyState>
          ) : (
            <EmptyState title="No payments yet">They appear here by themselves.</EmptyState>
          )
        }
      />
    </>
  );
}
