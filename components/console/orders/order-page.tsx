'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { orderQuery } from '../../api/console/orders.ts';
import { sagaQuery } from '../../api/console/sagas.ts';
import type { StaffOrder } from '../../api/console/shapes.ts';
import { documentsOfOrderQuery } from '../../api/documents.ts';
import { isStatus } from '../../api/problem.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { wordsOf } from '../../values/format.ts';
import { LiveDot } from '../../values/live-dot.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { DocumentsCard } from '../payments/documents-card.tsx';
import { EventsCard } from '../sagas/events-card.tsx';
import { LogCard } from '../sagas/log-card.tsx';
import { PartnersCard } from '../sagas/partners-card.tsx';
import { SagaCard } from '../sagas/saga-card.tsx';
import { DeliveryCard } from './delivery-card.tsx';
import { ItemsCard } from './items-card.tsx';
import { MemberLink } from './member-link.tsx';
import { MoneyCard } from './money-card.tsx';
import page from './money-page.module.css';
import { OrderPill } from './order-pill.tsx';
import { OrderSkeleton } from './order-skeleton.tsx';
import { useLiveOrder } from './use-live-order.ts';

const back = <Link href={'/ops/orders' as Route}>Orders</Link>;

/** One order, step by step: what happened, what the partners say, the money, and what may be done. */
export function OrderPage({ id, demo }: { id: string; demo: boolean }) {
  const { data, error, refetch } = useQuery(orderQuery(id));
  if (data) return <Loaded order={data} demo={demo} />;
  if (isStatus(error, 404)) {
    return (
      <>
        <PageHeader title="No such order" above={back} />
        <EmptyState title="There is no order with this id">The address is not right.</EmptyState>
      </>
    );
  }
  if (error) {
    return (
      <>
        <PageHeader title="Order" above={back} />
        <ErrorState what="The order could not be loaded" error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return <OrderSkeleton above={back} />;
}

function Loaded({ order, demo }: { order: StaffOrder; demo: boolean }) {
  const { refresh, ...live } = useLiveOrder(order);
  const { data: saga } = useQuery({ ...sagaQuery(order.sagaId ?? ''), enabled: order.sagaId !== null });
  return (
    <>
      <PageHeader
        above={back}
        title={order.number}
        state={<OrderPill order={order} />}
        freshness={<LiveDot {...live} />}
        lead={
          <span className={page.lead}>
            <MoneyText {...order.total} />
            <MemberLink of={order} />
            <span>By {wordsOf(order.origin).toLowerCase()}</span>
            <RelativeTime at={order.createdAt} />
          </span>
        }
      />
      {order.failure ? (
        <div className={page.above}>
          <Notice tone={order.status === 'stuck' ? 'bad' : 'warn'} title={failureTitle(order)}>
            The member reads: “{order.failure.message}”
          </Notice>
        </div>
      ) : null}
      {order.sagaId ? (
        <div className={page.above}>
          <SagaCard id={order.sagaId} onMended={refresh} demo={demo} />
        </div>
      ) : null}
      <div className={page.columns}>
        <div className={page.column}>
          <MoneyCard order={order} onChanged={refresh} />
          {order.sagaId ? <PartnersCard sagaId={order.sagaId} /> : null}
        </div>
        <div className={page.column}>
          <ItemsCard order={order} />
          {order.ships ? <DeliveryCard order={order} onChanged={refresh} /> : null}
          <DocumentsCard query={documentsOfOrderQuery(order.id)} />
        </div>
        <div className={page.column}>
          {saga ? <EventsCard correlationId={saga.correlationId} streams={streamsOf(order)} /> : null}
          {saga ? <LogCard log={saga.log} /> : null}
        </div>
      </div>
    </>
  );
}

const streamsOf = ({ id, sagaId, payment }: StaffOrder) => [
  `order-${id}`,
  ...(payment ? [`payment-${payment.id}`] : []),
  ...(sagaId ? [`saga-${sagaId}`] : []),
];

function failureTitle({ status }: StaffOrder): string {
  if (status === 'stuck') return 'It cannot be undone by itself';
  if (status === 'failed') return 'Nothing was paid, nothing is delivered';
  if (status === 'cancelled') return 'Called off, and what was paid goes back';
  return 'It goes back';
}
