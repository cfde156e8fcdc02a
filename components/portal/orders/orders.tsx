'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { type OrderRow, ordersQuery } from '../../api/orders.ts';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { formatDate } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './orders.module.css';
import { stateWords } from './words.ts';

/** Everything one has ordered, the newest first. */
export function Orders() {
  const orders = useInfiniteQuery(ordersQuery());
  const rows = orders.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <PageHeader title="Orders" actions={<Link href="/shop">Go to the shop</Link>} />
      <Card id="orders">
        {orders.isError && !rows ? (
          <ErrorState
            what="Your orders could not be loaded"
            error={orders.error}
            onRetry={() => void orders.refetch()}
          />
        ) : rows?.length === 0 ? (
          <EmptyState
            title="You have not ordered anything yet"
            action={<LinkButton href="/shop">Go to the shop</LinkButton>}
          >
            What you order shows up here, with its receipt.
          </EmptyState>
        ) : rows ? (
          <ul className={classes.list}>
            {rows.map((order) => (
              <Row key={order.id} order={order} />
            ))}
          </ul>
        ) : (
          <ListSkeleton rows={5} />
        )}
        {orders.hasNextPage ? (
          <Button
            variant="default"
            mt={16}
            loading={orders.isFetchingNextPage}
            onClick={() => void orders.fetchNextPage()}
          >
            Show older orders
          </Button>
        ) : null}
      </Card>
    </>
  );
}

const nameOf = (items: OrderRow['items']) => {
  const [first, ...rest] = items;
  if (!first) return '';
  const name = first.quantity > 1 ? `${first.quantity} × ${first.name}` : first.name;
  return rest.length > 0 ? `${name} and ${rest.length} more` : name;
};

function Row({ order }: { order: OrderRow }) {
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Link href={`/orders/${order.id}`} className={classes.name}>
          {nameOf(order.items)}
        </Link>
        <p className={classes.about}>
          {order.number} · {formatDate(order.createdAt)}
        </p>
      </div>
      <StatePill state={order.status}>{stateWords[order.status]}</StatePill>
      <span className={classes.total}>
        <MoneyText {...order.total} />
      </span>
    </li>
  );
}
