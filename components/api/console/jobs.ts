import { queryOptions } from '@tanstack/react-query';
import { get, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { Job } from './shapes.ts';

/** Queued, running and lately finished jobs of a record (its key) or of a correlation. */
export const jobsQuery = (filter: { key?: string; correlationId?: string }) =>
  queryOptions({
    queryKey: ['console', 'jobs', filter],
    queryFn: ({ signal }) => get<Page<Job>>(`/jobs${query(filter)}`, signal),
  });
