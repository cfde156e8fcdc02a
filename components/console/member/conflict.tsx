'use client';

import { Button, Radio } from '@mantine/core';
import { useState } from 'react';
import type { StaffMember } from '../../api/console/shapes.ts';
import { Dialog } from '../../page/dialog.tsx';
import stack from '../../page/stack.module.css';
import { wordsOf } from '../../values/format.ts';
import { fieldText, type StaffChanges, type StaffField } from './profile-changes.ts';

/** Somebody else saved first: field by field mine or theirs. Mine is chosen until the person says otherwise. */
export function Conflict({
  fields,
  theirs,
  mine,
  saving,
  onSave,
  onClose,
}: {
  fields: StaffField[];
  theirs: StaffMember;
  mine: StaffChanges;
  saving: boolean;
  onSave: (keepTheirs: ReadonlySet<StaffField>) => void;
  onClose: () => void;
}) {
  const [keepTheirs, setKeepTheirs] = useState<ReadonlySet<StaffField>>(new Set());
  const choose = (field: StaffField, side: string) => {
    const next = new Set(keepTheirs);
    if (side === 'theirs') next.add(field);
    else next.delete(field);
    setKeepTheirs(next);
  };
  return (
    <Dialog onClose={onClose} title="Somebody changed this member meanwhile">
      <div className={stack.fields}>
        <p className={`${stack.plain} ${stack.dim}`}>
          Nothing of yours is saved or lost yet. Choose for each field what stays.
        </p>
        {fields.map((field) => (
          <Radio.Group
            key={field}
            label={wordsOf(field)}
            value={keepTheirs.has(field) ? 'theirs' : 'mine'}
            onChange={(side) => choose(field, side)}
          >
            <Radio value="mine" mt={6} label={`Yours: ${fieldText(mine, field)}`} />
            <Radio value="theirs" mt={6} label={`Saved meanwhile: ${fieldText(theirs, field)}`} />
          </Radio.Group>
        ))}
      </div>
      <div className={`${stack.actions} ${stack.end}`}>
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
