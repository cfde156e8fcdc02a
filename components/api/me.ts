import { queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';
import type { Me } from './shapes.ts';

/** The signed-in person. */
export const meQuery = () =>
  queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => get<Me>('/me', signal), staleTime: 300_000 });
