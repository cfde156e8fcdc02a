import { z } from 'zod';
import { type Ctx, inTransaction, requirePermission, type TxCtx } from '#server/context/context.ts';
import { type AppError, conflict, notFound } from '#server/errors/errors.ts';
import { checkCompatibility, type Incompatibility, type JsonSchema } from './compatibility.ts';
import type { EventType } from './define.ts';
import { rfc3339 } from './read.ts';

/** One list of all event types. @throws Error when two domains claim the same type. */
export function eventCatalogue(lists: ReadonlyArray<readonly EventType[]>): EventType[] {
  const types = new Map<string, EventType>();
  for (const definition of lists.flat()) {
    if (types.has(definition.type)) throw new Error(`${definition.type} is defined twice`);
    types.set(definition.type, definition);
  }
  return [...types.values()];
}

/** The JSON Schema of a type's newest version, in a stable form: fields in the order of their names. */
export function jsonSchemaOf(definition: EventType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(definition.data, { unrepresentable: 'throw' });
  return stable(schema) as JsonSchema;
}

/** Without the patterns that zod adds to formats: they say the same, and change from release to release. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([keyword]) => keyword !== 'pattern' || !('format' in value));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, stable(inner)]));
}

interface StoredSchema {
  type: string;
  version: number;
  schema: JsonSchema;
}

/**
 * Writes the versions that the registry does not have. Every candidate is held against every stored version of its type.
 * @throws AppError `conflict` naming type and field when one is incompatible, or was changed without a new version; nothing
 * is written then.
 */
export async function syncRegistry(ctx: Ctx, catalogue: readonly EventType[]): Promise<{ registered: number }> {
  return inTransaction(ctx, async (tx) => {
    // Workers of two releases may start at once.
    await tx.sql`lock table event_schemas in share row exclusive mode`;
    const stored = await readAll(tx);
    const errors: Incompatibility[] = [];
    const missing: EventType[] = [];
    for (const definition of catalogue) {
      const known = stored.filter((one) => one.type === definition.type);
      errors.push(...problemsOf(definition, known));
      if (!known.some((one) => one.version === definition.version)) missing.push(definition);
    }
    if (errors.length > 0) throw refusal(errors);
    for (const definition of missing) await insert(tx, definition);
    await updateProducers(tx, catalogue);
    return { registered: missing.length };
  });
}

function problemsOf(definition: EventType, stored: readonly StoredSchema[]): Incompatibility[] {
  const candidate = jsonSchemaOf(definition);
  return stored.flatMap((one) => {
    if (one.version > definition.version) return [];
    const found = checkCompatibility(one.schema, candidate);
    if (one.version === definition.version && found.length === 0 && !isEqual(one.schema, candidate)) {
      found.push({ path: 'data', message: `changed without a new version (${one.version})` });
    }
    return found.map(({ path, message }) => ({
      path: `${definition.type}.${path}`,
      message: `${message} (version ${one.version})`,
    }));
  });
}

const isEqual = (one: unknown, other: unknown) => JSON.stringify(stable(one)) === JSON.stringify(stable(other));

function refusal(errors: Incompatibility[]): AppError {
  const [first] = errors;
  return conflict(`Not compatible with what is stored: ${first?.path} ${first?.message}`, errors);
}

async function readAll(tx: TxCtx): Promise<StoredSchema[]> {
  const rows = await tx.sql<{ type: string; version: number; schema: string }[]>`
    select type, version, schema::text from event_schemas order by type, version`;
  return rows.map((row) => ({ ...row, schema: JSON.parse(row.schema) as JsonSchema }));
}

async function insert(tx: TxCtx, definition: EventType): Promise<void> {
  await tx.sql`
    insert into event_schemas (type, version, schema, producers)
    values (${definition.type}, ${definition.version}, ${JSON.stringify(jsonSchemaOf(definition))}::text::jsonb,
      ${definition.producers as string[]}::text[])`;
}

/** Who may write a type is no part of its shape and may change. */
async function updateProducers(tx: TxCtx, catalogue: readonly EventType[]): Promise<void> {
  for (const { type, producers } of catalogue) {
    await tx.sql`
      update event_schemas set producers = ${producers as string[]}::text[]
      where type = ${type} and producers <> ${producers as string[]}::text[]`;
  }
}

export interface SchemaView {
  type: string;
  version: number;
  schema: JsonSchema;
  producers: string[];
  registeredAt: string;
}

/** Every version of every type. */
export async function listSchemas(ctx: Ctx): Promise<SchemaView[]> {
  requirePermission(ctx, 'schemas:read');
  const rows = await ctx.sql<Array<Omit<SchemaView, 'schema'> & { schema: string }>>`
    select type, version, schema::text, producers, registered_at as "registeredAt" from event_schemas
    order by type, version`;
  return rows.map((row) => ({
    ...row,
    schema: JSON.parse(row.schema) as JsonSchema,
    registeredAt: rfc3339(row.registeredAt),
  }));
}

/** The versions of one type, oldest first. @throws AppError `not_found` */
export async function getSchema(ctx: Ctx, type: string): Promise<SchemaView[]> {
  const versions = (await listSchemas(ctx)).filter((schema) => schema.type === type);
  if (versions.length === 0) throw notFound('There is no such event type.');
  return versions;
}
