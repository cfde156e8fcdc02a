import { type Partner, PartnerError } from './partner-error.ts';
import type { PartnerAddress, PartnerMember } from './partner-member.ts';

/** Where a value comes from in a PartnerMember. */
export type MemberField =
  | Exclude<keyof PartnerMember, 'address'>
  | 'address.line1'
  | 'address.line2'
  | 'address.city'
  | 'address.postalCode'
  | 'address.region'
  | 'address.country';

/**
 * One row of a partner's mapping table.
 * - as-is: the text itself
 * - integer: a whole number in digits
 * - date: YYYY-MM-DD; of an instant, its day in UTC
 * - code: through `codes`
 */
export interface FieldMapping {
  source: MemberField;
  target: string;
  transformation: 'as-is' | 'integer' | 'date' | 'code';
  codes?: Readonly<Record<string, string>>;
  required: boolean;
  /** In characters (code points), as databases count. */
  maxLength: number;
}

/** A record as text, by the partner's own field names. */
export type PartnerRecord = Record<string, string | null>;

/**
 * The partner's record for a member. Throws a permanent PartnerError that names our field (never its value) when a
 * value is missing, too long, or cannot be expressed: nothing is cut short.
 */
export function toPartnerRecord(
  partner: Partner,
  mappings: readonly FieldMapping[],
  member: PartnerMember,
): PartnerRecord {
  const record: PartnerRecord = {};
  for (const mapping of mappings)
    record[mapping.target] = encode(partner, mapping, sourceValue(member, mapping.source));
  return record;
}

/**
 * A partner's record in our words; `joinedAt` is a day (YYYY-MM-DD), since partners keep no time of day. Codes that the
 * mapping does not know are kept as they are: someone must see them.
 */
export function fromPartnerRecord(mappings: readonly FieldMapping[], record: PartnerRecord): PartnerMember {
  const values = new Map<MemberField, string | null>();
  for (const mapping of mappings) values.set(mapping.source, decode(mapping, record[mapping.target] ?? null));
  const text = (field: MemberField) => values.get(field) ?? '';
  const optional = (field: MemberField) => values.get(field) ?? null;
  return {
    memberId: text('memberId'),
    number: text('number'),
    version: Number(text('version')),
    status: text('status'),
    givenName: text('givenName'),
    familyName: text('familyName'),
    email: text('email'),
    phone: optional('phone'),
    dateOfBirth: optional('dateOfBirth'),
    address: addressFrom(values),
    planCode: optional('planCode'),
    joinedAt: text('joinedAt'),
  };
}

function sourceValue(member: PartnerMember, field: MemberField): string | number | null {
  switch (field) {
    case 'address.line1':
      return member.address?.line1 ?? null;
    case 'address.line2':
      return member.address?.line2 ?? null;
    case 'address.city':
      return member.address?.city ?? null;
    case 'address.postalCode':
      return member.address?.postalCode ?? null;
    case 'address.region':
      return member.address?.region ?? null;
    case 'address.country':
      return member.address?.country ?? null;
    default:
      return member[field];
  }
}

function encode(partner: Partner, mapping: FieldMapping, value: string | number | null): string | null {
  const refuse = (problem: string) => new PartnerError(partner, 'permanent', `${mapping.source} ${problem}`);
  if (value === null || value === '') {
    if (mapping.required) throw refuse('is missing');
    return null;
  }
  const encoded = transform(mapping, value);
  if (encoded === null) throw refuse(`is not a valid ${mapping.transformation}`);
  // Half a surrogate pair would be stored as a replacement character, a NUL is refused by some databases only.
  if (!encoded.isWellFormed() || encoded.includes('\0')) throw refuse('holds a character that cannot be stored');
  if (lengthOf(encoded) > mapping.maxLength) throw refuse(`is longer than ${mapping.maxLength} characters`);
  return encoded;
}

function transform(mapping: FieldMapping, value: string | number): string | null {
  switch (mapping.transformation) {
    case 'as-is':
      return String(value);
    case 'integer':
      return Number.isSafeInteger(Number(value)) ? String(Number(value)) : null;
    case 'date':
      return day(String(value));
    case 'code': {
      const codes = mapping.codes ?? {};
      return Object.hasOwn(codes, String(value)) ? (codes[String(value)] ?? null) : null;
    }
  }
}

function decode(mapping: FieldMapping, value: string | null): string | null {
  if (value === null || value === '') return null;
  if (mapping.transformation !== 'code') return value;
  const entry = Object.entries(mapping.codes ?? {}).find(([, code]) => code === value);
  return entry?.[0] ?? value;
}

/** The day in UTC of a date or an instant; null for anything that is no real date (30 February included). */
function day(value: string): string | null {
  const at = Date.parse(value);
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(value)) return null;
  const inUtc = new Date(at).toISOString().slice(0, 10);
  return value.length > 10 || inUtc === value ? inUtc : null;
}

function lengthOf(text: string): number {
  return [...text].length;
}

function addressFrom(values: ReadonlyMap<MemberField, string | null>): PartnerAddress | null {
  const line1 = values.get('address.line1') ?? null;
  const line2 = values.get('address.line2') ?? null;
  const city = values.get('address.city') ?? null;
  const postalCode = values.get('address.postalCode') ?? null;
  const region = values.get('address.region') ?? null;
  const country = values.get('address.country') ?? null;
  if ([line1, line2, city, postalCode, region, country].every((value) => value === null)) return null;
  return {
    line1: line1 ?? '',
    ...(line2 === null ? {} : { line2 }),
    city: city ?? '',
    postalCode: postalCode ?? '',
    ...(region === null ? {} : { region }),
    country: country ?? '',
  };
}
