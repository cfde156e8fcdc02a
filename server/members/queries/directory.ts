import { and, asc, desc, eq, inArray, like, type SQL, sql } from 'drizzle-orm';
import { memberDirectory as directory } from '#db/schema/members.ts';
import { recordRepeated } from '#server/audit/commands.ts';
import { type Ctx, can, requirePermission } from '#server/context/context.ts';
import { maskEmail } from '#server/crypto/mask.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { dateOfBirthIndex, phoneIndex } from '../personal.ts';
import { normalisePhone } from '../rules.ts';
import type { ListInput, MemberRow, memberSorts } from '../shapes.ts';

const joined = sql`${directory.joinedAt}`;
const name = sql`lower(${directory.familyName})`;
const sortOf: Record<(typeof memberSorts)[number], { key: SQL; descending: boolean }> = {
  joined: { key: joined, descending: false },
  '-joined': { key: joined, descending: true },
  name: { key: name, descending: false },
  '-name': { key: name, descending: true },
};

/**
 * Finds members by part of a name, e-mail or number; by a whole phone number or birth date (through blind indexes). Whoever
 * may not reveal values finds by name and number alone: guessing at the rest would reveal it. Searching is audited.
 * Keyset paging by (sort key, id). E-mail addresses are masked. The search text is never logged.
 *
 * Through Drizzle, whose statements are not prepared: how rare the searched text is decides the plan (the trigram index for
 * rare text, the sort's index for common text), and a prepared statement is planned without knowing it.
 */
export async function listMembers(
  ctx: Ctx,
  input: ListInput,
): Promise<{ data: MemberRow[]; nextCursor: string | null }> {
  requirePermission(ctx, 'members:read');
  const sort = sortOf[input.sort];
  const search = input.q ? await searchOf(ctx, input.q) : undefined;
  // Going on to the next page is the same search.
  if (input.q && !input.cursor) await recordRepeated(ctx, { action: 'member.search', resourceType: 'member' });
  const order = sort.descending ? desc : asc;
  const rows = await ctx.db
    .select({
      id: directory.memberId,
      number: directory.number,
      status: directory.status,
      givenName: directory.givenName,
      familyName: directory.familyName,
      email: directory.email,
      planCode: directory.planCode,
      joinedAt: directory.joinedAt,
      lastActivityAt: directory.lastActivityAt,
      sortKey: sql<string>`${sort.key}::text`,
    })
    .from(directory)
    .where(
      and(
        input.status ? eq(directory.status, input.status) : undefined,
        search,
        input.cursor ? after(sort, input.cursor) : undefined,
      ),
    )
    .orderBy(order(sort.key), order(directory.memberId))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    data: page.map(rowOf),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.sortKey, last.id]) : null,
  };
}

function after(sort: { key: SQL; descending: boolean }, cursor: string): SQL {
  const [key, id] = decodeCursor(cursor, [sort.key === joined ? 'timestamp' : 'text', 'uuid']);
  const value = sort.key === joined ? sql`${key}::timestamptz` : sql`${key}`;
  return sort.descending
    ? sql`(${sort.key}, ${directory.memberId}) < (${value}, ${id}::uuid)`
    : sql`(${sort.key}, ${directory.memberId}) > (${value}, ${id}::uuid)`;
}

/** As the index `member_directory_search_public` has it. */
const namesAndNumber = sql`replace(${directory.searchText}, lower(${directory.email}), '')`;

/** Every word must occur somewhere in name, e-mail or number, with or without its accents. */
async function searchOf(ctx: Ctx, q: string): Promise<SQL | undefined> {
  const patterns = q.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 6).map(pattern);
  if (!can(ctx, 'members:reveal')) return and(...patterns.map((words) => like(namesAndNumber, words)));
  const exact = await idsByExactValue(ctx, q);
  if (exact.length > 0) return inArray(directory.memberId, exact);
  return and(...patterns.map((words) => like(directory.searchText, words)));
}

const pattern = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

/** A whole phone number or birth date: found by blind index, for the values themselves are sealed. */
async function idsByExactValue(ctx: Ctx, q: string): Promise<string[]> {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(q);
  const isPhone = !isDate && /^\+?[\d\s().-]{6,24}$/.test(q) && normalisePhone(q).length >= 6;
  if (!isDate && !isPhone) return [];
  const rows = isDate
    ? await ctx.sql<{ id: string }[]>`
        select id from members where date_of_birth_index = ${dateOfBirthIndex(ctx.app, q)} limit 200`
    : await ctx.sql<{ id: string }[]>`select id from members where phone_index = ${phoneIndex(ctx.app, q)} limit 200`;
  return rows.map((row) => row.id);
}

type Row = typeof directory.$inferSelect;

const rowOf = (
  row: Pick<Row, 'number' | 'givenName' | 'familyName' | 'email' | 'planCode' | 'joinedAt' | 'lastActivityAt'> & {
    id: string;
    status: string;
  },
): MemberRow => ({
  id: row.id,
  number: row.number,
  status: row.status as MemberRow['status'],
  givenName: row.givenName,
  familyName: row.familyName,
  email: row.status === 'erased' ? '' : maskEmail(row.email),
  planCode: row.planCode,
  joinedAt: new Date(row.joinedAt).toISOString(),
  lastActivityAt: row.lastActivityAt && new Date(row.lastActivityAt).toISOString(),
});
