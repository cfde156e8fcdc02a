'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { correlatedEventsQuery } from '../../api/console/events.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { Correlated } from '../events/correlated.tsx';
import classes from './saga.module.css';

/** What one request, and everything that followed from it, has caused. */
export function EventsCard({ correlationId }: { correlationId: string }) {
  const { data, error, refetch } = useQuery(correlatedEventsQuery(correlationId));
  return (
    <Card
      id="events"
      title="Events"
      aside={
        <Link href={`/ops/events?correlationId=${correlationId}` as Route} className={classes.dim}>
          Open in the list
        </Link>
      }
    >
      {data ? (
        <Correlated events={data.data} current="" />
      ) : error ? (
        <ErrorState what="They could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={6} />
      )}
    </Card>
  );
}
