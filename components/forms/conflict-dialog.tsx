'use client';

import { useState } from 'react';
import { Dialog } from '../page/dialog.tsx';
import { DialogFoot } from '../page/dialog-foot.tsx';
import stack from '../page/stack.module.css';
import { wordsOf } from '../values/format.ts';
import classes from './conflict-dialog.module.css';

/**
 * Somebody else saved first: field by field mine or theirs. Mine is chosen until the person says otherwise. `mine` and
 * `theirs` give a field's value as a person reads it.
 */
export function ConflictDialog<Field extends string>({
  title,
  lead,
  fields,
  mine,
  theirs,
  saving,
  onSave,
  onClose,
}: {
  title: string;
  lead: string;
  fields: readonly Field[];
  mine: (field: Field) => string;
  theirs: (field: Field) => string;
  saving: boolean;
  onSave: (keepTheirs: ReadonlySet<Field>) => void;
  onClose: () => void;
}) {
  const [keepTheirs, setKeepTheirs] = useState<ReadonlySet<Field>>(new Set());
  const choose = (field: Field, side: 'mine' | 'theirs') =>
    setKeepTheirs(new Set([...keepTheirs].filter((kept) => kept !== field).concat(side === 'theirs' ? field : [])));
  return (
    <Dialog onClose={onClose} title={title} size="lg">
      <p className={classes.lead}>{lead}</p>
      <div className={stack.fields}>
        {fields.map((field) => (
          <fieldset key={field} className={stack.group}>
            <legend className={classes.name}>{wordsOf(field)}</legend>
            <div className={classes.sides}>
              <Choice
                field={field}
                label="Yours"
                value={mine(field)}
                checked={!keepTheirs.has(field)}
                onChoose={() => choose(field, 'mine')}
              />
              <Choice
                field={field}
                label="Saved meanwhile"
                value={theirs(field)}
                checked={keepTheirs.has(field)}
                onChoose={() => choose(field, 'theirs')}
              />
            </div>
          </fieldset>
        ))}
      </div>
      <DialogFoot
        confirm="Save these"
        onConfirm={() => onSave(keepTheirs)}
        pending={saving}
        cancel="Back to the form"
        onCancel={onClose}
      />
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
