'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  consoleOverviewKey,
  consoleOverviewQuery,
  overviewStreamName,
  overviewStreamUrl,
} from '../../api/console/overview.ts';
import { useEventStream } from '../../api/event-stream.ts';
import { useFreshness } from '../../api/freshness.ts';

/** How often the overview is read while nobody says that something happened, in milliseconds. */
const pollEvery = 5_000;
/** And while somebody does: some of it changes with time alone, such as what is stuck. */
const backstopEvery = 10_000;

/** The overview, read again when something happens (the server says so at most once a second), by the clock without that. */
export function useLiveOverview() {
  const client = useQueryClient();
  const { state: stream } = useEventStream(overviewStreamUrl, overviewStreamName, {
    onEvent: () => void client.invalidateQueries({ queryKey: consoleOverviewKey }, { cancelRefetch: false }),
  });
  const everyMs = stream === 'live' ? backstopEvery : pollEvery;
  const overview = useQuery(consoleOverviewQuery(everyMs));
  return { ...overview, stream, freshness: useFreshness(overview, everyMs) };
}
