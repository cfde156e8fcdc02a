'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { eventStreamName, eventStreamUrl, listEvents, subscriptionsQuery } from '../../api/console/events.ts';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { useEventStream } from '../../api/event-stream.ts';
import type { Liveness } from '../../values/live-dot.tsx';
import { newestEvents } from './newest.ts';
import { askable, type TailFilter, withArrivals } from './tail.ts';

/** Arrivals are shown together this often, in milliseconds: a table cannot be drawn hundreds of times a second. */
const drawEvery = 250;
export interface EventTail {
  /** Newest first; undefined until the first page is there. */
  events: StoredEvent[] | undefined;
  /** Arrived while paused. */
  held: number;
  state: Liveness;
  error: unknown;
  retry: () => void;
}

/** The newest events of a filter, and what arrives, at most `tailSize`. Paused, arrivals are kept aside. */
export function useEventTail(filter: TailFilter, paused: boolean): EventTail {
  const client = useQueryClient();
  const asked = askable(filter);
  const key = JSON.stringify(asked);
  const [events, setEvents] = useState<StoredEvent[] | undefined>(undefined);
  const [held, setHeld] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const waiting = useRef<StoredEvent[]>([]);
  const newest = useRef(0);

  const keep = useCallback((arrived: readonly StoredEvent[]) => {
    waiting.current = withArrivals(waiting.current, arrived);
    newest.current = Math.max(newest.current, ...arrived.map(({ position }) => position));
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is in its key; `turn` asks again.
  useEffect(() => {
    const abort = new AbortController();
    waiting.current = [];
    newest.current = 0;
    setEvents(undefined);
    setHeld(0);
    setError(null);
    firstEvents(client, asked, abort.signal).then(
      (first) => {
        keep(first);
        setEvents(withArrivals([], waiting.current));
        waiting.current = [];
      },
      (failure: unknown) => {
        if (!abort.signal.aborted) setError(failure);
      },
    );
    return () => abort.abort();
  }, [key, turn, client, keep]);

  const state = useEventStream(eventStreamUrl(asked), eventStreamName, {
    onEvent: (text) => keep([JSON.parse(text) as StoredEvent]),
    // Between closing and opening events may have passed by.
    onReopen: () => {
      if (newest.current === 0) return;
      void listEvents({ ...asked, after: newest.current, limit: 200 }).then(({ data }) => keep(data), setError);
    },
  });

  useEffect(() => {
    const draw = () => {
      const arrived = waiting.current;
      if (arrived.length === 0) return;
      if (paused) {
        setHeld(arrived.length);
        return;
      }
      setEvents((shown) => {
        // The first page is still on its way: it will take these along.
        if (shown === undefined) return shown;
        waiting.current = [];
        return withArrivals(shown, arrived);
      });
      setHeld(0);
    };
    draw();
    const timer = setInterval(draw, drawEvery);
    return () => clearInterval(timer);
  }, [paused]);

  return { events, held, state, error, retry: () => setTurn((before) => before + 1) };
}

/** The newest position: where the readers are, and what they have still before them. */
async function firstEvents(client: ReturnType<typeof useQueryClient>, filter: TailFilter, signal: AbortSignal) {
  const { data } = await client.fetchQuery(subscriptionsQuery());
  const head = Math.max(0, ...data.map(({ position, lag }) => position + lag));
  return newestEvents((query) => listEvents({ ...filter, ...query }, signal), filter, head);
}
