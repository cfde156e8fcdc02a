import { z } from 'zod';
import type { Contact, Contacts } from './contacts.ts';
import { invalidRequest } from './errors.ts';
import { type Properties, type Property, timeOf } from './properties.ts';

const operators = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const;
const filter = z.object({
  propertyName: z.string(),
  operator: z.enum(operators),
  value: z.coerce.string().optional(),
  highValue: z.coerce.string().optional(),
  values: z.array(z.coerce.string()).max(100).optional(),
});
const sort = z.union([
  z.string(),
  z.object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING') }),
]);
export const searchInput = z.object({
  query: z.string().optional(),
  filterGroups: z
    .array(z.object({ filters: z.array(filter).max(6) }))
    .max(5)
    .default([]),
  sorts: z.array(sort).max(1).default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(0).max(200).default(10),
  after: z
    .union([z.string(), z.number()])
    .optional()
    .transform((after) => (after === undefined || after === '' ? 0 : Number(after))),
});
type Filter = z.output<typeof filter>;
type Bound = (string | number)[];

const searched = ['firstname', 'lastname', 'email', 'phone', 'company', 'guildhall_id', 'member_number'];
const furthest = 10_000;
const comparisons = { EQ: '=', NEQ: '<>', LT: '<', LTE: '<=', GT: '>', GTE: '>=' } as const;

export type Found = { total: number; contacts: Contact[]; next?: string };

/** HubSpot's search: groups are joined by OR, the filters in a group by AND; `after` is an offset, at most 10,000 deep. */
export function search(contacts: Contacts, properties: Properties, input: z.output<typeof searchInput>): Found {
  if (!Number.isInteger(input.after) || input.after < 0) throw invalidRequest(`Invalid after: ${input.after}`);
  if (input.after + input.limit > furthest)
    throw invalidRequest('Paging through more than 10000 results is not possible');
  const bound: Bound = [];
  const groups = input.filterGroups
    .filter((group) => group.filters.length > 0)
    .map((group) => group.filters.map((one) => `(${condition(one, properties, bound)})`).join(' AND '));
  const filtered = groups.length > 0 ? `(${groups.join(' OR ')})` : '1';
  const where = input.query ? `${filtered} AND ${words(input.query, bound)}` : filtered;
  const { total, contacts: page } = contacts.select(
    where,
    order(input.sorts[0], properties),
    bound,
    input.limit,
    input.after,
  );
  const reached = input.after + page.length;
  return { total, contacts: page, ...(page.length > 0 && reached < total ? { next: String(reached) } : {}) };
}

function condition(one: Filter, properties: Properties, bound: Bound): string {
  const property = known(properties, one.propertyName);
  const column = columnOf(property);
  const value = (given: string | undefined) => {
    if (given === undefined) throw invalidRequest(`A value is needed for the operator ${one.operator}`);
    bound.push(comparable(property, given));
    return '?';
  };
  switch (one.operator) {
    case 'HAS_PROPERTY':
      return `${column} IS NOT NULL`;
    case 'NOT_HAS_PROPERTY':
      return `${column} IS NULL`;
    case 'BETWEEN':
      return `${column} BETWEEN ${value(one.value)} AND ${value(one.highValue)}`;
    case 'IN':
    case 'NOT_IN': {
      const list = (one.values ?? []).map(value).join(', ');
      return one.operator === 'IN' ? `${column} IN (${list})` : `${column} IS NULL OR ${column} NOT IN (${list})`;
    }
    case 'CONTAINS_TOKEN':
    case 'NOT_CONTAINS_TOKEN': {
      bound.push(`%${liked(one.value ?? '').replaceAll('*', '%')}%`);
      const like = `${column} LIKE ? ESCAPE '\\'`;
      return one.operator === 'CONTAINS_TOKEN' ? like : `${column} IS NULL OR NOT (${like})`;
    }
    case 'NEQ':
      return `${column} IS NULL OR ${column} <> ${value(one.value)}`;
    default:
      return `${column} ${comparisons[one.operator]} ${value(one.value)}`;
  }
}

function words(query: string, bound: Bound): string {
  const each = query
    .trim()
    .split(/\s+/)
    .map((word) => {
      const either = searched.map((name) => {
        bound.push(`%${liked(word)}%`);
        return `json_extract(properties, '$.${name}') LIKE ? ESCAPE '\\'`;
      });
      return `(${either.join(' OR ')})`;
    });
  return each.join(' AND ');
}

function order(by: z.output<typeof sort> | undefined, properties: Properties): string {
  if (by === undefined) return 'created_at, id';
  const text = typeof by === 'string' ? by : by.propertyName;
  const descending = typeof by === 'string' ? by.startsWith('-') : by.direction === 'DESCENDING';
  return `${columnOf(known(properties, text.replace(/^-/, '')))} ${descending ? 'DESC' : 'ASC'}, id`;
}

function known(properties: Properties, name: string): Property {
  const property = properties.get(name);
  if (!property) throw invalidRequest(`There was a problem with the request: property "${name}" does not exist`);
  return property;
}

// Names reach the SQL text: only those of known properties do, and their pattern has no quotes.
function columnOf(property: Property): string {
  if (property.name === 'hs_object_id') return 'id';
  if (property.name === 'createdate') return 'created_at';
  if (property.name === 'lastmodifieddate') return 'updated_at';
  const text = `json_extract(properties, '$.${property.name}')`;
  return property.type === 'number' ? `CAST(${text} AS REAL)` : `${text} COLLATE NOCASE`;
}

function comparable(property: Property, given: string): string | number {
  const isTime = property.name === 'createdate' || property.name === 'lastmodifieddate';
  const asNumber = isTime ? timeOf(given) : Number(given);
  if (!isTime && property.type !== 'number') return given;
  if (Number.isNaN(asNumber)) throw invalidRequest(`${given} is not a valid value of ${property.name}`);
  return asNumber;
}

const liked = (text: string) => text.replace(/[\\%_]/g, '\\$&');
