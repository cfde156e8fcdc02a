import type { ReactNode } from 'react';
import { Brand } from '../shell/brand.tsx';
import classes from './message-page.module.css';

/** A whole page that says one thing: not found, not allowed, broken. Its own main landmark. */
export function MessagePage({
  code,
  title,
  children,
  actions,
}: {
  code: string;
  title: string;
  children: ReactNode;
  actions: ReactNode;
}) {
  return (
    <div className={classes.page} data-mood="portal">
      <header className={classes.bar}>
        <Brand />
      </header>
      <main id="content" className={classes.main}>
        <p className={classes.code}>{code}</p>
        <h1 className={classes.title}>{title}</h1>
        <div className={classes.text}>{children}</div>
        <div className={classes.actions}>{actions}</div>
      </main>
    </div>
  );
}
