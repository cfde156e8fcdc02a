'use client';

import { Button } from '@mantine/core';
import { IconArrowDownLeft, IconArrowUpRight } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import { accountKeys, accountQuery } from '../../api/accounts.ts';
import { useArrivals } from '../../api/arrivals.ts';
import { meQuery } from '../../api/me.ts';
import { type TransferRow, transferKeys, transfersQuery } from '../../api/transfers.ts';
import { Row, RowList } from '../../data/row-list.tsx';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { HiddenText } from '../../page/hidden-text.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { FormSkeleton, ListSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { MoneyNav } from '../account/money-nav.tsx';
import { NoAccount } from '../account/no-account.tsx';
import { SendForm } from './send-form.tsx';
import { nameOf, stateWords } from './words.ts';

/** Send money, and what has been sent and received. */
export function Transfers() {
  const account = useQuery(accountQuery());
  const client = useQueryClient();
  useArrivals(() => {
    for (const queryKey of [accountKeys.all, transferKeys.all]) void client.invalidateQueries({ queryKey });
  });
  return (
    <>
      <PageHeader above={<MoneyNav />} title="Transfers" lead="Send money to another member’s account." />
      <div className={stack.stack}>
        <Card id="send" title="Send money">
          {account.data === undefined && account.isError ? (
            <ErrorState
              what="Your account could not be loaded"
              error={account.error}
              onRetry={() => void account.refetch()}
            />
          ) : account.data === undefined ? (
            <FormSkeleton fields={3} />
          ) : account.data?.status === 'open' ? (
            <SendForm account={account.data} />
          ) : (
            <NoAccount closed={account.data !== null} />
          )}
        </Card>
        <Card id="transfers" title="Sent and received">
          <List />
        </Card>
      </div>
    </>
  );
}

function List() {
  const me = useQuery(meQuery());
  const memberId = me.data?.memberId ?? '';
  const list = useInfiniteQuery({ ...transfersQuery(memberId), enabled: memberId !== '' });
  const rows = list.data?.pages.flatMap((page) => page.data);
  const error = me.error ?? list.error;
  if (!rows && error) {
    return (
      <ErrorState
        what="Your transfers could not be loaded"
        error={error}
        onRetry={() => void (me.isError ? me.refetch() : list.refetch())}
      />
    );
  }
  if (!rows) return <ListSkeleton rows={3} />;
  if (rows.length === 0) {
    return <EmptyState title="No transfers yet">What you send and receive shows up here.</EmptyState>;
  }
  return (
    <>
      <RowList>
        {rows.map((transfer) => (
          <TransferRowOf key={transfer.id} transfer={transfer} />
        ))}
      </RowList>
      {list.hasNextPage ? (
        <Button variant="default" mt={16} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </>
  );
}

function TransferRowOf({ transfer }: { transfer: TransferRow }) {
  const out = transfer.direction === 'out';
  const Icon = out ? IconArrowUpRight : IconArrowDownLeft;
  return (
    <Row
      icon={<Icon size={20} stroke={1.75} />}
      href={`/transfers/${transfer.id}` as Route}
      name={
        <>
          {nameOf(transfer)}
          <HiddenText>, {transfer.number}</HiddenText>
        </>
      }
      about={
        <>
          <RelativeTime at={transfer.createdAt} />
          {transfer.note ? ` · ${transfer.note}` : ''}
        </>
      }
      state={<StatePill state={transfer.status}>{stateWords[transfer.status]}</StatePill>}
      end={<MoneyText amount={out ? -transfer.amount : transfer.amount} currency={transfer.currency} signed />}
    />
  );
}
