import { permissionsOf } from '#server/context/actor.ts';
import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import type { Permission, Role, Scope } from '../permissions.ts';

export interface Me {
  kind: 'user' | 'client';
  id: string;
  name: string;
  /** People only. */
  email: string | null;
  memberId: string | null;
  roles: Role[];
  /** null for a person in a browser, who is held to their roles alone. */
  scopes: Scope[] | null;
  permissions: Permission[];
}

/** Who the caller is and what they may do. @throws AppError `unauthenticated` for nobody */
export async function whoAmI(ctx: Ctx): Promise<Me> {
  const { actor } = ctx;
  const permissions = [...permissionsOf(actor)];
  if (actor.kind === 'user') {
    const [user] = await ctx.sql<{ email: string; name: string }[]>`
      select email, name from users where id = ${actor.userId}`;
    if (user) {
      const { userId: id, memberId, roles, scopes } = actor;
      return { kind: 'user', id, ...user, memberId, roles, scopes, permissions };
    }
  }
  if (actor.kind === 'client') {
    const [client] = await ctx.sql<{ name: string }[]>`select name from oauth_clients where id = ${actor.clientId}`;
    if (client) {
      const { clientId: id, scopes } = actor;
      return { kind: 'client', id, name: client.name, email: null, memberId: null, roles: [], scopes, permissions };
    }
  }
  throw new AppError('unauthenticated', 'Sign in to do this.');
}
