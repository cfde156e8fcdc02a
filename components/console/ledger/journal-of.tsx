'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { entriesOfQuery } from '../../api/console/ledger.ts';
import type { JournalEntry } from '../../api/console/shapes.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatMoney, wordsOf } from '../../values/format.ts';
import classes from './ledger.module.css';

/** Every journal entry about one thing, the oldest first, with its postings. `about` is an order, a payment, a transfer … */
export function JournalOf({ about }: { about: string }) {
  const { data, error, refetch } = useQuery(entriesOfQuery(about));
  if (!data) {
    return error ? (
      <ErrorState what="The entries could not be loaded" error={error} onRetry={() => void refetch()} />
    ) : (
      <TextSkeleton lines={4} />
    );
  }
  if (data.length === 0) return <p className={classes.none}>Nothing is posted yet.</p>;
  return (
    <ol className={classes.entries}>
      {data.map((entry, index) => (
        <li key={entry.id} className={classes.entry} data-state={entry.state}>
          <div className={classes.entryHead}>
            <Link href={`/ops/ledger/entries/${entry.id}` as Route}>{entry.number}</Link>
            <span>{wordsOf(entry.kind)}</span>
            {entry.state === 'posted' ? null : <span className={classes.dim}>{wordsOf(entry.state)}</span>}
            {entry.reversedBy ? <span className={classes.dim}>Taken back</span> : null}
          </div>
          <Postings entry={entry} headed={index === 0} />
        </li>
      ))}
    </ol>
  );
}

/** `headed`: the names of the columns are seen, not only heard. */
function Postings({ entry: { postings, currency }, headed }: { entry: JournalEntry; headed: boolean }) {
  return (
    <table className={classes.postings}>
      <thead className={headed ? classes.dim : classes.spoken}>
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
            <td>{posting.accountName}</td>
            <td>{posting.direction === 'debit' ? formatMoney(posting.amount.amount, currency) : ''}</td>
            <td>{posting.direction === 'credit' ? formatMoney(posting.amount.amount, currency) : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
