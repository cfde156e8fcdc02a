'use client';

import { IconHome2, IconId, IconLifebuoy, IconShoppingBag, IconUser, IconWallet } from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import classes from './portal-shell.module.css';

const pages = [
  { href: '/', label: 'Home', Icon: IconHome2 },
  { href: '/membership', label: 'Membership', Icon: IconId },
  { href: '/shop', label: 'Shop', Icon: IconShoppingBag },
  { href: '/account', label: 'Account', Icon: IconWallet },
  { href: '/profile', label: 'Profile', Icon: IconUser },
  { href: '/help', label: 'Help', Icon: IconLifebuoy },
] as const;

/** A phone has room for five; this one is in the person's menu too. */
const onlyOnTop = '/profile';

/** The pages of the portal: in the top bar on a wide screen, in the bottom bar on a phone. One of them is always hidden. */
export function PortalNav({ place }: { place: 'top' | 'bottom' }) {
  const path = usePathname();
  return (
    <nav
      className={place === 'top' ? classes.top : classes.bottom}
      aria-label={place === 'top' ? 'Main' : 'Main, bottom'}
    >
      {pages
        .filter(({ href }) => place === 'top' || href !== onlyOnTop)
        .map(({ href, label, Icon }) => (
          <Link key={href} href={href} className={classes.link} aria-current={path === href ? 'page' : undefined}>
            {place === 'bottom' ? <Icon size={22} stroke={1.75} aria-hidden /> : null}
            {label}
          </Link>
        ))}
    </nav>
  );
}
