'use client';

import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { eventStreamName, eventStreamUrl } from '../../api/console/events.ts';
import { useEventStream } from '../../api/event-stream.ts';
import { memberKeys } from '../../api/members.ts';
import type { Liveness } from '../../values/live-dot.tsx';

/** Several events of one change arrive together: the page is read once, this long after the last, in milliseconds. */
const settleMs = 250;

/** Reads the member again when an event about them arrives. `since`: when the stream was last heard to be alive. */
export function useLiveMember(id: string): { state: Liveness; since: number | null } {
  const client = useQueryClient();
  const [since, setSince] = useState<number | null>(null);
  const refresh = useDebouncedCallback(() => void client.invalidateQueries({ queryKey: memberKeys.one(id) }), settleMs);
  const state = useEventStream(eventStreamUrl({ memberId: id }), eventStreamName, {
    onEvent: refresh,
    onReopen: refresh,
  });
  useEffect(() => {
    if (state === 'live') setSince(null);
    else setSince((before) => before ?? Date.now());
  }, [state]);
  return { state, since };
}
