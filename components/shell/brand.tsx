import type { Route } from 'next';
import Link from 'next/link';
import classes from './brand.module.css';

/** The mark and the name. The mark: a gable over a door, the hall of the name. */
export function Brand({ href = '/', compact = false }: { href?: Route; compact?: boolean }) {
  return (
    <Link href={href} className={classes.brand} aria-label="Guildhall home">
      <svg viewBox="0 0 28 28" width="28" height="28" aria-hidden focusable="false">
        <rect width="28" height="28" rx="8" fill="var(--gh-brand)" />
        <path
          d="M6 13.2 14 6.4l8 6.8"
          fill="none"
          stroke="#fff"
          strokeWidth="2.1"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path
          d="M8.6 14.6v6.2M19.4 14.6v6.2M11.8 20.8v-3.4a2.2 2.2 0 0 1 4.4 0v3.4"
          fill="none"
          stroke="#fff"
          strokeWidth="2.1"
          strokeLinecap="round"
        />
      </svg>
      {compact ? null : <span className={classes.name}>Guildhall</span>}
    </Link>
  );
}
