import { queryOptions } from '@tanstack/react-query';
import { get } from '../client.ts';
import type { ConsoleOverview } from './shapes.ts';

export const consoleOverviewKey = ['console', 'overview'] as const;

/** What needs a person and what flows, read again while somebody looks. */
export const consoleOverviewQuery = (everyMs: number) =>
  queryOptions({
    queryKey: consoleOverviewKey,
    queryFn: ({ signal }) => get<ConsoleOverview>('/overview', signal),
    refetchInterval: everyMs,
    staleTime: 4_000,
  });

/** Says when something has happened, at most once a second. */
export const overviewStreamUrl = '/api/v1/overview/stream';
export const overviewStreamName = 'changed';
