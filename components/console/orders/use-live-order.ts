'use client';

import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { eventStreamName, eventStreamUrl, eventsAboutKey } from '../../api/console/events.ts';
import { entriesOfQuery } from '../../api/console/ledger.ts';
import { orderKey } from '../../api/console/orders.ts';
import { paymentsKey } from '../../api/console/payments.ts';
import { sagaKey, sagaQuery } from '../../api/console/sagas.ts';
import type { StaffOrder } from '../../api/console/shapes.ts';
import { documentKeys } from '../../api/documents.ts';
import { type StreamState, useEventStream } from '../../api/event-stream.ts';

/** The events of one move come together: the page is read once, this long after the last, in milliseconds. */
const settleMs = 300;

/** Reads an order and everything about it again when something happens to its member, or its saga has moved. */
export function useLiveOrder({ id, memberId, sagaId }: StaffOrder): StreamState & { refresh: () => void } {
  const client = useQueryClient();
  const saga = useQuery({ ...sagaQuery(sagaId ?? ''), enabled: sagaId !== null }).data;
  const refresh = useDebouncedCallback(() => {
    const keys = [
      orderKey(id),
      paymentsKey,
      documentKeys.all,
      entriesOfQuery(id).queryKey,
      ...(sagaId ? [sagaKey(sagaId)] : []),
      eventsAboutKey,
    ];
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  }, settleMs);
  const before = useRef(saga?.updatedAt);
  useEffect(() => {
    if (before.current !== undefined && saga?.updatedAt !== before.current) refresh();
    before.current = saga?.updatedAt;
  }, [saga?.updatedAt, refresh]);
  const stream = useEventStream(eventStreamUrl({ memberId }), eventStreamName, { onEvent: refresh, onReopen: refresh });
  return { ...stream, refresh };
}
