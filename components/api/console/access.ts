import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { ApiClient, ClientSecret, NewClient, NewUser, PermissionTable, Role, User } from './shapes.ts';

export type { NewClient } from './shapes.ts';

export const accessKeys = {
  users: ['console', 'users'] as const,
  clients: ['console', 'api-clients'] as const,
  permissions: ['console', 'permissions'] as const,
};

export const usersQuery = (filter: { q: string; role: Role | 'console' | null }, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...accessKeys.users, filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<User>>(`/users${query({ q: filter.q.trim(), role: filter.role, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
  });

/** Written down with who asked and why. */
export const revealUser = async (id: string, reason: string) =>
  (await post<{ email: string }>(`/users/${id}/reveals`, { reason })).email;

export const addUser = (input: NewUser, key: string) => post<{ id: string }>('/users', input, key);

export const setRoles = async (id: string, roles: Role[]) => {
  await call<null>(`/users/${id}/roles`, { method: 'PUT', body: { roles } });
};

export const switchUser = (id: string, to: 'disable' | 'enable', reason: string) =>
  post<null>(`/users/${id}/${to}`, { reason });

export const clientsQuery = () =>
  queryOptions({
    queryKey: accessKeys.clients,
    queryFn: ({ signal }) => get<Page<ApiClient>>('/api-clients', signal),
  });

export const createClient = (input: NewClient, key: string) => post<ClientSecret>('/api-clients', input, key);

export const rotateClient = (id: string, key: string) => post<ClientSecret>(`/api-clients/${id}/rotate`, {}, key);

export const switchClient = (id: string, to: 'disable' | 'enable', reason: string) =>
  post<null>(`/api-clients/${id}/${to}`, { reason });

export const permissionTableQuery = () =>
  queryOptions({
    queryKey: accessKeys.permissions,
    queryFn: ({ signal }) => get<PermissionTable>('/permissions', signal),
    staleTime: 300_000,
  });
