'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { type Account, accountKeys, accountQuery, heldQuery, movementsQuery } from '../../api/accounts.ts';
import { useArrivals } from '../../api/arrivals.ts';
import { ChartFrame } from '../../data/chart-frame.tsx';
import { SeriesChart } from '../../data/series-chart.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { useNow } from '../../values/clock.ts';
import { formatDate, formatMoney, formatMoneyShort } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './account.module.css';
import { balancePoints, balanceWords, type DayBalance, dailyBalances, daysBefore } from './balance.ts';
import { Entries } from './entries.tsx';
import { entryLink, entryWords } from './entry-words.ts';
import { MoneyNav } from './money-nav.tsx';
import { NoAccount } from './no-account.tsx';
import { PaymentNews } from './payment-news.tsx';
import { Statement } from './statement.tsx';

const chartHeight = 200;
const days = 90;

/** The member's account: what is on it, how it went, what moved. */
export function AccountPage() {
  const { data: account, ...query } = useQuery(accountQuery());
  useFreshEntries(account);
  const client = useQueryClient();
  useArrivals(() => void client.invalidateQueries({ queryKey: accountKeys.all }));
  return (
    <>
      <PageHeader
        above={<MoneyNav />}
        title="Account"
        state={account?.status === 'closed' ? <StatePill state="closed" /> : null}
        lead={
          account ? `Number ${account.number}` : account === undefined ? <Skeleton height={16} width={140} /> : null
        }
      />
      <div className={stack.stack}>
        <PaymentNews />
        {account ? (
          <>
            <Balance account={account} />
            <Entries account={account} />
            <Statement account={account} />
          </>
        ) : account === null ? (
          <Card id="balance">
            <NoAccount closed={false} />
          </Card>
        ) : query.isError ? (
          <ErrorState
            what="Your account could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <>
            <Card id="balance">
              <Skeleton height={chartHeight + 210} />
            </Card>
            <Card id="entries">
              <ListSkeleton rows={5} />
            </Card>
          </>
        )}
      </div>
    </>
  );
}

/** The balance is asked for every now and then: when it has changed, so has what moved. */
function useFreshEntries(account: Account | null | undefined) {
  const client = useQueryClient();
  const seen = useRef<string | null>(null);
  const now = account
    ? `${account.balance.amount} ${account.pendingDebits.amount} ${account.pendingCredits.amount}`
    : null;
  const id = account?.id;
  useEffect(() => {
    if (now === null || id === undefined) return;
    if (seen.current !== null && seen.current !== now) {
      void client.invalidateQueries({ queryKey: [...accountKeys.all, id] });
    }
    seen.current = now;
  }, [now, id, client]);
}

function Balance({ account }: { account: Account }) {
  const { balance, available, pendingDebits, overdraftLimit, status } = account;
  return (
    <Card id="balance" title="Balance">
      <p className={classes.balance}>
        <MoneyText {...balance} />
      </p>
      {available ? (
        <p className={classes.available}>
          <MoneyText {...available} /> available
          {overdraftLimit.amount > 0 ? `, with ${formatMoney(overdraftLimit.amount, balance.currency)} of credit` : ''}
        </p>
      ) : null}
      {pendingDebits.amount > 0 ? <Held account={account} /> : null}
      {status === 'open' ? (
        <div className={`${stack.actions} ${classes.buttons}`}>
          <LinkButton href="/account/add">Add money</LinkButton>
          <LinkButton href="/transfers" quiet>
            Transfer
          </LinkButton>
        </div>
      ) : null}
      <History account={account} />
    </Card>
  );
}

/** What is spoken for: it still counts to the balance, and cannot be spent. */
function Held({ account }: { account: Account }) {
  const held = useQuery(heldQuery(account.id));
  const entries = held.data?.data.filter(({ direction }) => direction === 'debit') ?? [];
  return (
    <div className={classes.held}>
      <p className={stack.plain}>
        <MoneyText {...account.pendingDebits} /> is held and cannot be spent:
        {entries.length === 0 ? ' for something that is under way.' : ''}
      </p>
      <ul className={classes.reasons}>
        {entries.map((entry) => {
          const link = entryLink(entry);
          const words = entry.kind === 'transfer' ? 'A transfer that is under way' : entryWords(entry);
          return (
            <li key={`${entry.entryId}-${entry.line}`}>
              <MoneyText {...entry.amount} /> · {link ? <a href={link}>{words}</a> : words}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function History({ account }: { account: Account }) {
  const now = useNow();
  const since = now === null ? null : daysBefore(now, days - 1);
  const movements = useQuery({ ...movementsQuery(account.id, since ?? ''), enabled: since !== null });
  if (movements.isError && !movements.data) {
    return (
      <ErrorState
        what="The last 90 days could not be loaded"
        error={movements.error}
        onRetry={() => void movements.refetch()}
      />
    );
  }
  if (now === null || since === null || !movements.data) return <Skeleton height={chartHeight + 34} />;
  const balances = dailyBalances(account, movements.data, since, now);
  const { currency } = account;
  return (
    <ChartFrame
      title={titleOf(account, balances)}
      unit={`balance in ${currency}`}
      height={chartHeight}
      columns={['Day', 'Balance at its end']}
      rows={balances.toReversed().map(({ day, balance }) => [formatDate(day), formatMoney(balance, currency)] as const)}
    >
      <SeriesChart
        kind="steps"
        points={balancePoints(balances, currency)}
        label={balanceWords(balances, currency)}
        axis={(amount) => formatMoneyShort(amount, currency)}
      />
    </ChartFrame>
  );
}

function titleOf({ createdAt }: Account, [first, ...rest]: DayBalance[]): string {
  if (first === undefined || rest.length + 1 === days) return `The last ${days} days`;
  return first.day < createdAt ? 'Since it was opened' : `Since ${formatDate(first.day)}`;
}
