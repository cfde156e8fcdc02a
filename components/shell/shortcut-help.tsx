'use client';

import { Kbd, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Dialog } from '../page/dialog.tsx';
import { useModifierKey } from './modifier-key.ts';
import classes from './shortcut-help.module.css';

export interface Shortcut {
  keys: string[];
  does: string;
}

/** A quiet button, and `?`, that show which keys work here. */
export function ShortcutHelp({ title, shortcuts }: { title: string; shortcuts: Shortcut[] }) {
  const [opened, setOpened] = useState(false);
  useQuestionMark(() => setOpened(true));
  return (
    <>
      <UnstyledButton data-shortcuts className={classes.button} onClick={() => setOpened(true)} aria-haspopup="dialog">
        <Kbd size="xs">?</Kbd> Keys
      </UnstyledButton>
      {opened ? <Sheet title={title} shortcuts={shortcuts} onClose={() => setOpened(false)} /> : null}
    </>
  );
}

/** What `?` shows on pages that have no keys of their own. */
export function ConsoleKeys() {
  const [opened, setOpened] = useState(false);
  const modifier = useModifierKey();
  useQuestionMark(() => {
    if (!document.querySelector('[data-shortcuts]')) setOpened(true);
  });
  if (!opened) return null;
  return (
    <Sheet
      title="Keys in the console"
      shortcuts={[
        { keys: [modifier, 'K'], does: 'Search everything, go anywhere' },
        { keys: ['j', 'k'], does: 'Next and previous row, in lists' },
        { keys: ['Enter'], does: 'Open the row' },
        { keys: ['/'], does: 'Search a list' },
        { keys: ['Esc'], does: 'Close what is open' },
        { keys: ['?'], does: 'Show these keys' },
      ]}
      onClose={() => setOpened(false)}
    />
  );
}

function useQuestionMark(onPressed: () => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const typing =
        target instanceof HTMLElement && target.closest('input, textarea, select, dialog, [role="dialog"]');
      if (event.key !== '?' || typing) return;
      event.preventDefault();
      onPressed();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}

function Sheet({ title, shortcuts, onClose }: { title: string; shortcuts: Shortcut[]; onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title={title} size="sm">
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
  );
}
