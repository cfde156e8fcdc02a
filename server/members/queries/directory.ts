import { and, asc, desc, eq, inArray, like, or, type SQL, sql } from 'drizzle-orm';
import { memberDirectory as directory } from '#db/schema/members.ts';
import { recordRepeated } from '#server/audit/commands.ts';
import { type Ctx, can, requirePermission } from '#server/context/context.ts';
import { maskEmail } from '#server/crypto/mask.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { id as idShape } from '#server/gateway/shapes.ts';
import { dateOfBirthIndex, phoneIndex } from '../personal.ts';
import type { ListInput, MemberRow, memberSorts } from '../shapes.ts';
import { datesOf, phonesOf, spellingsOf } from './search-terms.ts';

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
  input: ListInput & { ids?: string[] | undefined },
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
        input.ids ? inArray(directory.memberId, input.ids) : undefined,
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

/** Every word must occur somewhere in name, e-mail or number, in one of its spellings. A whole id is nobody else's. */
async function searchOf(ctx: Ctx, q: string): Promise<SQL | undefined> {
  const id = idShape.safeParse(q.trim());
  if (id.success) return eq(directory.memberId, id.data);
  const words = q.toLowerCase().normalize('NFC').split(/\s+/).filter(Boolean).slice(0, 6).map(spellingsOf);
  const everyWordIn = (text: SQL | typeof directory.searchText) =>
    and(...words.map((spellings) => or(...spellings.map((word) => like(text, pattern(word))))));
  if (!can(ctx, 'members:reveal')) return everyWordIn(namesAndNumber);
  const exact = await idsByExactValue(ctx, q);
  return exact.length > 0 ? inArray(directory.memberId, exact) : everyWordIn(directory.searchText);
}

const pattern = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

/** A whole phone number or birth date: found by blind index, for the values themselves are sealed. */
async function idsByExactValue(ctx: Ctx, q: string): Promise<string[]> {
  const births = datesOf(q).map((date) => dateOfBirthIndex(ctx.app, date));
  const phones = births.length > 0 ? [] : phonesOf(q).map((phone) => phoneIndex(ctx.app, phone));
  if (births.length === 0 && phones.length === 0) return [];
  const rows =
    births.length > 0
      ? await ctx.sql<{ id: string }[]>`select id from members where date_of_birth_index = any(${births}) limit 200`
      : await ctx.sql<{ id: string }[]>`select id from members where phone_index = any(${phones}) limit 200`;
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
