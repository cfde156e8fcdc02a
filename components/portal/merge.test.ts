import { expect, test } from 'vitest';
import type { Member } from '../api/shapes.ts';
import { changesOf, conflictsOf, resolved, same } from './merge.ts';

const base: Member = {
  id: '0199a2c4-7b6f-7000-8000-000000000001',
  number: 'M-004211',
  status: 'active',
  givenName: 'Ada',
  familyName: 'Reed',
  email: 'ada@example.org',
  pendingEmail: null,
  phone: null,
  dateOfBirth: null,
  address: { line1: 'Weg 1', line2: null, city: 'Berlin', postalCode: '10115', region: null, country: 'DE' },
  plan: { id: '0199a2c4-7b6f-7000-8000-000000000002', code: 'professional', name: 'Professional' },
  paidUntil: null,
  mailChoices: { newsletter: false, events: false, receipts: true },
  joinedAt: '2019-05-04T10:00:00Z',
  verifiedAt: null,
  version: 3,
  updatedAt: '2026-01-01T00:00:00Z',
  masked: false,
};

test('empty, missing and null are one, and so is the order of keys', () => {
  expect(same('', null)).toBe(true);
  expect(same({ a: 1, b: '' }, { b: null, a: 1 })).toBe(true);
  expect(same({ a: 1 }, { a: 1, line2: null })).toBe(true);
  expect(same({ a: 1 }, { a: 2 })).toBe(false);
});

test('only what was changed is sent', () => {
  const address = { country: 'DE', city: 'Berlin', postalCode: '10115', line1: 'Weg 1' };
  expect(changesOf(base, { givenName: 'Ada', phone: '', address })).toEqual({});
  expect(changesOf(base, { givenName: 'Adele', phone: null })).toEqual({ givenName: 'Adele' });
});

test('a field is in conflict only when both changed it, differently', () => {
  const theirs = { ...base, familyName: 'Reid', phone: '+49 1', version: 4 };
  expect(conflictsOf(base, theirs, { givenName: 'Adele' })).toEqual([]);
  expect(conflictsOf(base, theirs, { phone: '+49 1' })).toEqual([]);
  expect(conflictsOf(base, theirs, { familyName: 'Read', givenName: 'Adele' })).toEqual(['familyName']);
});

test('choosing theirs leaves the field alone and keeps the rest of the edit', () => {
  const theirs = { ...base, familyName: 'Reid', version: 4 };
  const mine = { familyName: 'Read', givenName: 'Adele' };
  expect(resolved(theirs, mine, new Set(['familyName']))).toEqual({ givenName: 'Adele' });
  expect(resolved(theirs, mine, new Set())).toEqual({ familyName: 'Read', givenName: 'Adele' });
});
