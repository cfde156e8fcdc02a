'use client';

import { useEffect, useRef, useState } from 'react';
import type { Liveness } from '../values/live-dot.tsx';

const firstDelay = 2_000;
const longestDelay = 60_000;

/**
 * Listens to server-sent events while the tab is visible: a browser holds six HTTP/1.1 connections per host, and a
 * person with many tabs would otherwise use them all up. Not before there is a `url`. `after` says, each time it is
 * opened (`again`: not for the first time), the position to go on from; without one `onReopen` runs, for events may have been missed.
 */
export function useEventStream(
  url: string | null,
  event: string,
  handlers: {
    onEvent: (data: string, id: string) => void;
    onReopen?: () => void;
    after?: (again: boolean) => number | undefined;
  },
): Liveness {
  const [state, setState] = useState<Liveness>('connecting');
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    if (url === null) return;
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let delay = firstDelay;
    let opened = false;

    const close = () => {
      clearTimeout(timer);
      source?.close();
      source = null;
    };
    const open = () => {
      close();
      const after = latest.current.after?.(opened);
      source = new EventSource(after === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}after=${after}`);
      source.addEventListener('open', () => {
        setState('live');
        delay = firstDelay;
        if (opened && after === undefined) latest.current.onReopen?.();
        opened = true;
      });
      source.addEventListener(event, (message) => latest.current.onEvent(message.data, message.lastEventId));
      source.addEventListener('error', () => {
        setState('stale');
        // The browser reconnects by itself after a lost connection, but gives up for good on a refusal.
        if (source?.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(open, delay);
        delay = Math.min(delay * 2, longestDelay);
      });
    };
    const followVisibility = () => {
      if (document.hidden) close();
      else open();
    };

    if (!document.hidden) open();
    document.addEventListener('visibilitychange', followVisibility);
    return () => {
      close();
      document.removeEventListener('visibilitychange', followVisibility);
    };
  }, [url, event]);

  return state;
}
