'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { eventsAboutQuery } from '../../api/console/events.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { Correlated } from '../events/correlated.tsx';
import classes from './saga.module.css';

/** What a saga was begun by has caused, and what happened in `streams`: its own, its order's, its payment's. */
export function EventsCard({ correlationId, streams }: { correlationId: string; streams: readonly string[] }) {
  const { data, error, refetch } = useQuery(eventsAboutQuery(correlationId, streams));
  return (
    <Card
      id="events"
      title="Events"
      aside={
        <Link href={`/ops/events?correlationId=${correlationId}` as Route} className={classes.dim}>
          Of its request
        </Link>
      }
    >
      {data ? (
        <Correlated events={data} current="" />
      ) : error ? (
        <ErrorState what="They could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={6} />
      )}
    </Card>
  );
}
