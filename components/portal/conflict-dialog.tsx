'use client';

import type { Address, MailChoices, Member, MemberChanges } from '../api/shapes.ts';
import { ConflictDialog } from '../forms/conflict-dialog.tsx';
import { countryName } from '../forms/countries.ts';
import { formatDate, wordsOf } from '../values/format.ts';
import type { EditableField } from './merge.ts';

/** A value as a person reads it. */
function shownOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'Nothing';
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}$/.test(value) ? formatDate(value) : value;
  if (isAddress(value)) {
    return [value.line1, value.line2, `${value.postalCode} ${value.city}`, value.region, countryName(value.country)]
      .filter(Boolean)
      .join(', ');
  }
  const chosen = Object.entries(value as MailChoices).filter(([, on]) => on);
  return chosen.length === 0 ? 'No mail' : chosen.map(([name]) => wordsOf(name)).join(', ');
}

const isAddress = (value: unknown): value is Address => typeof value === 'object' && value !== null && 'line1' in value;

/** A member's own profile was saved elsewhere first. */
export default function ProfileConflict({
  theirs,
  mine,
  ...dialog
}: {
  fields: EditableField[];
  theirs: Member;
  mine: MemberChanges;
  saving: boolean;
  onSave: (keepTheirs: ReadonlySet<EditableField>) => void;
  onClose: () => void;
}) {
  return (
    <ConflictDialog
      title="Your profile was changed meanwhile"
      lead="Somebody, perhaps you on another device, saved other values. Nothing of yours is lost: choose what to keep."
      mine={(field) => shownOf(mine[field])}
      theirs={(field) => shownOf(theirs[field])}
      {...dialog}
    />
  );
}
