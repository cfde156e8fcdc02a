import { recordRepeated } from '#server/audit/commands.ts';
import { type Ctx, can, requirePermission } from '#server/context/context.ts';

/** Whom an event or an audit entry names by id. */
export interface ActorView {
  id: string;
  kind: 'staff' | 'member' | 'client' | 'erased';
  name: string;
  memberId: string | null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Names of these users and API clients, in no order; ids of nobody are left out. Who may not see members gets `A member` for them. */
export async function actorsById(ctx: Ctx, ids: readonly string[]): Promise<ActorView[]> {
  requirePermission(ctx, 'console:open');
  const rows = await ctx.sql<Row[]>`
    select ${columns(ctx)} from users u left join members m on m.id = u.member_id
    where u.id = any(${ids.filter((id) => uuid.test(id))}::uuid[])
    union all
    select id, name, null, false, false, true from oauth_clients where id = any(${ids as string[]}::text[])`;
  return rows.map((row) => viewOf(ctx, row));
}

/** Staff, API clients and members by a part of their name, in this order; at most 10. Looking for members is noted. */
export async function findActors(ctx: Ctx, q: string): Promise<ActorView[]> {
  requirePermission(ctx, 'console:open');
  const like = `%${q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await ctx.sql<Row[]>`
    select * from (
      select ${columns(ctx)} from users u left join members m on m.id = u.member_id
      where lower(u.name) like ${like} and (${can(ctx, 'members:read')} or u.roles && '{staff,admin,auditor}')
      union all
      select id, name, null, false, false, true from oauth_clients where lower(name) like ${like} or id like ${like}
    ) found order by staff desc, "memberId" is not null, name, id limit 10`;
  if (can(ctx, 'members:read')) await recordRepeated(ctx, { action: 'member.search', resourceType: 'member' });
  return rows.map((row) => viewOf(ctx, row));
}

interface Row {
  id: string;
  name: string;
  memberId: string | null;
  staff: boolean;
  erased: boolean;
  client: boolean;
}

const columns = ({ sql }: Ctx) => sql`
  u.id::text as id, u.name, u.member_id as "memberId", u.roles && '{staff,admin,auditor}' as staff,
  coalesce(m.status = 'erased', false) as erased, false as client`;

function viewOf(ctx: Ctx, row: Row): ActorView {
  const { id, memberId } = row;
  if (row.erased) return { id, kind: 'erased', name: 'Erased person', memberId };
  if (row.client) return { id, kind: 'client', name: row.name, memberId };
  if (row.staff) return { id, kind: 'staff', name: row.name, memberId };
  const named = can(ctx, 'members:read');
  return { id, kind: 'member', name: named ? row.name : 'A member', memberId: named ? memberId : null };
}
