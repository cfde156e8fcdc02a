'use client';

import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type Account, type AccountEntry, entriesQuery } from '../../api/accounts.ts';
import { Row, RowList } from '../../data/row-list.tsx';
import { Select } from '../../forms/select.tsx';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { HiddenText } from '../../page/hidden-text.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { useNow } from '../../values/clock.ts';
import { formatDate } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import classes from './account.module.css';
import { monthsOf, signedAmount, spanOf } from './balance.ts';
import { entryLink, entryWords } from './entry-words.ts';

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** What moved on the account, the newest first; one month of it, when the address names one. */
export function Entries({ account }: { account: Account }) {
  const now = useNow();
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const month = search.get('month');
  const span = spanOf(month);
  const list = useInfiniteQuery(entriesQuery(account.id, span));
  const entries = list.data?.pages.flatMap((page) => page.data);
  const months = now === null ? [] : monthsOf(account.createdAt, now);
  const shown = span && month ? month : '';
  if (shown && !months.includes(shown)) months.push(shown);

  function choose(value: string) {
    const next = new URLSearchParams(search);
    if (value) next.set('month', value);
    else next.delete('month');
    router.replace(`${path}?${next}` as Parameters<typeof router.replace>[0], { scroll: false });
  }

  return (
    <Card
      id="entries"
      title="What moved"
      aside={
        <Select
          aria-label="Month"
          size="sm"
          value={shown}
          onChange={(event) => choose(event.currentTarget.value)}
          data={[
            { value: '', label: 'All months' },
            ...months.map((value) => ({ value, label: monthName.format(new Date(`${value}-01`)) })),
          ]}
        />
      }
    >
      {!entries && list.isError ? (
        <ErrorState what="What moved could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
      ) : !entries ? (
        <ListSkeleton rows={5} />
      ) : entries.length === 0 ? (
        <EmptyState title={shown ? 'Nothing moved in this month' : 'Nothing has moved yet'}>
          {shown ? null : 'Add money, or give your account number to whoever owes you some.'}
        </EmptyState>
      ) : (
        <RowList>
          {entries.map((entry) => (
            <Entry key={`${entry.entryId}-${entry.line}`} entry={entry} />
          ))}
        </RowList>
      )}
      {list.hasNextPage ? (
        <Button variant="default" mt={16} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Card>
  );
}

function Entry({ entry }: { entry: AccountEntry }) {
  const link = entryLink(entry);
  return (
    <Row
      name={
        <>
          {entryWords(entry)}
          {link ? <HiddenText>, {entry.number}</HiddenText> : null}
        </>
      }
      {...(link ? { href: link as Route } : {})}
      about={
        <>
          <time dateTime={entry.bookedAt}>{formatDate(entry.bookedAt)}</time>
          {entry.memo ? ` · ${entry.memo}` : ''}
        </>
      }
      end={
        <span className={classes.amount} data-in={entry.direction === 'credit'}>
          <MoneyText amount={signedAmount(entry)} currency={entry.amount.currency} signed />
        </span>
      }
      endNote={
        entry.balanceAfter ? (
          <>
            <HiddenText>Balance after it: </HiddenText>
            <MoneyText {...entry.balanceAfter} />
          </>
        ) : null
      }
    />
  );
}
