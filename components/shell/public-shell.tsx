import type { ReactNode } from 'react';
import { Main } from '../page/main.tsx';
import { Brand } from './brand.tsx';
import classes from './public-shell.module.css';
import { SkipLink } from './skip-link.tsx';

/** Around the pages for people who are not signed in: the mark, one thing to do, nothing else. */
export function PublicShell({ children }: { children: ReactNode }) {
  return (
    <div className={classes.shell} data-mood="portal">
      <SkipLink />
      <header className={classes.bar}>
        <Brand href="/signin" />
      </header>
      <Main>{children}</Main>
    </div>
  );
}
