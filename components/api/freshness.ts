'use client';

import { useEffect, useState } from 'react';
import type { StreamState } from './event-stream.ts';

interface Read {
  data: unknown;
  error: unknown;
  /** Milliseconds since the epoch; 0 before the first. */
  dataUpdatedAt: number;
}

/** What an answer may take before a read counts as missed, in milliseconds. */
const answerMs = 2_000;

/** How fresh is what is read every `everyMs`: stale when it fails, and when two reads in a row have not come, for one that hangs never fails. */
export function useFreshness({ data, error, dataUpdatedAt }: Read, everyMs: number): StreamState {
  const [overdue, setOverdue] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every answer begins the wait anew.
  useEffect(() => {
    setOverdue(false);
    const timer = setTimeout(() => setOverdue(true), 2 * everyMs + answerMs);
    return () => clearTimeout(timer);
  }, [dataUpdatedAt, everyMs]);
  if (error || overdue) return { state: 'stale', since: dataUpdatedAt || null };
  return { state: data === undefined ? 'connecting' : 'live', since: null };
}
