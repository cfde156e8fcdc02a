import type { ReactNode } from 'react';
import classes from './main.module.css';

/** The one main landmark, where "Skip to content" leads. */
export function Main({ width = 'text', children }: { width?: 'text' | 'wide' | 'full'; children: ReactNode }) {
  return (
    <main id="content" tabIndex={-1} className={classes.main} data-width={width}>
      {children}
    </main>
  );
}
