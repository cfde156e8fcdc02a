import { queryOptions } from '@tanstack/react-query';
import { get } from '../client.ts';
import type { ConsoleOverview } from './shapes.ts';

export const consoleOverviewKey = ['console', 'overview'] as const;

/** The first page, read again every five seconds while somebody looks at it. */
export const consoleOverviewQuery = () =>
  queryOptions({
    queryKey: consoleOverviewKey,
    queryFn: ({ signal }) => get<ConsoleOverview>('/overview', signal),
    refetchInterval: 5_000,
    staleTime: 4_000,
  });
