'use client';

import { useEffect, useRef, useState } from 'react';
import type { Liveness } from '../values/live-dot.tsx';
import { get } from './client.ts';
import { isCovered, onCover } from './cover.ts';
import { isStatus } from './problem.ts';
import { leaveIfSignedOut, toSignIn } from './signed-out.ts';

const firstDelay = 2_000;
const longestDelay = 60_000;
/** The server says something every five seconds. Two of them missed: nobody is there, whatever the connection says. */
const silenceMs = 12_000;

export interface StreamState {
  state: Liveness;
  /** When the server was last heard, in milliseconds since the epoch: while it is not live. */
  since: number | null;
}

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
): StreamState {
  const [state, setState] = useState<StreamState>({ state: 'connecting', since: null });
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    if (url === null) return;
    let source: EventSource | null = null;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    let silence: ReturnType<typeof setTimeout> | undefined;
    let delay = firstDelay;
    let opened = false;
    let heardAt: number | null = null;

    const close = () => {
      clearTimeout(reopening);
      clearTimeout(silence);
      source?.close();
      source = null;
    };
    const lost = () => setState({ state: 'stale', since: heardAt });
    const openLater = () => {
      close();
      reopening = setTimeout(open, delay);
      delay = Math.min(delay * 2, longestDelay);
    };
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        lost();
        openLater();
      }, silenceMs);
    };
    const heard = () => {
      heardAt = Date.now();
      listen();
    };
    const open = () => {
      close();
      const after = latest.current.after?.(opened);
      source = new EventSource(after === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}after=${after}`);
      listen();
      source.addEventListener('open', () => {
        heard();
        setState({ state: 'live', since: null });
        delay = firstDelay;
        if (opened && after === undefined) latest.current.onReopen?.();
        opened = true;
      });
      source.addEventListener('ping', heard);
      source.addEventListener('end', () => void leaveIfSignedOut());
      source.addEventListener(event, (message) => {
        heard();
        latest.current.onEvent(message.data, message.lastEventId);
      });
      source.addEventListener('error', () => {
        lost();
        // The browser reconnects by itself after a lost connection, but gives up for good on a refusal.
        if (source?.readyState !== EventSource.CLOSED) return;
        openLater();
        void signInIfOver();
      });
    };
    let listening = false;
    // Whoever signs in while the page is covered may be somebody else: no stream of theirs is opened.
    const follow = () => {
      const wanted = !document.hidden && !isCovered();
      if (wanted === listening) return;
      listening = wanted;
      if (wanted) open();
      else close();
    };

    follow();
    document.addEventListener('visibilitychange', follow);
    const stopFollowing = onCover(follow);
    return () => {
      close();
      document.removeEventListener('visibilitychange', follow);
      stopFollowing();
    };
  }, [url, event]);

  return state;
}

/** A stream that was refused does not say why: it may be that the session ended while nobody looked. */
const signInIfOver = () =>
  get('/me').catch((error: unknown) => {
    if (isStatus(error, 401)) toSignIn();
  });
