/** A JSON Schema, as far as zod writes them. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Incompatibility {
  /** `data.changes.email`, `data.items[]`; `data` is the event's data itself. */
  path: string;
  message: string;
}

/*
 * The rules. A newer schema is compatible when everything that an older one allowed still fits it and still says the same:
 *   - a field that is not declared any more: refused, closed content would not take it
 *   - a field that has become required: refused, older events may lack it (a new optional field is fine)
 *   - a required field that has become optional: refused, readers of the older version rely on it
 *   - a type that was allowed and is not any more: refused (integer to number widens and is fine)
 *   - an enum or constant that lost a value, or appeared where anything was allowed: refused (gaining values is fine)
 *   - a bound, format or pattern that appeared or became tighter: refused (looser or gone is fine)
 *   - open content that was closed: refused; closed content that was opened: refused, events stay closed
 *   - list items, tuples, values of records, and alternatives: the same rules inside; each older alternative must fit one
 *     of the newer ones
 *   - anything else that zod can write (references, intersections): must be equal, for we cannot judge it
 */

/** What is wrong with a newer schema for whoever holds data of the older one. Empty: compatible. */
export function checkCompatibility(older: JsonSchema, newer: JsonSchema): Incompatibility[] {
  return compare(older, newer, 'data');
}

function compare(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  if (JSON.stringify(older) === JSON.stringify(newer)) return [];
  if ([older, newer].some((schema) => unjudged.some((keyword) => keyword in schema))) {
    return [{ path, message: 'changed in a way that cannot be checked' }];
  }
  if (isAlternatives(older) || isAlternatives(newer)) return compareAlternatives(older, newer, path);
  return [
    ...compareTypes(older, newer, path),
    ...compareValues(older, newer, path),
    ...compareBounds(older, newer, path),
    ...compareFields(older, newer, path),
    ...compareItems(older, newer, path),
  ];
}

const unjudged = ['$ref', 'allOf', 'not', 'if', 'patternProperties', 'dependentRequired', 'contains'];

const isAlternatives = (schema: JsonSchema) => 'anyOf' in schema || 'oneOf' in schema;

function alternativesOf(schema: JsonSchema): JsonSchema[] {
  const found = schema.anyOf ?? schema.oneOf;
  return Array.isArray(found) ? (found as JsonSchema[]) : [schema];
}

function compareAlternatives(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  const candidates = alternativesOf(newer);
  return alternativesOf(older).flatMap((one) => {
    const results = candidates.map((candidate) => compare(one, candidate, path));
    if (results.some((result) => result.length === 0)) return [];
    // The alternative that comes nearest says best what is missing.
    const sameType = candidates.findIndex((candidate) => candidate.type === one.type);
    return results[sameType] ?? [{ path, message: `does not allow ${nameOf(one)} any more` }];
  });
}

const nameOf = (schema: JsonSchema) => (schema.type === undefined ? 'one of its forms' : typesOf(schema).join(' or '));

function typesOf(schema: JsonSchema): string[] {
  if (schema.type === undefined) return [];
  return (Array.isArray(schema.type) ? schema.type : [schema.type]).map(String);
}

function compareTypes(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  const allowed = typesOf(newer);
  const before = typesOf(older);
  if (allowed.length === 0) return [];
  const missing = before.filter(
    (type) => !allowed.includes(type) && !(type === 'integer' && allowed.includes('number')),
  );
  if (before.length > 0 && missing.length === 0) return [];
  return [{ path, message: `type changed from ${before.join(' or ') || 'anything'} to ${allowed.join(' or ')}` }];
}

function valuesOf(schema: JsonSchema): string[] | null {
  if ('const' in schema) return [JSON.stringify(schema.const)];
  return Array.isArray(schema.enum) ? schema.enum.map((value) => JSON.stringify(value)) : null;
}

function compareValues(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  const after = valuesOf(newer);
  if (after === null) return [];
  const before = valuesOf(older);
  if (before === null) return [{ path, message: 'allowed any value, now allows only some' }];
  const lost = before.filter((value) => !after.includes(value));
  return lost.length === 0 ? [] : [{ path, message: `does not allow ${lost.join(', ')} any more` }];
}

const lowest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const highest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const exact = ['format', 'pattern', 'multipleOf', 'uniqueItems', 'contentEncoding', 'propertyNames'];

function compareBounds(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  const tighter = (keyword: string, isTighter: (before: number, after: number) => boolean) => {
    const before = older[keyword];
    const after = newer[keyword];
    if (typeof after !== 'number') return false;
    return typeof before !== 'number' || isTighter(before, after);
  };
  const found = [
    ...lowest.filter((keyword) => tighter(keyword, (before, after) => after > before)),
    ...highest.filter((keyword) => tighter(keyword, (before, after) => after < before)),
    ...exact.filter((keyword) => keyword in newer && JSON.stringify(newer[keyword]) !== JSON.stringify(older[keyword])),
  ];
  return found.map((keyword) => ({ path, message: `${keyword} is tighter than before` }));
}

const fieldsOf = (schema: JsonSchema) => (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
const requiredOf = (schema: JsonSchema) => new Set(Array.isArray(schema.required) ? schema.required.map(String) : []);

function compareFields(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  const [before, after] = [fieldsOf(older), fieldsOf(newer)];
  const [mustBefore, mustAfter] = [requiredOf(older), requiredOf(newer)];
  const found = compareRest(older, newer, path);
  for (const [name, schema] of Object.entries(before)) {
    const inner = after[name];
    const at = `${path}.${name}`;
    if (!inner) found.push({ path: at, message: 'is not there any more' });
    else {
      if (mustBefore.has(name) && !mustAfter.has(name)) found.push({ path: at, message: 'is not required any more' });
      found.push(...compare(schema, inner, at));
    }
  }
  for (const name of mustAfter) {
    if (!mustBefore.has(name)) found.push({ path: `${path}.${name}`, message: 'is required now' });
  }
  return found;
}

/** What is not declared by name: nothing (`false`), anything, or values of one schema. */
function compareRest(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  if (older.type !== 'object' || newer.type !== 'object') return [];
  const [before, after] = [older.additionalProperties ?? true, newer.additionalProperties ?? true];
  if (isSchema(before) && isSchema(after)) return compare(before, after, `${path}.*`);
  if (before === false && after === false) return [];
  if (before !== false && after === false) return [{ path, message: 'content was open, is closed now' }];
  if (before === false) return [{ path, message: 'content was closed, is open now' }];
  return isSchema(after) ? [{ path, message: 'content was open, is restricted now' }] : [];
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

function compareItems(older: JsonSchema, newer: JsonSchema, path: string): Incompatibility[] {
  const found: Incompatibility[] = [];
  const [before, after] = [tupleOf(older), tupleOf(newer)];
  if (before.length !== after.length) found.push({ path, message: 'has another number of elements' });
  else found.push(...before.flatMap((item, i) => compare(item, after[i] ?? {}, `${path}[${i}]`)));
  if (isSchema(newer.items)) found.push(...compare(isSchema(older.items) ? older.items : {}, newer.items, `${path}[]`));
  return found;
}

const tupleOf = (schema: JsonSchema) => (Array.isArray(schema.prefixItems) ? (schema.prefixItems as JsonSchema[]) : []);
