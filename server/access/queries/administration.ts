import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, requirePermission } from '#server/context/context.ts';
import { maskEmail } from '#server/crypto/mask.ts';
import { notFound } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import {
  isRole,
  isScope,
  type Permission,
  permissions,
  permissionsOfRoles,
  permissionsOfScopes,
  type Role,
  roles,
  type Scope,
  scopes,
} from '../permissions.ts';

export interface UserView {
  id: string;
  email: string;
  name: string;
  roles: Role[];
  memberId: string | null;
  disabledAt: string | null;
  lockedUntil: string | null;
  lastSeenAt: string | null;
  createdAt: string;
}

interface UserRow extends Omit<UserView, 'roles'> {
  roles: string[];
}

export interface UserFilter {
  /** Part of a name or an e-mail address. */
  q?: string | undefined;
  /** `console`: any that opens the console. */
  role?: Role | 'console' | undefined;
  limit: number;
  cursor?: string | undefined;
}

const consoleRoles = roles.filter((role) => permissionsOfRoles([role]).has('console:open'));

/** Accounts, the newest first, their e-mail addresses masked. Everybody: for people who manage access. */
export async function listUsers(
  ctx: Ctx,
  filter: UserFilter,
): Promise<{ data: UserView[]; nextCursor: string | null }> {
  requirePermission(ctx, 'access:manage');
  const after = filter.cursor === undefined ? null : idOf(filter.cursor);
  const like = filter.q === undefined ? null : `%${filter.q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const { sql } = ctx;
  const rows = await sql<UserRow[]>`
    select u.id, u.email, u.name, u.roles, u.member_id as "memberId", u.disabled_at as "disabledAt",
      case when u.locked_until > ${ctx.now().toISOString()} then u.locked_until end as "lockedUntil",
      (select max(s.last_seen_at) from sessions s where s.user_id = u.id) as "lastSeenAt", u.created_at as "createdAt"
    from users u
    where true
      ${after === null ? sql`` : sql`and u.id < ${after}::uuid`}
      ${like === null ? sql`` : sql`and (lower(u.email) like ${like} or lower(u.name) like ${like})`}
      ${filter.role === undefined ? sql`` : sql`and u.roles && ${filter.role === 'console' ? consoleRoles : [filter.role]}::text[]`}
    order by u.id desc limit ${filter.limit + 1}`;
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return { data: page.map(viewOf), nextCursor: rows.length > filter.limit && last ? encodeCursor([last.id]) : null };
}

function idOf(cursor: string): string {
  const [id] = decodeCursor(cursor, ['uuid']);
  return id;
}

const iso = (value: string | null) => value && new Date(value).toISOString();

const viewOf = (row: UserRow): UserView => ({
  ...row,
  email: maskEmail(row.email),
  roles: row.roles.filter(isRole),
  disabledAt: iso(row.disabledAt),
  lockedUntil: iso(row.lockedUntil),
  lastSeenAt: iso(row.lastSeenAt),
  createdAt: new Date(row.createdAt).toISOString(),
});

/** The clear e-mail address of an account, once, with a reason; logged in the same transaction. @throws AppError `not_found` */
export async function revealUser(ctx: Ctx, id: string, reason: string): Promise<{ email: string }> {
  requirePermission(ctx, 'access:manage');
  return inTransaction(ctx, async (tx) => {
    const [user] = await tx.sql<{ email: string }[]>`select email from users where id = ${id}`;
    if (!user) throw notFound();
    await writeAudit(tx, {
      action: 'user.reveal',
      resourceType: 'user',
      resourceId: id,
      reason,
      after: { fields: ['email'] },
    });
    return user;
  });
}

export interface ClientView {
  id: string;
  name: string;
  scopes: Scope[];
  grants: string[];
  redirectUris: string[];
  public: boolean;
  disabledAt: string | null;
  createdAt: string;
}

/** Every API client, by id. Few, so not paged; secrets are not among what is known. */
export async function listClients(ctx: Ctx): Promise<ClientView[]> {
  requirePermission(ctx, 'access:manage');
  const rows = await ctx.sql<(Omit<ClientView, 'scopes'> & { scopes: string[] })[]>`
    select id, name, scopes, grants, redirect_uris as "redirectUris", secret_hash is null as public,
      disabled_at as "disabledAt", created_at as "createdAt" from oauth_clients order by id limit 1000`;
  return rows.map((row) => ({
    ...row,
    scopes: row.scopes.filter(isScope),
    disabledAt: iso(row.disabledAt),
    createdAt: new Date(row.createdAt).toISOString(),
  }));
}

export interface PermissionTable {
  permissions: Permission[];
  roles: Array<{ role: Role; permissions: Permission[] }>;
  scopes: Array<{ scope: Scope; permissions: Permission[] }>;
}

/** Who may do what, as the checks themselves read it. */
export function permissionTable(ctx: Ctx): PermissionTable {
  requirePermission(ctx, 'access:manage');
  return {
    permissions: [...permissions],
    roles: roles.map((role) => ({ role, permissions: [...permissionsOfRoles([role])] })),
    scopes: scopes.map((scope) => ({ scope, permissions: [...permissionsOfScopes([scope])] })),
  };
}
