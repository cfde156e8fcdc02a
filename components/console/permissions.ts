'use client';

import { useQuery } from '@tanstack/react-query';
import type { Permission } from '#server/access/permissions.ts';
import { meQuery } from '../api/me.ts';

/** Whether the signed-in person has a permission; false until that is known. The server decides, this hides what would be refused. */
export function useMay(): (permission: Permission) => boolean {
  const { data: me } = useQuery(meQuery());
  return (permission) => me?.permissions.includes(permission) ?? false;
}
