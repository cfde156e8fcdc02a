import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import classes from './link-button.module.css';

/** A link that looks like a button, without client code: error pages are shipped with every page. */
export function LinkButton({ href, quiet = false, children }: { href: Route; quiet?: boolean; children: ReactNode }) {
  return (
    <Link href={href} className={classes.button} data-quiet={quiet}>
      {children}
    </Link>
  );
}
