'use client';

import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { entryQuery, ledgerKey, reverseEntry } from '../../api/console/ledger.ts';
import type { JournalEntry } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { isStatus } from '../../api/problem.ts';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatDate, formatDateTime, formatMoney, wordsOf } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import classes from './ledger.module.css';
import { totalOf } from './sides.ts';

const back = <Link href={'/ops/ledger?view=journal' as Route}>Journal</Link>;

/** One entry with its postings, what it belongs to, and how it is taken back. */
export function EntryPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(entryQuery(id));
  if (data) return <Loaded entry={data} />;
  const missing = isStatus(error, 404);
  return (
    <>
      <PageHeader title={missing ? 'No such entry' : 'Entry'} above={back} />
      {missing ? (
        <EmptyState title="There is no entry with this id">The address is not right.</EmptyState>
      ) : error ? (
        <ErrorState what="The entry could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={8} />
      )}
    </>
  );
}

function Loaded({ entry }: { entry: JournalEntry }) {
  const may = useMay();
  const [reversing, setReversing] = useState(false);
  const total = formatMoney(totalOf(entry), entry.currency);
  return (
    <>
      <PageHeader
        above={back}
        title={`${entry.number} ${wordsOf(entry.kind)}`}
        state={<StatePill state={entry.reversedBy ? 'reversed' : entry.state} tone={toneOf(entry)} />}
        lead={entry.memo}
        actions={
          entry.reversible && may('ledger:manage') ? (
            <Button variant="default" onClick={() => setReversing(true)}>
              Reverse
            </Button>
          ) : null
        }
      />
      <div className={classes.balance}>
        <Card id="postings" title="Postings">
          <PostingTable entry={entry} />
        </Card>
        <Card id="facts" title="Entry">
          <Facts entry={entry} />
        </Card>
      </div>
      {reversing ? <ReverseDialog entry={entry} total={total} onClose={() => setReversing(false)} /> : null}
    </>
  );
}

const toneOf = ({ state, reversedBy }: JournalEntry) =>
  reversedBy || state === 'void' ? 'neutral' : state === 'pending' ? 'info' : 'ok';

function PostingTable({ entry: { postings, currency } }: { entry: JournalEntry }) {
  return (
    <table className={classes.sheet}>
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Debit</th>
          <th scope="col">Credit</th>
        </tr>
      </thead>
      <tbody>
        {postings.map((posting, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry never changes.
          <tr key={index}>
            <th scope="row">
              <Link href={`/ops/ledger/accounts/${posting.accountId}` as Route}>{posting.accountName}</Link>{' '}
              <span className={classes.dim}>{posting.accountNumber}</span>
            </th>
            <td>{posting.direction === 'debit' ? formatMoney(posting.amount.amount, currency) : ''}</td>
            <td>{posting.direction === 'credit' ? formatMoney(posting.amount.amount, currency) : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where what an entry belongs to is shown; transfers, loans and invoices have no page in the console. */
const pages: Record<string, string> = { memberId: '/ops/members', orderId: '/ops/orders', paymentId: '/ops/payments' };

function Facts({ entry }: { entry: JournalEntry }) {
  const entryLink = (id: string | null) =>
    id ? <Link href={`/ops/ledger/entries/${id}` as Route}>Open the entry</Link> : null;
  const links = [
    { label: 'Takes back', value: entryLink(entry.reverses) },
    { label: 'Taken back by', value: entryLink(entry.reversedBy) },
    { label: 'Resolves', value: entryLink(entry.resolves) },
    { label: 'Resolved by', value: entryLink(entry.resolvedBy) },
  ].filter(({ value }) => value !== null);
  const refs = Object.entries(entry.refs).filter(([, id]) => id !== undefined);
  return (
    <KeyValueList
      items={[
        { label: 'Effective', value: formatDate(entry.effectiveOn) },
        { label: 'Booked', value: formatDateTime(entry.bookedAt) },
        ...links,
        ...refs.map(([name, id]) => ({
          label: wordsOf(name.replace(/Id$/, '')),
          value: pages[name] ? (
            <Link href={`${pages[name]}/${id}` as Route}>
              <span className="mono">…{id.slice(-8)}</span>
            </Link>
          ) : (
            <IdText id={id} label={name} short />
          ),
        })),
        {
          label: 'Events',
          value: <Link href={`/ops/events?correlationId=${entry.correlationId}` as Route}>Of the same request</Link>,
        },
        { label: 'Id', value: <IdText id={entry.id} label="entry id" short /> },
      ]}
    />
  );
}

function ReverseDialog({ entry, total, onClose }: { entry: JournalEntry; total: string; onClose: () => void }) {
  const intent = useIntent();
  const client = useQueryClient();
  const router = useRouter();
  return (
    <ReasonDialog
      title={`Reverse ${entry.number}`}
      confirm={`Reverse ${total}`}
      danger
      work={async (reason) => {
        const mirror = await intent({ id: entry.id, reason }, (key) => reverseEntry(entry.id, reason, key));
        void client.invalidateQueries({ queryKey: ledgerKey });
        router.push(`/ops/ledger/entries/${mirror.id}` as Route);
      }}
      onClose={onClose}
    >
      Its mirror image is posted; both stay in the journal. No money moves at the bank or the gateway, and nobody is
      written to.
    </ReasonDialog>
  );
}
