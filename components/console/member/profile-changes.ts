import type { StaffMember } from '../../api/console/shapes.ts';
import type { Address, MemberChanges } from '../../api/shapes.ts';
import { type AddressFields, hasAddress } from '../../forms/field-rules.ts';
import { addressText } from './address-text.ts';

export const staffFields = ['givenName', 'familyName', 'email', 'phone', 'dateOfBirth', 'address'] as const;
export type StaffField = (typeof staffFields)[number];
export type StaffChanges = Pick<MemberChanges, StaffField>;

/** What the form holds. Contact values arrive masked, so their fields start empty: empty keeps, `remove…` clears. */
export interface ProfileValues extends Record<string, unknown> {
  givenName: string;
  familyName: string;
  email: string;
  phone: string;
  removePhone: boolean;
  dateOfBirth: string;
  address: AddressFields;
  removeAddress: boolean;
}

const addressOf = ({ line2, region, ...address }: AddressFields): Address => ({
  ...address,
  line2: line2.trim() || null,
  region: region.trim() || null,
});

/** Only what the person typed. */
export function typedChanges(base: StaffMember, values: ProfileValues): StaffChanges {
  const changes: StaffChanges = {};
  if (values.givenName.trim() !== base.givenName) changes.givenName = values.givenName.trim();
  if (values.familyName.trim() !== base.familyName) changes.familyName = values.familyName.trim();
  if (values.email.trim() !== '') changes.email = values.email.trim();
  if (values.removePhone) changes.phone = null;
  else if (values.phone.trim() !== '') changes.phone = values.phone.trim();
  if (values.dateOfBirth !== '') changes.dateOfBirth = values.dateOfBirth;
  if (values.removeAddress) changes.address = null;
  else if (hasAddress(values.address)) changes.address = addressOf(values.address);
  return changes;
}

/** A field's value as one line of text; masked ones stay masked. */
export function fieldText(member: StaffChanges, field: StaffField): string {
  const value = member[field];
  if (value === null || value === undefined || value === '') return 'Nothing';
  return typeof value === 'string' ? value : (addressText(value) ?? 'Nothing');
}

/** Fields that somebody else changed since `base` and that we want to change to something else. */
export const staffConflicts = (base: StaffMember, theirs: StaffMember, mine: StaffChanges): StaffField[] =>
  staffFields.filter((field) => {
    if (!(field in mine)) return false;
    const now = fieldText(theirs, field);
    return now !== fieldText(base, field) && now !== fieldText(mine, field);
  });

/** Mine without the fields where theirs was chosen. */
export const without = (mine: StaffChanges, keepTheirs: ReadonlySet<StaffField>): StaffChanges =>
  Object.fromEntries(Object.entries(mine).filter(([field]) => !keepTheirs.has(field as StaffField)));
