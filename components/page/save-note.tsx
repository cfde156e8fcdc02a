'use client';

import { IconCheck } from '@tabler/icons-react';
import classes from './save-note.module.css';

/** Says quietly that something worked; always mounted, so that a screen reader hears the change. */
export function SaveNote({ text }: { text: string | null }) {
  return (
    <span className={classes.note} role="status">
      {text ? (
        <>
          <IconCheck size={16} aria-hidden /> {text}
        </>
      ) : null}
    </span>
  );
}
