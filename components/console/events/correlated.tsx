import type { Route } from 'next';
import Link from 'next/link';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { formatDuration } from '../rate.ts';
import classes from './event-view.module.css';

/** Events of one request in their order, each with how long after the first it was recorded. */
export function Correlated({ events, current }: { events: StoredEvent[]; current: string }) {
  const first = events[0];
  if (!first) return <p className={classes.none}>There are none.</p>;
  const start = Date.parse(first.recordedAt);
  return (
    <ol className={classes.chain}>
      {events.map((event) => (
        <li key={event.id} className={classes.link} data-current={event.id === current}>
          {event.id === current ? (
            <span aria-current="true">{event.type}</span>
          ) : (
            <Link href={`/ops/events/${event.id}` as Route}>{event.type}</Link>
          )}
          <span className={classes.after}>
            {event === first ? 'first' : `+${formatDuration(Math.max(0, Date.parse(event.recordedAt) - start))}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
