'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { deadLetterQuery } from '../../api/console/dead-letters.ts';
import type { DeadLetterDetail } from '../../api/console/shapes.ts';
import { JsonView } from '../../data/json-view.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { wordsOf } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import { DeadLetterActions } from './dead-letter-actions.tsx';
import classes from './dead-letters.module.css';
import { statusTones, statusWords } from './statuses.ts';
import { TailBehind } from './tail-behind.tsx';

/** One dead letter: what is wrong, what it carries, what waits for it, and what can be done. */
export function DeadLetterView({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(deadLetterQuery(id));
  if (data) return <Whole letter={data} />;
  if (error)
    return <ErrorState what="The dead letter could not be loaded" error={error} onRetry={() => void refetch()} />;
  return <TextSkeleton lines={9} />;
}

function MemberOf({ id }: { id: string | null }) {
  const may = useMay();
  if (id === null) return 'None';
  if (!may('members:open')) return <IdText id={id} label="member id" />;
  return <Link href={`/ops/members/${id}` as Route}>Open the member</Link>;
}

function Whole({ letter }: { letter: DeadLetterDetail }) {
  return (
    <div className={classes.view}>
      <div className={classes.what}>
        <StatePill state={letter.status} tone={statusTones[letter.status]}>
          {statusWords[letter.status]}
        </StatePill>
        <p className={classes.message}>{letter.error}</p>
        {letter.tail && letter.status === 'open' ? (
          <p className={classes.dim}>It did not fail itself: it goes on when the first of its record is dealt with.</p>
        ) : null}
      </div>
      <DeadLetterActions letter={letter} />
      <KeyValueList
        items={[
          { label: 'Queue', value: <span className="mono">{letter.queue}</span> },
          { label: 'Kind', value: letter.kind === 'job' ? 'A job' : 'An event that a reader cannot handle' },
          { label: 'Error class', value: wordsOf(letter.errorClass) },
          { label: 'Attempts', value: String(letter.attempts) },
          { label: 'Redriven', value: letter.redrives === 0 ? 'Never' : `${letter.redrives} times` },
          { label: 'Since', value: <RelativeTime at={letter.createdAt} /> },
          ...(letter.statusAt
            ? [
                {
                  label: statusWords[letter.status],
                  value: (
                    <>
                      <RelativeTime at={letter.statusAt} />
                      {letter.statusReason ? `: ${letter.statusReason}` : ''}
                    </>
                  ),
                },
              ]
            : []),
          {
            label: 'Member',
            value: <MemberOf id={letter.memberId} />,
          },
          {
            label: 'Event',
            value: letter.eventId ? (
              <Link href={`/ops/events/${letter.eventId}` as Route}>Open the event</Link>
            ) : (
              'None'
            ),
          },
          { label: 'Record', value: letter.key ? <IdText id={letter.key} label="record key" /> : 'None' },
          { label: 'Correlation id', value: <IdText id={letter.correlationId} label="correlation id" /> },
          {
            label: 'Cause',
            value: (
              <Link href={`/ops/dead-letters?fingerprint=${encodeURIComponent(letter.fingerprint)}` as Route}>
                All with this cause
              </Link>
            ),
          },
        ]}
      />
      <section>
        <h3 className={classes.heading}>Payload</h3>
        <p className={classes.hint}>Values that begin with “sealed” are personal. Nobody can read them here.</p>
        <JsonView value={letter.payload} label="Payload" />
      </section>
      {letter.key === null ? null : <TailBehind letter={letter} />}
    </div>
  );
}
