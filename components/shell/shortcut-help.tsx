'use client';

import { Kbd, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Dialog } from '../page/dialog.tsx';
import classes from './shortcut-help.module.css';

export interface Shortcut {
  keys: string[];
  does: string;
}

/** A quiet button, and `?`, that show which keys work here. */
export function ShortcutHelp({ title, shortcuts }: { title: string; shortcuts: Shortcut[] }) {
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target;
      if (
        event.key !== '?' ||
        (target instanceof HTMLElement && target.closest('input, textarea, select, dialog, [role="dialog"]'))
      )
        return;
      event.preventDefault();
      setOpened(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <UnstyledButton className={classes.button} onClick={() => setOpened(true)} aria-haspopup="dialog">
        <Kbd size="xs">?</Kbd> Keys
      </UnstyledButton>
      {opened ? (
        <Dialog onClose={() => setOpened(false)} title={title} size="sm">
          <dl className={classes.list}>
            {shortcuts.map(({ keys, does }) => (
              <div key={does} className={classes.row}>
                <dt>
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      ) : null}
    </>
  );
}
