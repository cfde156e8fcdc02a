'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { eventStreamName, eventStreamUrl, newestEvents } from '../../api/console/events.ts';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { type StreamState, useEventStream } from '../../api/event-stream.ts';
import { askable, type TailFilter, withArrivals } from './tail.ts';

/** Shown at once; what arrives is added to them. */
const firstSize = 200;
/** Arrivals are shown together this often, in milliseconds: a table cannot be drawn hundreds of times a second. */
const drawEvery = 250;
export interface EventTail {
  /** Newest first; undefined until the first page is there. */
  events: StoredEvent[] | undefined;
  /** Arrived while paused. */
  held: number;
  stream: StreamState;
  error: unknown;
  retry: () => void;
}

/** The newest events of a filter, and what arrives, at most `tailSize`. Paused, arrivals are kept aside. */
export function useEventTail(filter: TailFilter, paused: boolean): EventTail {
  const asked = askable(filter);
  const key = JSON.stringify(asked);
  const [events, setEvents] = useState<StoredEvent[] | undefined>(undefined);
  const [loaded, setLoaded] = useState<string | null>(null);
  const [held, setHeld] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const waiting = useRef<StoredEvent[]>([]);
  const newest = useRef(0);
  /** More has passed by than is kept: what waits does not join on to what is shown. */
  const torn = useRef(false);

  const keep = useCallback((arrived: readonly StoredEvent[]) => {
    waiting.current = withArrivals(waiting.current, arrived);
    newest.current = Math.max(newest.current, ...arrived.map(({ position }) => position));
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is in its key; `turn` asks again.
  useEffect(() => {
    const abort = new AbortController();
    waiting.current = [];
    newest.current = 0;
    torn.current = false;
    setEvents(undefined);
    setHeld(0);
    setError(null);
    newestEvents(asked, firstSize, abort.signal).then(
      (first) => {
        keep(first);
        setEvents(withArrivals([], waiting.current));
        waiting.current = [];
        setLoaded(key);
      },
      (failure: unknown) => {
        if (!abort.signal.aborted) setError(failure);
      },
    );
    return () => abort.abort();
  }, [key, turn, keep]);

  // Begins where the first page ended, so that nothing passes by in between. So it does after a break when little can have
  // happened; else the newest are read, for nobody wants an hour of everything.
  const narrow = asked.stream !== '' || asked.correlationId !== '' || asked.memberId !== '';
  const stream = useEventStream(loaded === key ? eventStreamUrl(asked) : null, eventStreamName, {
    onEvent: (text) => keep([JSON.parse(text) as StoredEvent]),
    after: (again) => (again && !narrow ? undefined : newest.current),
    onReopen: () =>
      void newestEvents({ ...asked, after: newest.current }, firstSize).then((missed) => {
        if (missed.length === firstSize) torn.current = true;
        keep(missed);
      }, setError),
  });

  useEffect(() => {
    const draw = () => {
      const arrived = waiting.current;
      if (arrived.length === 0) return;
      if (paused) {
        setHeld(arrived.length);
        return;
      }
      const joins = !torn.current;
      setEvents((shown) => {
        // The first page is still on its way: it will take these along.
        if (shown === undefined) return shown;
        waiting.current = [];
        torn.current = false;
        return withArrivals(joins ? shown : [], arrived);
      });
      setHeld(0);
    };
    draw();
    const timer = setInterval(draw, drawEvery);
    return () => clearInterval(timer);
  }, [paused]);

  return { events, held, stream, error, retry: () => setTurn((before) => before + 1) };
}
