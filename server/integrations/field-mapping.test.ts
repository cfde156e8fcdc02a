import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crmMapping } from './crm/mapping.ts';
import { fromPartnerRecord, toPartnerRecord } from './field-mapping.ts';
import { legacyMapping, legacyStatusCodes } from './legacy/mapping.ts';
import { PartnerError } from './partner-error.ts';
import { aPartnerMember } from './partner-member.testing.ts';
import type { PartnerMember } from './partner-member.ts';

const mappings = [
  ['legacy', legacyMapping],
  ['crm', crmMapping],
] as const;

const sources = [
  'memberId',
  'number',
  'version',
  'status',
  'givenName',
  'familyName',
  'email',
  'phone',
  'dateOfBirth',
  'address.line1',
  'address.line2',
  'address.city',
  'address.postalCode',
  'address.region',
  'address.country',
  'planCode',
  'joinedAt',
];

const word = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .filter((text) => !text.includes('\0') && [...text].length <= maxLength);
const member: fc.Arbitrary<PartnerMember> = fc.record({
  memberId: fc.uuid(),
  number: word(20),
  version: fc.nat(),
  status: fc.constantFrom(...Object.keys(legacyStatusCodes)),
  givenName: word(80),
  familyName: word(80),
  email: word(254),
  phone: fc.option(word(32)),
  dateOfBirth: fc.option(
    fc
      .date({ min: new Date('1900-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
  ),
  address: fc.option(
    fc.record(
      {
        line1: word(100),
        line2: word(100),
        city: word(60),
        postalCode: word(16),
        region: word(60),
        country: fc.constantFrom('PL', 'DE'),
      },
      { requiredKeys: ['line1', 'city', 'postalCode', 'country'] },
    ),
  ),
  planCode: fc.option(word(40)),
  joinedAt: fc
    .date({ min: new Date('1900-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
});

describe.each(mappings)('mapping to %s', (partner, mapping) => {
  it('covers every field of a member exactly once', () => {
    expect(mapping.map(({ source }) => source).sort()).toEqual([...sources].sort());
    expect(new Set(mapping.map(({ target }) => target)).size).toBe(mapping.length);
  });

  it('gives back what it was given, to the day for joinedAt', () => {
    fc.assert(
      fc.property(member, (given) => {
        const back = fromPartnerRecord(mapping, toPartnerRecord(partner, mapping, given));
        expect(back).toEqual({ ...given, joinedAt: given.joinedAt.slice(0, 10) });
      }),
    );
  });

  it('refuses a value one character too long in any text field, naming the field only', () => {
    for (const { source, transformation, maxLength } of mapping) {
      if (transformation !== 'as-is') continue;
      const text = '李'.repeat(maxLength + 1);
      const error = refusal(() => toPartnerRecord(partner, mapping, withField(source, text)));
      expect(error).toMatchObject({
        errorClass: 'permanent',
        reason: `${source} is longer than ${maxLength} characters`,
      });
    }
  });

  it('takes the day in UTC of an instant with an offset', () => {
    const record = toPartnerRecord(partner, mapping, aPartnerMember({ joinedAt: '2024-01-01T00:30:00+02:00' }));
    expect(record.joined_on).toBe('2023-12-31');
  });

  it('keeps a code that it does not know visible', () => {
    const record = { ...toPartnerRecord(partner, mapping, aPartnerMember()), status_code: 'Z', membership_status: 'Z' };
    expect(fromPartnerRecord(mapping, record).status).toBe('Z');
  });
});

function refusal(work: () => unknown): PartnerError {
  try {
    work();
  } catch (error) {
    if (error instanceof PartnerError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function withField(source: string, value: string): PartnerMember {
  const given = aPartnerMember();
  const [, field] = source.split('.');
  if (field === undefined) return { ...given, [source]: value };
  return {
    ...given,
    address: { line1: '1', city: 'c', postalCode: 'p', country: 'PL', ...given.address, [field]: value },
  };
}
