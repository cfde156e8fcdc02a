'use client';

import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { disputesQuery } from '../../api/console/payments.ts';
import type { Dispute } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { wordsOf } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { DisputePill } from './dispute-pill.tsx';

const columns: Column<Dispute>[] = [
  { id: 'payment', header: 'Payment', width: '12%', cell: (one) => <span className="mono">{one.paymentNumber}</span> },
  { id: 'amount', header: 'Amount', width: '12%', align: 'end', cell: (one) => <MoneyText {...one.amount} /> },
  { id: 'status', header: 'Status', width: '18%', cell: (one) => <DisputePill dispute={one} /> },
  { id: 'reason', header: 'The card holder says', cell: (one) => wordsOf(one.reason), hideBelow: 'sm' },
  { id: 'fee', header: 'Fee', width: '10%', align: 'end', cell: (one) => <MoneyText {...one.fee} />, hideBelow: 'md' },
  {
    id: 'opened',
    header: 'Opened',
    width: '12%',
    align: 'end',
    cell: (one) => <RelativeTime at={one.openedAt} />,
    hideBelow: 'sm',
  },
];

/** Payments that banks take back on their card holders' word, newest first. */
export function DisputeTable() {
  const { data, error, refetch } = useQuery(disputesQuery());
  const router = useRouter();
  return (
    <DataTable
      caption="Disputes"
      columns={columns}
      rows={data}
      rowId={(one) => one.id}
      rowLabel={(one) => `dispute of payment ${one.paymentNumber}`}
      onOpen={(one) => router.push(`/ops/payments/${one.paymentId}` as Route)}
      error={error}
      onRetry={() => void refetch()}
      empty={
        <EmptyState title="No disputes" icon={<IconCircleCheck size={22} stroke={1.75} />}>
          No bank has taken anything back.
        </EmptyState>
      }
    />
  );
}
