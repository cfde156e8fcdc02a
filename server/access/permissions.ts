/** The one table of who may do what: used by routes, by commands and by the buttons on screens. */

export const roles = ['member', 'staff', 'admin', 'auditor'] as const;
export type Role = (typeof roles)[number];

export const scopes = ['self', 'read:data', 'write:data', 'read:status', '*'] as const;
export type Scope = (typeof scopes)[number];

export const permissions = [
  /** One's own record, sessions, notifications, orders. */
  'self',
  /** The list and its search: who they are. */
  'members:read',
  /** One member's record, overview and timeline. */
  'members:open',
  'members:create',
  'members:write',
  'members:act',
  'members:reveal',
  'members:erase',
  'members:export',
  'events:read',
  'events:write',
  'schemas:read',
  'schemas:write',
  'status:read',
  'subscriptions:manage',
  'dead-letters:read',
  'dead-letters:manage',
  'integrations:read',
  'integrations:manage',
  'payments:read',
  'payments:refund',
  'payments:record',
  'orders:read',
  /** Parcels that leave the house. */
  'orders:manage',
  'memberships:read',
  'memberships:manage',
  /** What plans cost. */
  'plans:manage',
  'sagas:read',
  'sagas:manage',
  'audit:read',
  'ledger:read',
  /** Reversals, adjustments, checks of the books. */
  'ledger:manage',
  'loans:read',
  /** On applications and write-offs. */
  'loans:decide',
  'access:manage',
  'console:open',
] as const;
export type Permission = (typeof permissions)[number];

const staff: Permission[] = [
  'console:open',
  'members:read',
  'members:open',
  'members:create',
  'members:write',
  'members:act',
  'members:reveal',
  'members:export',
  'events:read',
  'schemas:read',
  'status:read',
  'dead-letters:read',
  'dead-letters:manage',
  'integrations:read',
  'payments:read',
  'payments:refund',
  'payments:record',
  'orders:read',
  'orders:manage',
  'memberships:read',
  'memberships:manage',
  'sagas:read',
  'sagas:manage',
  'ledger:read',
  'ledger:manage',
  'loans:read',
  'loans:decide',
];

const auditor: Permission[] = [
  'console:open',
  'audit:read',
  'status:read',
  'events:read',
  'schemas:read',
  'members:read',
  'dead-letters:read',
  'integrations:read',
  'payments:read',
  'orders:read',
  'memberships:read',
  'sagas:read',
  'ledger:read',
  'loans:read',
];

const ofRole: Record<Role, readonly Permission[]> = {
  member: ['self'],
  staff,
  admin: permissions,
  auditor,
};

const ofScope: Record<Scope, readonly Permission[]> = {
  self: ['self'],
  'read:data': ['members:read', 'events:read', 'schemas:read'],
  'write:data': ['events:write'],
  'read:status': ['status:read'],
  '*': permissions,
};

/** Every signed-in person has `self`: their own sessions and notifications, and their own record if they are a member. */
export function permissionsOfRoles(held: readonly Role[]): ReadonlySet<Permission> {
  return new Set<Permission>(['self', ...held.flatMap((role) => ofRole[role])]);
}

export function permissionsOfScopes(held: readonly Scope[]): ReadonlySet<Permission> {
  return new Set(held.flatMap((scope) => ofScope[scope]));
}

export const isRole = (value: string): value is Role => (roles as readonly string[]).includes(value);
export const isScope = (value: string): value is Scope => (scopes as readonly string[]).includes(value);
