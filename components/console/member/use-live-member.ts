'use client';

import { useDebouncedCallback } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { eventStreamName, eventStreamUrl } from '../../api/console/events.ts';
import { type StreamState, useEventStream } from '../../api/event-stream.ts';
import { memberKeys } from '../../api/members.ts';

/** Several events of one change arrive together: the page is read once, this long after the last, in milliseconds. */
const settleMs = 250;

/** Reads the member again when an event about them arrives. */
export function useLiveMember(id: string): StreamState {
  const client = useQueryClient();
  const refresh = useDebouncedCallback(() => void client.invalidateQueries({ queryKey: memberKeys.one(id) }), settleMs);
  return useEventStream(eventStreamUrl({ memberId: id }), eventStreamName, { onEvent: refresh, onReopen: refresh });
}
