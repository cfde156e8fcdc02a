import {
  type Permission,
  permissionsOfRoles,
  permissionsOfScopes,
  type Role,
  type Scope,
} from '#server/access/permissions.ts';

/** Who is acting. `user` is a person with a session (browser or mobile app), `client` a machine, `system` Guildhall itself. */
export type Actor =
  | { kind: 'anonymous' }
  | { kind: 'user'; userId: string; memberId: string | null; roles: Role[]; sessionId: string; scopes: Scope[] | null }
  | { kind: 'client'; clientId: string; scopes: Scope[] }
  | { kind: 'system'; name: string };

export const anonymous: Actor = { kind: 'anonymous' };

const none: ReadonlySet<Permission> = new Set();

/** A person who came through a client is held to that client's scopes as well as to their own roles. */
export function permissionsOf(actor: Actor): ReadonlySet<Permission> {
  switch (actor.kind) {
    case 'anonymous':
      return none;
    case 'client':
      return permissionsOfScopes(actor.scopes);
    case 'system':
      return none;
    case 'user': {
      const own = permissionsOfRoles(actor.roles);
      if (actor.scopes === null) return own;
      const granted = permissionsOfScopes(actor.scopes);
      return new Set([...own].filter((permission) => granted.has(permission)));
    }
  }
}

export const may = (actor: Actor, permission: Permission) =>
  actor.kind === 'system' || permissionsOf(actor).has(permission);

/** The actor's id in events and audit entries: never a name or an address. */
export function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case 'anonymous':
      return null;
    case 'user':
      return actor.userId;
    case 'client':
      return actor.clientId;
    case 'system':
      return actor.name;
  }
}
