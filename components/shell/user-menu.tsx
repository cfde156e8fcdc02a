'use client';

import {
  IconChevronDown,
  IconDeviceLaptop,
  IconHome2,
  IconLogout,
  IconShieldLock,
  IconUser,
} from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useEffect, useId, useRef, useState } from 'react';
import { signOut } from '../api/auth.ts';
import { meQuery } from '../api/me.ts';
import { messageOf } from '../api/problem.ts';
import type { Me } from '../api/shapes.ts';
import { signingOut } from '../api/signed-out.ts';
import { HiddenText } from '../page/hidden-text.tsx';
import { ColorSchemeChoice } from '../theme/color-scheme.tsx';
import classes from './user-menu.module.css';

export const initialsOf = (name: string) => {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.charAt(0) ?? '';
  const last = words.length > 1 ? (words.at(-1)?.charAt(0) ?? '') : '';
  return (first + last).toUpperCase();
};

/**
 * Who is signed in, the other side (portal or console) for those who have both, appearance, sign out. A button that
 * unfolds links and controls; it is on every page, so it brings no positioning library along.
 */
export function UserMenu({ side }: { side: 'portal' | 'console' }) {
  const { data: me } = useQuery(meQuery());
  const [open, setOpen] = useState(false);
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
        onClick={() => setOpen(!open)}
      >
        <HiddenText>{me ? `Your menu, ${me.name}` : 'Your menu'}</HiddenText>
        <span className={classes.avatar} aria-hidden>
          {me ? initialsOf(me.name) : ''}
        </span>
        <IconChevronDown size={16} aria-hidden className={classes.chevron} />
      </button>
      <div id={panelId} className={classes.panel} hidden={!open}>
        {open ? <Panel me={me} side={side} /> : null}
      </div>
    </div>
  );
}

function Panel({ me, side }: { me: Me | undefined; side: 'portal' | 'console' }) {
  const leave = useMutation({
    // The session's streams end with it: the page must not take that for a session that was ended elsewhere.
    onMutate: () => signingOut(true),
    mutationFn: signOut,
    onError: () => signingOut(false),
    // A full load: nothing of one person stays in memory for the next.
    onSuccess: () => window.location.assign('/signin?signedOut=1'),
  });
  const icon = { size: 17, stroke: 1.75, 'aria-hidden': true } as const;
  return (
    <>
      {me ? (
        <div className={classes.who}>
          <div className={classes.name}>{me.name}</div>
          <div className={classes.email}>{me.email}</div>
        </div>
      ) : null}
      <div className={classes.part}>
        {side === 'portal' && me?.permissions.includes('console:open') ? (
          <a href="/ops" className={classes.item}>
            <IconDeviceLaptop {...icon} />
            Open the console
          </a>
        ) : null}
        {side === 'console' && me?.memberId ? (
          <a href="/" className={classes.item}>
            <IconHome2 {...icon} />
            Your membership
          </a>
        ) : null}
        {side === 'portal' && me?.memberId ? (
          <Link href="/profile" className={classes.item}>
            <IconUser {...icon} />
            Profile
          </Link>
        ) : null}
        <Link href="/security" className={classes.item}>
          <IconShieldLock {...icon} />
          Security and devices
        </Link>
      </div>
      <div className={classes.part}>
        <ColorSchemeChoice />
      </div>
      <div className={classes.part}>
        <button type="button" className={classes.item} disabled={leave.isPending} onClick={() => leave.mutate()}>
          <IconLogout {...icon} />
          {leave.isPending ? 'Signing out…' : 'Sign out'}
        </button>
        {leave.isError ? (
          <p role="alert" className={classes.failed}>
            Still signed in. {messageOf(leave.error)}
          </p>
        ) : null}
      </div>
    </>
  );
}
