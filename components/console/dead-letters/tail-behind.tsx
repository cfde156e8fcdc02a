'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { deadLettersQuery } from '../../api/console/dead-letters.ts';
import type { DeadLetter } from '../../api/console/shapes.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { counted } from '../rate.ts';
import classes from './dead-letters.module.css';

/** Open dead letters of the same record, in the order in which they go on. */
export function TailBehind({ letter }: { letter: DeadLetter }) {
  const list = useInfiniteQuery(
    deadLettersQuery({ status: 'open', queue: letter.queue, ...(letter.key ? { key: letter.key } : {}) }, 50),
  );
  const others = list.data?.pages[0]?.data.filter(({ id }) => id !== letter.id).toReversed();
  return (
    <section>
      <h3 className={classes.heading}>Same record</h3>
      {others === undefined ? (
        list.error ? (
          <ErrorState what="They could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <TextSkeleton lines={2} />
        )
      ) : others.length === 0 ? (
        <p className={classes.dim}>Nothing else of this record waits.</p>
      ) : (
        <>
          <p className={classes.dim}>{counted(others.length, 'other')} of this record, oldest first.</p>
          <ul className={classes.preview}>
            {others.map((other) => (
              <li key={other.id}>
                <Link href={`/ops/dead-letters/${other.id}` as Route}>{other.tail ? 'Waits behind' : other.error}</Link>
                <RelativeTime at={other.createdAt} className={classes.dim ?? ''} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
