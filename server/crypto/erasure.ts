import type { Queryable } from '#db/client.ts';
import { type Ctx, requirePermission } from '#server/context/context.ts';
import { countAnswersWith } from '#server/gateway/idempotency.ts';
import { open, type SubjectKey } from './seals.ts';

interface TableFinding {
  /** `schema.table` */
  table: string;
  rows: number;
}

export interface ErasureProof {
  subjectId: string;
  /** The key's row says so, and holds no key. */
  keyDestroyed: boolean;
  tablesScanned: number;
  /** Sealed values in rows that name the person: copies that outlived them, all unreadable if `opened` is 0. */
  sealedValues: number;
  /** How many of those can still be opened. */
  opened: number;
  /** Rows in which one of the given clear values still stands, or is sealed under a key that is not the person's. */
  clear: TableFinding[];
  /** True when the key is gone, nothing opens and nothing stands in the clear. */
  proven: boolean;
}

/**
 * Looks through every table of the database, whatever it is for: does anything that was sealed for this person still
 * open, and does any of `clearValues` (at least 3 characters each) still stand anywhere? Reads everything, so it takes as
 * long as the database is big. It sees live rows; what Postgres keeps of old versions goes with the next vacuum.
 */
export async function proveErasure(
  ctx: Ctx,
  subjectId: string,
  clearValues: readonly string[] = [],
): Promise<ErasureProof> {
  requirePermission(ctx, 'members:erase');
  const tables = await tablesOf(ctx.sql);
  // Straight from the database: what this process still remembers would be no proof either way.
  ctx.app.dataKeys.forget(subjectId);
  const [key, destroyed] = [
    await ctx.app.dataKeys.find(ctx.sql, subjectId),
    await ctx.app.dataKeys.isDestroyed(ctx.sql, subjectId),
  ];
  let sealedValues = 0;
  let opened = 0;
  const clear: TableFinding[] = [];
  for (const table of tables) {
    const values = await sealedIn(ctx.sql, table, subjectId);
    sealedValues += values.length;
    opened += key ? values.filter((value) => opens(key, value)).length : 0;
    const rows = await rowsWith(ctx.sql, table, clearValues);
    if (rows > 0) clear.push({ table, rows });
  }
  const kept = await countAnswersWith(ctx, wantedOf(clearValues));
  if (kept > 0) clear.push({ table: 'public.idempotency_keys', rows: kept });
  const proven = destroyed && key === null && opened === 0 && clear.length === 0;
  return { subjectId, keyDestroyed: destroyed, tablesScanned: tables.length, sealedValues, opened, clear, proven };
}

/** Every table outside of Postgres' own, partitions by their parent. */
async function tablesOf(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%' order by 1`;
  return rows.map((row) => row.name);
}

/** The sealed values of rows that name the subject, with every field name that they might have been sealed for. */
async function sealedIn(sql: Queryable, table: string, subjectId: string): Promise<SealedValue[]> {
  const rows = await sql.unsafe<{ row: string }[]>(
    `select to_jsonb(t)::text as row from ${table} t where strpos(t::text, $1) > 0 and strpos(t::text, 'sealed:1:') > 0`,
    [subjectId],
  );
  return rows.flatMap((row) => sealedValuesOf(JSON.parse(row.row), []));
}

interface SealedValue {
  value: string;
  fields: string[];
}

/** A sealed value's field is its JSON name or its column's (`phone_sealed` holds `phone`), or one further up. */
function sealedValuesOf(value: unknown, path: string[]): SealedValue[] {
  if (typeof value === 'string') {
    if (!value.startsWith('sealed:1:')) return [];
    return [{ value, fields: [...path, ...path.map(fieldOfColumn), ...otherFields] }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => sealedValuesOf(inner, [...path, name]));
}

/** Fields whose columns are named otherwise. */
const otherFields = ['reason', 'note', 'helpMessage', 'helpReply', 'mailInput', 'address', 'sessionAddress'];

const fieldOfColumn = (column: string) =>
  column.replace(/_sealed$/, '').replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

function opens(key: SubjectKey, { value, fields }: SealedValue): boolean {
  return fields.some((field) => {
    try {
      open(key, field, value);
      return true;
    } catch {
      return false;
    }
  });
}

const shortestValue = 3;

const wantedOf = (values: readonly string[]) =>
  values.filter((value) => value.length >= shortestValue).map((value) => value.toLowerCase());

async function rowsWith(sql: Queryable, table: string, values: readonly string[]): Promise<number> {
  const wanted = wantedOf(values);
  if (wanted.length === 0) return 0;
  const [row] = await sql.unsafe<{ rows: number }[]>(
    `select count(*)::int as rows from ${table} t
     where exists (select from unnest($1::text[]) as wanted(value) where strpos(lower(t::text), wanted.value) > 0)`,
    [wanted],
  );
  return row?.rows ?? 0;
}
