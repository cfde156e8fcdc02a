import { queryOptions } from '@tanstack/react-query';
import { get, remove } from './client.ts';
import type { Page, Session } from './shapes.ts';

export const sessionKeys = { list: ['sessions'] as const };

export const sessionsQuery = () =>
  queryOptions({ queryKey: sessionKeys.list, queryFn: ({ signal }) => get<Page<Session>>('/sessions', signal) });

export const endSession = (id: string) => remove(`/sessions/${id}`);

/** All but the one that asks. */
export const endOtherSessions = () => remove('/sessions');
