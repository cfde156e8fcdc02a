'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { type OrderRow, ordersQuery } from '../../api/orders.ts';
import { Row, RowList } from '../../data/row-list.tsx';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { formatDate } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { MoneyNav } from '../account/money-nav.tsx';
import { shownState, stateTone, stateWords } from './words.ts';

/** Everything one has ordered, the newest first. */
export function Orders() {
  const orders = useInfiniteQuery(ordersQuery());
  const rows = orders.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <PageHeader above={<MoneyNav />} title="Orders" actions={<Link href="/shop">Go to the shop</Link>} />
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
          <RowList>
            {rows.map((order) => (
              <OrderRowOf key={order.id} order={order} />
            ))}
          </RowList>
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

function OrderRowOf({ order }: { order: OrderRow }) {
  const state = shownState(order);
  return (
    <Row
      href={`/orders/${order.id}` as Route}
      name={nameOf(order.items)}
      about={`${order.number} · ${formatDate(order.createdAt)}`}
      state={
        <StatePill state={state} tone={stateTone(state)}>
          {stateWords[state]}
        </StatePill>
      }
      end={<MoneyText {...order.total} />}
    />
  );
}
