'use client';

import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { accountEntriesQuery, accountQuery, statementUrl } from '../../api/console/ledger.ts';
import type { Account, AccountEntry } from '../../api/console/shapes.ts';
import { isStatus } from '../../api/problem.ts';
import type { Column } from '../../data/data-table.tsx';
import { useFilters } from '../../data/filters.ts';
import { MetricTile } from '../../data/metric-tile.tsx';
import { PagedTable } from '../../data/paged-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatDate, formatMoney, wordsOf } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { TimeRange } from '../time-range.tsx';
import classes from './ledger.module.css';

const back = <Link href={'/ops/ledger?view=accounts' as Route}>Accounts</Link>;

/** One account: what is in it, what moved, and its statement. */
export function AccountPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(accountQuery(id));
  if (data) return <Loaded account={data} />;
  const missing = isStatus(error, 404);
  return (
    <>
      <PageHeader title={missing ? 'No such account' : 'Account'} above={back} />
      {missing ? (
        <EmptyState title="There is no account with this id">The address is not right.</EmptyState>
      ) : error ? (
        <ErrorState what="The account could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={10} />
      )}
    </>
  );
}

const amountIf = (side: AccountEntry['direction']) => (entry: AccountEntry) =>
  entry.direction === side ? <MoneyText {...entry.amount} /> : '';

const moved: Column<AccountEntry>[] = [
  { id: 'number', header: 'Number', width: '10%', cell: (entry) => <span className="mono">{entry.number}</span> },
  { id: 'kind', header: 'Kind', width: '12%', cell: (entry) => wordsOf(entry.kind) },
  { id: 'memo', header: 'What', text: true, cell: (entry) => entry.memo ?? '–', hideBelow: 'md' },
  {
    id: 'effective',
    header: 'Effective',
    width: '13%',
    cell: (entry) => formatDate(entry.effectiveOn),
    hideBelow: 'md',
  },
  {
    id: 'booked',
    header: 'Booked',
    width: '11%',
    cell: (entry) => <RelativeTime at={entry.bookedAt} />,
    hideBelow: 'sm',
  },
  { id: 'debit', header: 'Debit', width: '11%', align: 'end', cell: amountIf('debit') },
  { id: 'credit', header: 'Credit', width: '11%', align: 'end', cell: amountIf('credit') },
];

const balanceAfter: Column<AccountEntry> = {
  id: 'balance',
  header: 'Balance',
  width: '12%',
  align: 'end',
  cell: (entry) => (entry.balanceAfter ? <MoneyText {...entry.balanceAfter} /> : '–'),
};

function Loaded({ account }: { account: Account }) {
  const { values, set } = useFilters(['state', 'from', 'to']);
  const { from = '', to = '' } = values;
  const state = values.state === 'pending' ? 'pending' : 'posted';
  const list = useInfiniteQuery(accountEntriesQuery(account.id, { state, from, to }));
  const router = useRouter();
  // The house's own accounts are written by everything at once: they keep no balance line by line.
  const running = account.code === null && state === 'posted';
  const { currency } = account;
  return (
    <>
      <PageHeader
        above={back}
        title={account.name}
        state={<StatePill state={account.status} tone={account.status === 'open' ? 'ok' : 'neutral'} />}
        lead={
          <span className={classes.lead}>
            <span className="mono">{account.number}</span>
            <span>{wordsOf(account.class)}</span>
            {account.memberId ? <Link href={`/ops/members/${account.memberId}` as Route}>Open the member</Link> : null}
          </span>
        }
      />
      <div className={classes.tiles}>
        <MetricTile label="Balance" value={formatMoney(account.balance.amount, currency)} />
        <MetricTile
          label="Held"
          value={formatMoney(account.pendingDebits.amount, currency)}
          note="counts against what is available"
        />
        <MetricTile
          label="Available"
          value={account.available ? formatMoney(account.available.amount, currency) : 'No limit'}
          {...(account.overdraftLimit.amount > 0
            ? { note: `with an overdraft of ${formatMoney(account.overdraftLimit.amount, currency)}` }
            : {})}
        />
      </div>
      <Statement id={account.id} />
      <div className={classes.under}>
        <SegmentedControl
          aria-label="Show"
          size="xs"
          data={[
            { value: 'posted', label: 'Posted' },
            { value: 'pending', label: 'Held now' },
          ]}
          value={state}
          onChange={(next) => set('state', next === 'pending' ? next : '')}
        />
        <span className={classes.range}>
          <TimeRange from={from} to={to} onChange={set} />
        </span>
      </div>
      <PagedTable
        caption="Entries"
        columns={running ? [...moved, balanceAfter] : moved}
        list={list}
        expect={15}
        rowId={(entry) => `${entry.entryId} ${entry.line}`}
        rowLabel={(entry) => `entry ${entry.number}`}
        onOpen={(entry) => router.push(`/ops/ledger/entries/${entry.entryId}` as Route)}
        empty={
          <EmptyState title={state === 'pending' ? 'Nothing is held' : 'Nothing has moved'}>
            {state === 'pending' ? 'What is promised but not posted stands here.' : 'No entry in this time.'}
          </EmptyState>
        }
      />
    </>
  );
}

/** This month so far, `YYYY-MM-DD`, UTC. */
function thisMonth(): { from: string; to: string } {
  const to = new Date().toISOString().slice(0, 10);
  return { from: `${to.slice(0, 8)}01`, to };
}

function Statement({ id }: { id: string }) {
  const [days, setDays] = useState(thisMonth);
  const wrong = days.from === '' || days.to === '' || days.from > days.to;
  return (
    <form className={classes.statement} aria-label="Statement" onSubmit={(event) => event.preventDefault()}>
      <TextInput
        label="Statement from"
        type="date"
        value={days.from}
        onChange={(event) => setDays({ ...days, from: event.currentTarget.value })}
      />
      <TextInput
        label="to (both days included, UTC)"
        type="date"
        value={days.to}
        error={wrong ? 'Not before the first day' : null}
        onChange={(event) => setDays({ ...days, to: event.currentTarget.value })}
      />
      {(['csv', 'pdf'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          href={wrong ? undefined : statementUrl(id, format, days)}
          download
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </form>
  );
}
