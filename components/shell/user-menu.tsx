'use client';

import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { useEffect, useId, useRef, useState } from 'react';
import { meQuery } from '../api/me.ts';
import { HiddenText } from '../page/hidden-text.tsx';
import { SignOut } from './sign-out.tsx';
import classes from './user-menu.module.css';
import type { UserMenuPanel } from './user-menu-panel.tsx';

export const initialsOf = (name: string) => {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.charAt(0) ?? '';
  const last = words.length > 1 ? (words.at(-1)?.charAt(0) ?? '') : '';
  return (first + last).toUpperCase();
};

/**
 * Who is signed in, the other side (portal or console) for those who have both, appearance, sign out. A button that
 * unfolds links and controls; it is on every page, so it brings no positioning library along. Signing out does not wait for the rest.
 */
export function UserMenu({ side }: { side: 'portal' | 'console' }) {
  const { data: me } = useQuery(meQuery());
  const [open, setOpen] = useState(false);
  const [Panel, setPanel] = useState<typeof UserMenuPanel | null>(null);
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    void import('./user-menu-panel.tsx').then(
      (loaded) => setPanel(() => loaded.UserMenuPanel),
      () => setFailed(true),
    );
  };
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panelId = useId();
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: folds when the page changes.
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    // Anything outside folds it: a click, or the focus moving on.
    const onOutside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onOutside);
    document.addEventListener('focusin', onOutside);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onOutside);
      document.removeEventListener('focusin', onOutside);
    };
  }, [open]);
  return (
    <div ref={box} className={classes.box}>
      <button
        ref={button}
        type="button"
        className={classes.button}
        aria-expanded={open}
        aria-controls={panelId}
        onPointerEnter={load}
        onFocus={load}
        onClick={() => {
          load();
          setOpen(!open);
        }}
      >
        <HiddenText>{me ? `Your menu, ${me.name}` : 'Your menu'}</HiddenText>
        <span className={classes.avatar} aria-hidden>
          {me ? initialsOf(me.name) : ''}
        </span>
        <IconChevronDown size={16} aria-hidden className={classes.chevron} />
      </button>
      <div id={panelId} className={classes.panel} hidden={!open}>
        {open ? (
          <>
            {Panel ? (
              <Panel me={me} side={side} />
            ) : failed ? (
              <div className={classes.part}>
                <p role="alert" className={classes.failed}>
                  The menu could not be loaded.
                </p>
                <button type="button" className={classes.item} onClick={load}>
                  Try again
                </button>
              </div>
            ) : (
              <div className={classes.who}>Loading…</div>
            )}
            <SignOut />
          </>
        ) : null}
      </div>
    </div>
  );
}
