'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { currentAt } from '../../shell/current.ts';
import classes from './money-nav.module.css';

const pages = [
  { href: '/account', label: 'Account' },
  { href: '/transfers', label: 'Transfers' },
  { href: '/cards', label: 'Cards' },
  { href: '/loans', label: 'Loans' },
  { href: '/orders', label: 'Orders' },
] as const;

/** From one of the pages about one's money to the others. */
export function MoneyNav() {
  const path = usePathname();
  return (
    <nav aria-label="Your money" className={classes.nav}>
      {pages.map(({ href, label }) => (
        <Link key={href} href={href} className={classes.link} aria-current={currentAt(path, href)}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
