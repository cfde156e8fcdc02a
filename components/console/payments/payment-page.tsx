'use client';

import { Button } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { eventStreamName, eventStreamUrl, streamEventsQuery } from '../../api/console/events.ts';
import { entriesOfQuery } from '../../api/console/ledger.ts';
import { disputesQuery, paymentKey, paymentQuery, refundsQuery } from '../../api/console/payments.ts';
import type { StaffPayment } from '../../api/console/shapes.ts';
import { documentKeys, documentsOfPaymentQuery } from '../../api/documents.ts';
import { useEventStream } from '../../api/event-stream.ts';
import { isStatus } from '../../api/problem.ts';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatMoney, wordsOf } from '../../values/format.ts';
import { LiveDot } from '../../values/live-dot.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { JournalOf } from '../ledger/journal-of.tsx';
import { MemberLink } from '../orders/member-link.tsx';
import page from '../orders/money-page.module.css';
import { useMay } from '../permissions.tsx';
import { DisputePill } from './dispute-pill.tsx';
import { DocumentsCard } from './documents-card.tsx';
import { leftOf } from './left.ts';
import { PaymentFacts } from './payment-facts.tsx';
import { PaymentPill } from './payment-pill.tsx';
import { PaymentTimeline } from './payment-timeline.tsx';
import classes from './payments.module.css';
import { RefundDialog } from './refund-dialog.tsx';
import { RefundList } from './refund-list.tsx';

const back = <Link href={'/ops/payments' as Route}>Payments</Link>;
/** The events of one change come together: the page is read once, this long after the last, in milliseconds. */
const settleMs = 300;

/** One payment: how far it is, what went back, what it is in the books. */
export function PaymentPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(paymentQuery(id));
  if (data) return <Loaded payment={data} />;
  if (isStatus(error, 404)) {
    return (
      <>
        <PageHeader title="No such payment" above={back} />
        <EmptyState title="There is no payment with this id">The address is not right.</EmptyState>
      </>
    );
  }
  if (error) {
    return (
      <>
        <PageHeader title="Payment" above={back} />
        <ErrorState what="The payment could not be loaded" error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return (
    <div aria-busy="true">
      <PageHeader
        above={back}
        title={<Skeleton height={24} width={160} />}
        lead={<Skeleton height={15} width={280} />}
      />
      <div className={page.columns}>
        <Card id="facts" title="Payment">
          <TextSkeleton lines={8} />
        </Card>
        <Card id="timeline" title="Timeline">
          <TextSkeleton lines={6} />
        </Card>
        <Card id="books" title="In the books">
          <TextSkeleton lines={6} />
        </Card>
      </div>
    </div>
  );
}

function useLivePayment({ id, memberId }: StaffPayment) {
  const client = useQueryClient();
  const refresh = useDebouncedCallback(() => {
    const keys = [
      paymentKey(id),
      disputesQuery().queryKey,
      streamEventsQuery(`payment-${id}`).queryKey,
      entriesOfQuery(id).queryKey,
      documentKeys.all,
    ];
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  }, settleMs);
  const stream = useEventStream(eventStreamUrl({ memberId }), eventStreamName, { onEvent: refresh, onReopen: refresh });
  return { stream, refresh };
}

function Loaded({ payment }: { payment: StaffPayment }) {
  const may = useMay();
  const { stream, refresh } = useLivePayment(payment);
  const refunds = useQuery(refundsQuery(payment.id));
  const disputes = useQuery(disputesQuery()).data?.filter(({ paymentId }) => paymentId === payment.id) ?? [];
  const [refunding, setRefunding] = useState(false);
  const left = refunds.data ? leftOf(payment, refunds.data) : 0;
  return (
    <>
      <PageHeader
        above={back}
        title={<MoneyText {...payment.amount} />}
        state={<PaymentPill status={payment.status} />}
        freshness={<LiveDot {...stream} />}
        actions={may('payments:refund') && left > 0 ? <Button onClick={() => setRefunding(true)}>Refund</Button> : null}
        lead={
          <span className={page.lead}>
            <span className="mono">{payment.number}</span>
            <span>{wordsOf(payment.purpose)}</span>
            <MemberLink of={payment} />
            <RelativeTime at={payment.createdAt} />
          </span>
        }
      />
      {payment.failure ? (
        <div className={page.above}>
          <Notice tone="warn" title="The member was told">
            {payment.failure.message} <code>{payment.failure.code}</code>
          </Notice>
        </div>
      ) : null}
      <div className={page.columns}>
        <div className={page.column}>
          <PaymentFacts payment={payment} />
          <Card
            id="refunds"
            title="Refunds"
            aside={
              <span className={classes.dim}>
                {left > 0 ? `${formatMoney(left, payment.amount.currency)} is left` : null}
              </span>
            }
          >
            {refunds.data ? (
              refunds.data.length > 0 ? (
                <RefundList
                  refunds={refunds.data}
                  onSent={payment.method !== 'card' && may('payments:record') ? refresh : undefined}
                />
              ) : (
                <p className={page.plain}>Nothing was given back.</p>
              )
            ) : refunds.error ? (
              <ErrorState
                what="The refunds could not be loaded"
                error={refunds.error}
                onRetry={() => void refunds.refetch()}
              />
            ) : (
              <TextSkeleton lines={1} />
            )}
          </Card>
          {disputes.length > 0 ? (
            <Card id="disputes" title="Disputes">
              <ul className={classes.refunds}>
                {disputes.map((dispute) => (
                  <li key={dispute.id} className={classes.refund}>
                    <span className={classes.amount}>
                      <MoneyText {...dispute.amount} />
                    </span>
                    <DisputePill dispute={dispute} />
                    <span className={classes.why}>
                      {wordsOf(dispute.reason)} · fee <MoneyText {...dispute.fee} />
                    </span>
                    <RelativeTime at={dispute.openedAt} className={classes.dim ?? ''} />
                  </li>
                ))}
              </ul>
            </Card>
          ) : null}
        </div>
        <div className={page.column}>
          <PaymentTimeline id={payment.id} />
          <DocumentsCard query={documentsOfPaymentQuery(payment.id)} />
        </div>
        <div className={page.column}>
          {may('ledger:read') ? (
            <Card id="books" title="In the books">
              <JournalOf about={payment.id} />
            </Card>
          ) : null}
        </div>
      </div>
      {refunding ? (
        <RefundDialog
          payment={payment}
          orderId={payment.orderId}
          left={left}
          onDone={refresh}
          onClose={() => setRefunding(false)}
        />
      ) : null}
    </>
  );
}
