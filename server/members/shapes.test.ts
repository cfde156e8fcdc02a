import { expect, test } from 'vitest';
import { crmMapping } from '#server/integrations/crm/mapping.ts';
import type { FieldMapping } from '#server/integrations/field-mapping.ts';
import { legacyMapping } from '#server/integrations/legacy/mapping.ts';
import { address, joinBody, patchBody } from './shapes.ts';

const partners: Record<string, readonly FieldMapping[]> = { legacy: legacyMapping, crm: crmMapping };

const valid: Record<string, string> = { line1: 'Lindenweg 3', city: 'Berlin', postalCode: '10115', country: 'DE' };

/** A value of this field and of that length which is valid but for its length. */
function valueOfLength(field: string, length: number): string {
  if (field === 'email') return `a@b.${'x'.repeat(length)}`.slice(0, length);
  return (field === 'phone' ? '1' : 'x').repeat(length);
}

const accepts = (source: string, value: string) => {
  const [, part] = source.split('.');
  return part
    ? address.safeParse({ ...valid, [part]: value }).success
    : patchBody.safeParse({ [source]: value }).success;
};

const entered = Object.entries(partners).flatMap(([partner, mapping]) =>
  mapping
    .filter(({ source }) => source.startsWith('address.') || source in joinBody.shape)
    .map(({ source, maxLength }) => ({ partner, source, maxLength })),
);

test('the mappings speak of everything that a person enters', () => {
  const sources = entered.filter(({ partner }) => partner === 'legacy').map(({ source }) => source);
  expect(sources.toSorted()).toEqual(
    [
      ...Object.keys(address.shape).map((part) => `address.${part}`),
      ...['givenName', 'familyName', 'email', 'phone', 'dateOfBirth'],
    ].toSorted(),
  );
});

test.each(entered)('$partner can store the longest $source that is accepted', ({ source, maxLength }) => {
  for (let length = maxLength + 1; length <= maxLength + 300; length += 1) {
    expect(accepts(source, valueOfLength(source, length)), `${length} characters`).toBe(false);
  }
});

test.each([
  ['givenName', 80],
  ['familyName', 80],
  ['address.line1', 100],
  ['address.line2', 100],
  ['address.city', 60],
  ['address.region', 60],
  ['address.postalCode', 16],
])('%s takes %i characters', (source, length) => {
  expect(accepts(source, valueOfLength(source, length))).toBe(true);
});

test.each(Object.keys(address.shape))('a masked %s may be sent back with the rest of the address', (part) => {
  const whole = { ...valid, line2: null, region: null };
  expect(patchBody.safeParse({ address: { ...whole, [part]: '***' } }).success).toBe(true);
  const masked = { line1: '***', line2: '***', city: '***', postalCode: '***', region: '***', country: '***' };
  expect(patchBody.safeParse({ address: masked }).success).toBe(true);
});

test('beside masked parts the others are checked as ever, and nothing unknown is taken', () => {
  expect(patchBody.safeParse({ address: { ...valid, line1: '***', country: 'Germany' } }).success).toBe(false);
  expect(patchBody.safeParse({ address: { ...valid, line1: '***', city: '' } }).success).toBe(false);
  expect(patchBody.safeParse({ address: { ...valid, line1: '***', other: 1 } }).success).toBe(false);
});
