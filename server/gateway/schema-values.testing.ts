import fc from 'fast-check';
import { z } from 'zod';

interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
  pattern?: string;
}

/** Characters that have broken something somewhere: NUL, lone surrogates, right-to-left marks, quotes, wildcards. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  "'; drop table members; --",
  '%',
  '_',
  '\\',
  '{}',
  '../..',
  '<script>',
  'null',
  '-1',
  '1e999',
  'x'.repeat(5_000),
  '😀',
);
const junk: fc.Arbitrary<unknown> = fc.oneof(nasty, fc.jsonValue(), fc.integer(), fc.double(), fc.constant(null));

const usualTimes = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-01-01') })
  .map((date) => date.toISOString());
const oddTimes = fc.constantFrom(
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-02-28T23:59:59+23:59',
  '2026-01-01T00:00:00-15:59',
  '2026-02-30T00:00:00Z',
  '2026-01-01 00:00:00+00',
  `2026-01-01T00:00:00.${'0'.repeat(200)}Z`,
  'infinity',
);

/** Well made, of nobody's making: right lengths, right and wrong kinds in any place. */
function cursors(ids: readonly string[]): fc.Arbitrary<string> {
  const part = fc.oneof(
    fc.constantFrom(...ids, '2026-01-01T00:00:00Z', '2026-01-01 00:00:00.123456+00', 'x', '', '\u0000', 7),
    oddTimes,
    fc.constantFrom(1.5, 1e300, -1e300, 2 ** 63, -1, true, null),
    fc.jsonValue({ maxDepth: 1 }),
  );
  return fc
    .array(part, { minLength: 1, maxLength: 2 })
    .map((values) => Buffer.from(JSON.stringify(values)).toString('base64url').slice(0, 500));
}

/** What is worth trying: ids of records that exist, and for properties of a name what would be good there. */
export interface Known {
  ids: readonly string[];
  byName: Readonly<Record<string, readonly unknown[]>>;
}

/** Values that mostly fit a schema and now and then do not. */
export function valuesFor(schema: z.ZodType, known: Known): fc.Arbitrary<unknown> {
  return shaped(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema, known);
}

function shaped(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: fitting(schema, known) }, { weight: 1, arbitrary: junk });
}

function named(name: string, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const any = shaped(schema, known);
  if (name === 'cursor') return fc.oneof(cursors(known.ids), any);
  const good = known.byName[name] ?? [];
  return good.length > 0
    ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: any })
    : any;
}

function fitting(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return fc.oneof(...several.map((one) => fitting(one, known)));
  if (schema.allOf?.[0]) return fitting(schema.allOf[0], known);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objects(schema, known);
    case 'array':
      return fc.array(shaped(schema.items ?? {}, known), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case 'string':
      return strings(schema, known);
    case 'integer':
      return fc.oneof(
        fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 500, 1e9) }),
        fc.maxSafeInteger(),
      );
    case 'number':
      return fc.double();
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return junk;
  }
}

function objects(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => [name, named(name, property, known)] as const,
  );
  const record = fc.record(Object.fromEntries(properties), { requiredKeys: schema.required ?? [] });
  const more = fc.dictionary(fc.string({ maxLength: 8 }), junk, { maxKeys: 2 });
  return fc.oneof(
    { weight: 9, arbitrary: record },
    { weight: 1, arbitrary: fc.tuple(record, more).map(([one, other]) => ({ ...one, ...other })) },
  );
}

function strings(schema: Schema, known: Known): fc.Arbitrary<string> {
  const min = schema.minLength ?? 0;
  if (schema.pattern && !schema.format)
    return fc.oneof(
      { weight: 9, arbitrary: fc.stringMatching(new RegExp(schema.pattern)) },
      { weight: 1, arbitrary: nasty },
    );
  const free = fc.string({
    minLength: Math.min(min, 50),
    maxLength: Math.max(min, Math.min(schema.maxLength ?? 30, 60)),
    unit: 'grapheme',
  });
  switch (schema.format) {
    case 'uuid':
      return fc.oneof(fc.constantFrom(...known.ids, ...known.ids.map((id) => id.toUpperCase())), fc.uuid());
    case 'date':
      return fc
        .date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2099-01-01') })
        .map((date) => date.toISOString().slice(0, 10));
    case 'date-time':
      return fc.oneof({ weight: 3, arbitrary: usualTimes }, { weight: 1, arbitrary: oddTimes });
    case 'email':
      return fc.oneof(fc.emailAddress(), nasty);
    default:
      return fc.oneof(
        { weight: 6, arbitrary: free },
        { weight: 2, arbitrary: nasty },
        { weight: 2, arbitrary: fc.lorem({ maxCount: 3 }) },
      );
  }
}
