import { queryOptions } from '@tanstack/react-query';
import { get } from '../client.ts';
import type { ConsoleOverview } from './shapes.ts';

export const consoleOverviewKey = ['console', 'overview'] as const;

/** The first page, read again while somebody looks: there every five seconds, for the counts in the rail less often. */
export const consoleOverviewQuery = (everyMs = 5_000) =>
  queryOptions({
    queryKey: consoleOverviewKey,
    queryFn: ({ signal }) => get<ConsoleOverview>('/overview', signal),
    refetchInterval: everyMs,
    staleTime: 4_000,
  });
