import type { Queryable, SqlFragment } from '#db/client.ts';
import { type Ctx, requirePermission } from '#server/context/context.ts';
import { maskEmail } from '#server/crypto/mask.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { dateOfBirthIndex, phoneIndex } from '../personal.ts';
import { normalisePhone } from '../rules.ts';
import type { ListInput, MemberRow, memberSorts } from '../shapes.ts';

interface Row extends Omit<MemberRow, 'lastActivityAt'> {
  lastActivityAt: string | null;
  sortKey: string;
}

interface Sort {
  key: (sql: Queryable) => SqlFragment;
  descending: boolean;
}

const joined = (sql: Queryable) => sql`joined_at`;
const name = (sql: Queryable) => sql`lower(family_name)`;
const sortOf: Record<(typeof memberSorts)[number], Sort> = {
  joined: { key: joined, descending: false },
  '-joined': { key: joined, descending: true },
  name: { key: name, descending: false },
  '-name': { key: name, descending: true },
};

/**
 * Finds members by part of a name, e-mail or number; by a whole phone number or birth date (through blind indexes).
 * Keyset paging by (sort key, id). E-mail addresses are masked. The search text is never logged.
 */
export async function listMembers(
  ctx: Ctx,
  input: ListInput,
): Promise<{ data: MemberRow[]; nextCursor: string | null }> {
  requirePermission(ctx, 'members:read');
  const { sql } = ctx;
  const sort = sortOf[input.sort];
  const exact = input.q ? await idsByExactValue(ctx, input.q) : [];
  const rows = await sql<Row[]>`
    select member_id as id, number, status, given_name as "givenName", family_name as "familyName", email,
      plan_code as "planCode", joined_at as "joinedAt", last_activity_at as "lastActivityAt", ${sort.key(sql)}::text as "sortKey"
    from member_directory
    where true ${statusFilter(sql, input.status)} ${searchFilter(sql, input.q, exact)} ${cursorFilter(sql, sort, input.cursor)}
    order by ${sort.key(sql)} ${direction(sql, sort)}, member_id ${direction(sql, sort)}
    limit ${input.limit + 1}`;
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    data: page.map(rowOf),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.sortKey, last.id]) : null,
  };
}

const direction = (sql: Queryable, sort: Sort) => (sort.descending ? sql`desc` : sql`asc`);

const statusFilter = (sql: Queryable, status: string | undefined) => (status ? sql`and status = ${status}` : sql``);

function cursorFilter(sql: Queryable, sort: Sort, cursor: string | undefined) {
  if (!cursor) return sql``;
  const [key, id] = decodeCursor(cursor, 2).map(String);
  const value = sort.key === joined ? sql`${key ?? ''}::timestamptz` : sql`${key ?? ''}`;
  return sort.descending
    ? sql`and (${sort.key(sql)}, member_id) < (${value}, ${id ?? ''}::uuid)`
    : sql`and (${sort.key(sql)}, member_id) > (${value}, ${id ?? ''}::uuid)`;
}

// Not async: awaiting a fragment would run it as a statement.
function searchFilter(sql: Queryable, q: string | undefined, exact: string[]): SqlFragment {
  if (!q) return sql``;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 6);
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  const textual = patterns.reduce<SqlFragment>(
    (all, pattern) => sql`${all} and search_text like ${pattern}`,
    sql`true`,
  );
  return exact.length > 0 ? sql`and (member_id = any(${exact}::uuid[]) or (${textual}))` : sql`and (${textual})`;
}

/** A whole phone number or birth date: found by blind index, for the values themselves are sealed. */
async function idsByExactValue(ctx: Ctx, q: string): Promise<string[]> {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(q);
  const isPhone = !isDate && /^\+?[\d\s().-]{6,24}$/.test(q) && normalisePhone(q).length >= 6;
  if (!isDate && !isPhone) return [];
  const rows = isDate
    ? await ctx.sql<
        { id: string }[]
      >`select id from members where date_of_birth_index = ${dateOfBirthIndex(ctx.app, q)} limit 200`
    : await ctx.sql<{ id: string }[]>`select id from members where phone_index = ${phoneIndex(ctx.app, q)} limit 200`;
  return rows.map((row) => row.id);
}

const rowOf = ({ sortKey: _, ...row }: Row): MemberRow => ({
  ...row,
  email: row.status === 'erased' ? '' : maskEmail(row.email),
  joinedAt: new Date(row.joinedAt).toISOString(),
  lastActivityAt: row.lastActivityAt && new Date(row.lastActivityAt).toISOString(),
});
