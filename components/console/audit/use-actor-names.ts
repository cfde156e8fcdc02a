'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { usersQuery } from '../../api/console/access.ts';
import type { AuditEntry } from '../../api/console/shapes.ts';
import { actorKind } from '../events/actor-text.ts';
import { useMay } from '../permissions.tsx';

/** Names of colleagues, for those who may see the accounts; everybody else sees the id that the entry has. */
export function useActorNames(): (entry: Pick<AuditEntry, 'actorKind' | 'userId'>) => string {
  const may = useMay();
  const users = useInfiniteQuery({ ...usersQuery({ q: '', role: null }, 200), enabled: may('access:manage') });
  const names = new Map(users.data?.pages.flatMap((page) => page.data).map(({ id, name }) => [id, name]));
  return ({ actorKind: kind, userId }) => {
    if (userId === null) return actorKind(kind);
    if (kind === 'system') return `Guildhall · ${userId}`;
    return names.get(userId) ?? (userId.length > 20 ? `…${userId.slice(-8)}` : userId);
  };
}
