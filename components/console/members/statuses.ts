import type { MemberStatus } from '../../api/shapes.ts';

export const memberStatuses = [
  'active',
  'pending',
  'grace',
  'lapsed',
  'suspended',
  'resigned',
  'deceased',
  'erased',
] as const satisfies readonly MemberStatus[];

export const statusOf = (text: string): MemberStatus | null => memberStatuses.find((status) => status === text) ?? null;
