import { queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';
import type { Page, Plan } from './shapes.ts';

export const plansQuery = () =>
  queryOptions({ queryKey: ['plans'], queryFn: ({ signal }) => get<Page<Plan>>('/plans', signal), staleTime: 300_000 });
