'use client';

import { type Icon, IconHome2, IconId, IconLifebuoy, IconShoppingBag, IconUser, IconWallet } from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { currentAt } from './current.ts';
import classes from './portal-shell.module.css';

const pages: readonly Page[] = [
  { href: '/', label: 'Home', Icon: IconHome2 },
  { href: '/membership', label: 'Membership', Icon: IconId },
  { href: '/shop', label: 'Shop', Icon: IconShoppingBag, also: ['/checkout'] },
  { href: '/account', label: 'Account', Icon: IconWallet, also: ['/transfers', '/cards', '/loans', '/orders'] },
  { href: '/profile', label: 'Profile', Icon: IconUser },
  { href: '/help', label: 'Help', Icon: IconLifebuoy },
];

interface Page {
  href: '/' | '/membership' | '/shop' | '/account' | '/profile' | '/help';
  label: string;
  Icon: Icon;
  /** The pages that one reaches from it. */
  also?: readonly string[];
}

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
        .map(({ href, label, Icon, also }) => (
          <Link key={href} href={href} className={classes.link} aria-current={currentAt(path, href, also)}>
            {place === 'bottom' ? <Icon size={22} stroke={1.75} aria-hidden /> : null}
            {label}
          </Link>
        ))}
    </nav>
  );
}
