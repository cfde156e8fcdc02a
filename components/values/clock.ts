'use client';

import { useSyncExternalStore } from 'react';

/** One ticking clock for all relative times on a page: ten thousand rows, one timer, none while the tab is hidden. */
const listeners = new Set<() => void>();
let now = 0;
let timer: ReturnType<typeof setInterval> | null = null;

function tick() {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (timer === null) {
    timer = setInterval(tick, 10_000);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
    now = 0;
    document.removeEventListener('visibilitychange', tick);
  };
}

function snapshot() {
  if (now === 0) now = Date.now();
  return now;
}

/** Milliseconds since the epoch, moving every ten seconds; null while rendering on the server and hydrating. */
export const useNow = (): number | null => useSyncExternalStore<number | null>(subscribe, snapshot, () => null);
