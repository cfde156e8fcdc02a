'use client';

import { useNow } from './clock.ts';
import { formatRelative } from './format.ts';
import classes from './live-dot.module.css';

export type Liveness = 'live' | 'connecting' | 'stale';

const timeOfDay = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `Live`, `Connecting`, `Stale since 10:42`: the state of a stream. `since` in milliseconds since the epoch. */
export function LiveDot({ state, since }: { state: Liveness; since?: number | null }) {
  const text =
    state === 'live'
      ? 'Live'
      : state === 'connecting'
        ? 'Connecting'
        : `Stale${since ? ` since ${timeOfDay.format(since)}` : ''}`;
  return (
    <span className={classes.live} data-state={state} role="status">
      <span className={classes.dot} aria-hidden />
      {text}
    </span>
  );
}

/** `Updated 12 s ago`: for data that is read, not streamed. */
export function Freshness({ at }: { at: number | null }) {
  const now = useNow();
  if (now === null || !at) return null;
  return <span className={classes.live}>Updated {formatRelative(Math.min(at, now), now)}</span>;
}
