import type { Member, MemberChanges } from '../api/shapes.ts';

export type EditableField = 'givenName' | 'familyName' | 'email' | 'phone' | 'dateOfBirth' | 'address' | 'mailChoices';
export const editableFields: readonly EditableField[] = [
  'givenName',
  'familyName',
  'email',
  'phone',
  'dateOfBirth',
  'address',
  'mailChoices',
];

const blankless = (value: unknown): unknown => {
  if (value === '') return null;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, blankless(inner)] as const)
      .sort(([a], [b]) => a.localeCompare(b)),
  );
};

/** Equal in meaning: order of keys does not matter, and missing, empty and null are one. */
export function same(a: unknown, b: unknown): boolean {
  const [left, right] = [a, b].map((value) =>
    JSON.stringify(blankless(value), (_, inner: unknown) => inner ?? undefined),
  );
  return left === right;
}

/** The fields in which `edited` differs from `base`. */
export function changesOf(base: Member, edited: MemberChanges): MemberChanges {
  return Object.fromEntries(
    editableFields
      .filter((field) => field in edited && !same(base[field], edited[field]))
      .map((field) => [field, edited[field]]),
  );
}

/** Fields that both sides changed since `base`, to different values. Everything else merges by itself. */
export const conflictsOf = (base: Member, theirs: Member, mine: MemberChanges): EditableField[] =>
  editableFields.filter(
    (field) => field in mine && !same(theirs[field], base[field]) && !same(theirs[field], mine[field]),
  );

/** What to save on top of `theirs`: mine, but for the fields where theirs was chosen. */
export function resolved(theirs: Member, mine: MemberChanges, keepTheirs: ReadonlySet<EditableField>): MemberChanges {
  const kept = Object.fromEntries(
    editableFields.filter((field) => field in mine && !keepTheirs.has(field)).map((field) => [field, mine[field]]),
  );
  return changesOf(theirs, kept);
}
