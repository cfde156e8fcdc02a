import { describe, expect, test } from 'vitest';
import type { StaffMember } from '../../api/console/shapes.ts';
import { emptyAddress } from '../../forms/field-rules.ts';
import { type ProfileValues, staffConflicts, typedChanges, without } from './profile-changes.ts';

const member = {
  givenName: 'Ada',
  familyName: 'O’Neil',
  email: 'a***@example.org',
  phone: '+4930***567',
  dateOfBirth: '1987-**-**',
  address: null,
} as StaffMember;

const untouched: ProfileValues = {
  givenName: 'Ada',
  familyName: 'O’Neil',
  email: '',
  phone: '',
  removePhone: false,
  dateOfBirth: '',
  address: emptyAddress,
  removeAddress: false,
};

describe('profile changes of staff', () => {
  test('an untouched form changes nothing: masked values are never sent', () => {
    expect(typedChanges(member, untouched)).toEqual({});
  });

  test('empty keeps, remove clears', () => {
    expect(typedChanges(member, { ...untouched, removePhone: true, phone: '+49 1' })).toEqual({ phone: null });
  });

  test('only fields that both sides changed are in conflict', () => {
    const mine = { familyName: 'Žižek', phone: '+49 30 7654321' };
    const theirs = { ...member, familyName: 'O’Neil-Žižek' };
    expect(staffConflicts(member, theirs, mine)).toEqual(['familyName']);
  });

  test('the same change by both is no conflict', () => {
    expect(staffConflicts(member, { ...member, familyName: 'Žižek' }, { familyName: 'Žižek' })).toEqual([]);
  });

  test('keeping theirs drops mine', () => {
    expect(without({ familyName: 'Žižek', phone: null }, new Set(['familyName']))).toEqual({ phone: null });
  });
});
