'use client';

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Address, MailChoices, Member, MemberChanges } from '../api/shapes.ts';
import { countryName } from '../forms/countries.ts';
import { Dialog } from '../page/dialog.tsx';
import stack from '../page/stack.module.css';
import { formatDate, wordsOf } from '../values/format.ts';
import classes from './conflict-dialog.module.css';
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

/** Somebody else saved first: per field theirs or mine. Mine is chosen until the person says otherwise. */
export default function ConflictDialog({
  fields,
  theirs,
  mine,
  saving,
  onSave,
  onClose,
}: {
  fields: EditableField[];
  theirs: Member;
  mine: MemberChanges;
  saving: boolean;
  onSave: (keepTheirs: ReadonlySet<EditableField>) => void;
  onClose: () => void;
}) {
  const [keepTheirs, setKeepTheirs] = useState<ReadonlySet<EditableField>>(new Set());
  const choose = (field: EditableField, them: boolean) => {
    const next = new Set(keepTheirs);
    if (them) next.add(field);
    else next.delete(field);
    setKeepTheirs(next);
  };
  return (
    <Dialog onClose={onClose} title="Your profile was changed meanwhile" size="lg">
      <p className={classes.lead}>
        Somebody, perhaps you on another device, saved other values. Nothing of yours is lost: choose what to keep.
      </p>
      <div className={stack.fields}>
        {fields.map((field) => (
          <fieldset key={field} className={classes.field}>
            <legend className={classes.name}>{wordsOf(field)}</legend>
            <div className={classes.sides}>
              <Choice
                field={field}
                label="Mine"
                value={shownOf(mine[field])}
                checked={!keepTheirs.has(field)}
                onChoose={() => choose(field, false)}
              />
              <Choice
                field={field}
                label="Saved meanwhile"
                value={shownOf(theirs[field])}
                checked={keepTheirs.has(field)}
                onChoose={() => choose(field, true)}
              />
            </div>
          </fieldset>
        ))}
      </div>
      <div className={classes.actions}>
        <Button variant="default" onClick={onClose}>
          Back to the form
        </Button>
        <Button loading={saving} onClick={() => onSave(keepTheirs)}>
          Save these
        </Button>
      </div>
    </Dialog>
  );
}

function Choice({
  field,
  label,
  value,
  checked,
  onChoose,
}: {
  field: string;
  label: string;
  value: string;
  checked: boolean;
  onChoose: () => void;
}) {
  return (
    <label className={classes.choice}>
      <input type="radio" name={`conflict-${field}`} checked={checked} onChange={onChoose} />
      <span>
        <span className={classes.label}>{label}</span>
        <span className={classes.value}>{value}</span>
      </span>
    </label>
  );
}
