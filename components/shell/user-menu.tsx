'use client';

import { Menu, UnstyledButton } from '@mantine/core';
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
import { signOut } from '../api/auth.ts';
import { meQuery } from '../api/me.ts';
import { ColorSchemeItems } from '../theme/color-scheme.tsx';
import { useAnnounce } from './announcer.tsx';
import classes from './user-menu.module.css';

export const initialsOf = (name: string) => {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.charAt(0) ?? '';
  const last = words.length > 1 ? (words.at(-1)?.charAt(0) ?? '') : '';
  return (first + last).toUpperCase();
};

/** Who is signed in, the other side (portal or console) for those who have both, appearance, sign out. */
export function UserMenu({ side }: { side: 'portal' | 'console' }) {
  const { data: me } = useQuery(meQuery());
  const announce = useAnnounce();
  const leave = useMutation({
    mutationFn: signOut,
    // A full load: nothing of one person stays in memory for the next.
    onSuccess: () => window.location.assign('/signin?signedOut=1'),
    onError: () => announce('You could not be signed out. Try again.'),
  });
  const mayOpenConsole = side === 'portal' && me?.permissions.includes('console:open');
  const hasPortal = side === 'console' && Boolean(me?.memberId);
  return (
    <Menu position="bottom-end" width={248} keepMounted={false}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={me ? `Your menu, ${me.name}` : 'Your menu'}>
          <span className={classes.avatar} aria-hidden>
            {me ? initialsOf(me.name) : ''}
          </span>
          <IconChevronDown size={16} aria-hidden className={classes.chevron} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {me ? (
          <>
            <div className={classes.who}>
              <div className={classes.name}>{me.name}</div>
              <div className={classes.email}>{me.email}</div>
            </div>
            <Menu.Divider />
          </>
        ) : null}
        {mayOpenConsole ? (
          <Menu.Item component="a" href="/ops" leftSection={<IconDeviceLaptop size={16} aria-hidden />}>
            Open the console
          </Menu.Item>
        ) : null}
        {hasPortal ? (
          <Menu.Item component="a" href="/" leftSection={<IconHome2 size={16} aria-hidden />}>
            Your membership
          </Menu.Item>
        ) : null}
        {side === 'portal' && me?.memberId ? (
          <Menu.Item component={Link} href="/profile" leftSection={<IconUser size={16} aria-hidden />}>
            Profile
          </Menu.Item>
        ) : null}
        <Menu.Item component={Link} href="/security" leftSection={<IconShieldLock size={16} aria-hidden />}>
          Security and devices
        </Menu.Item>
        <Menu.Divider />
        <ColorSchemeItems />
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          closeMenuOnClick={false}
          disabled={leave.isPending}
          onClick={() => leave.mutate()}
        >
          {leave.isPending ? 'Signing out…' : leave.isError ? 'Sign out: failed, try again' : 'Sign out'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
