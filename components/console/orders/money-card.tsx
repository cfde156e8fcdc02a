'use client';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { refundsQuery } from '../../api/console/payments.ts';
import type { StaffOrder } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { wordsOf } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { JournalOf } from '../ledger/journal-of.tsx';
import { cardText } from '../payments/card-text.ts';
import { leftOf } from '../payments/left.ts';
import { PaymentPill } from '../payments/payment-pill.tsx';
import { RefundDialog } from '../payments/refund-dialog.tsx';
import { RefundList } from '../payments/refund-list.tsx';
import { useMay } from '../permissions.tsx';
import page from './money-page.module.css';
import classes from './orders.module.css';

/** The money of an order: its payment, what went back and may go back, and every entry in the books. */
export function MoneyCard({ order, onChanged }: { order: StaffOrder; onChanged: () => void }) {
  const may = useMay();
  return (
    <Card
      id="money"
      title="Money"
      aside={
        order.payment && may('payments:refund') ? (
          <RefundButton orderId={order.id} payment={order.payment} onDone={onChanged} />
        ) : null
      }
    >
      {order.payment ? <PaymentOf payment={order.payment} /> : <p className={page.plain}>No payment yet.</p>}
      {may('ledger:read') ? (
        <>
          <h3 className={classes.sub}>In the books</h3>
          <JournalOf about={order.id} />
        </>
      ) : null}
    </Card>
  );
}

type Payment = NonNullable<StaffOrder['payment']>;

/** Nothing when nothing is left to give back. */
function RefundButton({ orderId, payment, onDone }: { orderId: string; payment: Payment; onDone: () => void }) {
  const refunds = useQuery(refundsQuery(payment.id));
  const [refunding, setRefunding] = useState(false);
  const left = refunds.data ? leftOf(payment, refunds.data) : 0;
  if (left === 0) return null;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setRefunding(true)}>
        Refund
      </Button>
      {refunding ? (
        <RefundDialog
          payment={payment}
          orderId={orderId}
          left={left}
          onDone={onDone}
          onClose={() => setRefunding(false)}
        />
      ) : null}
    </>
  );
}

function PaymentOf({ payment }: { payment: Payment }) {
  const refunds = useQuery(refundsQuery(payment.id));
  return (
    <>
      <KeyValueList
        items={[
          {
            label: 'Payment',
            value: <Link href={`/ops/payments/${payment.id}` as Route}>{payment.number}</Link>,
          },
          { label: 'Status', value: <PaymentPill status={payment.status} /> },
          { label: 'Amount', value: <MoneyText {...payment.amount} /> },
          { label: 'By', value: payment.card ? cardText(payment.card) : wordsOf(payment.method) },
          ...(payment.refundedAmount.amount > 0
            ? [{ label: 'Given back', value: <MoneyText {...payment.refundedAmount} /> }]
            : []),
        ]}
      />
      {refunds.data?.length ? (
        <>
          <h3 className={classes.sub}>Refunds</h3>
          <RefundList refunds={refunds.data} />
        </>
      ) : refunds.error ? (
        <ErrorState
          what="The refunds could not be loaded"
          error={refunds.error}
          onRetry={() => void refunds.refetch()}
        />
      ) : refunds.isPending ? (
        <TextSkeleton lines={1} />
      ) : null}
    </>
  );
}
