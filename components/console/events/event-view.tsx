'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { correlatedEventsQuery, eventQuery } from '../../api/console/events.ts';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { JsonView } from '../../data/json-view.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatDateTime, formatNumber } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { ActorName } from '../actor-name.tsx';
import { Correlated } from './correlated.tsx';
import classes from './event-view.module.css';

/** One event, read by its id: metadata, payload, what caused it and what it belongs to. */
export function EventView({ id, known }: { id: string; known?: StoredEvent | undefined }) {
  const { data, error, refetch } = useQuery({
    ...eventQuery(id),
    ...(known ? { initialData: known } : {}),
  });
  if (data) return <WholeEvent event={data} />;
  if (error) return <ErrorState what="The event could not be loaded" error={error} onRetry={() => void refetch()} />;
  return <TextSkeleton lines={8} />;
}

function WholeEvent({ event }: { event: StoredEvent }) {
  return (
    <div className={classes.view}>
      <KeyValueList
        items={[
          { label: 'Position', value: formatNumber(event.position) },
          {
            label: 'Stream',
            value: (
              <Link href={`/ops/events?stream=${encodeURIComponent(event.stream)}` as Route} className={classes.mono}>
                {event.stream}
              </Link>
            ),
          },
          { label: 'Version', value: `${event.version} of its stream, schema ${event.schemaVersion}` },
          { label: 'Occurred', value: <RelativeTime at={event.occurredAt} /> },
          { label: 'Recorded', value: formatDateTime(event.recordedAt) },
          { label: 'Caused by', value: <Cause event={event} /> },
          { label: 'Actor', value: <ActorName {...event.actor} whole /> },
          { label: 'Source', value: event.source },
          { label: 'Event id', value: <IdText id={event.id} label="event id" /> },
          { label: 'Correlation id', value: <IdText id={event.correlationId} label="correlation id" /> },
        ]}
      />
      <section>
        <h3 className={classes.heading}>Payload</h3>
        <JsonView value={event.data} label="Payload" />
      </section>
      <CorrelatedEvents event={event} />
    </div>
  );
}

function Cause({ event }: { event: StoredEvent }) {
  const cause = useQuery({ ...eventQuery(event.causationId ?? ''), enabled: event.causationId !== null });
  if (event.causationId === null) return 'A request, not another event';
  return (
    <Link href={`/ops/events/${event.causationId}` as Route}>
      {cause.data ? `${cause.data.type} · ${formatNumber(cause.data.position)}` : 'Another event'}
    </Link>
  );
}

function CorrelatedEvents({ event }: { event: StoredEvent }) {
  const { data, error, refetch } = useQuery(correlatedEventsQuery(event.correlationId));
  return (
    <section>
      <h3 className={classes.heading}>
        Same correlation id
        {data ? (
          <Link href={`/ops/events?correlationId=${event.correlationId}` as Route} className={classes.more}>
            Open in the list
          </Link>
        ) : null}
      </h3>
      {data ? (
        <Correlated events={data.data} current={event.id} />
      ) : error ? (
        <ErrorState what="They could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={3} />
      )}
    </section>
  );
}
