'use client';

import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Permission } from '#server/access/permissions.ts';
import { meQuery } from '../api/me.ts';

const fromServer = createContext<readonly string[]>([]);

/** What the server knew of the person when it drew the page: so that no button appears late. */
export const ServerPermissions = fromServer.Provider;

/** What the signed-in person may do. The server decides each time; this only hides what it would refuse. */
export function usePermissions(): readonly string[] {
  const known = use(fromServer);
  const { data: me } = useQuery(meQuery());
  return me?.permissions ?? known;
}

export function useMay(): (permission: Permission) => boolean {
  const held = usePermissions();
  return (permission) => held.includes(permission);
}
