'use client';

import { IconDeviceLaptop, IconHome2, IconShieldLock, IconUser } from '@tabler/icons-react';
import Link from 'next/link';
import type { Me } from '../api/shapes.ts';
import { ColorSchemeChoice } from '../theme/color-scheme.tsx';
import classes from './user-menu.module.css';

/** What the person's menu unfolds. Loaded when somebody goes for it: it is on every page, and seldom opened. */
export function UserMenuPanel({ me, side }: { me: Me | undefined; side: 'portal' | 'console' }) {
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
    </>
  );
}
