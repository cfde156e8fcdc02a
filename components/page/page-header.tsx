import type { ReactNode } from 'react';
import classes from './page-header.module.css';

/** The head of every page: what it is, in which state, how fresh, what one can do. Holds the only h1. */
export function PageHeader({
  title,
  state,
  lead,
  freshness,
  actions,
  above,
}: {
  title: ReactNode;
  state?: ReactNode;
  /** One sentence under the title. */
  lead?: ReactNode;
  freshness?: ReactNode;
  actions?: ReactNode;
  /** Way back: a link or a breadcrumb. */
  above?: ReactNode;
}) {
  return (
    <header className={classes.header}>
      {above ? <div className={classes.above}>{above}</div> : null}
      <div className={classes.line}>
        <div className={classes.title}>
          <h1>{title}</h1>
          {state}
        </div>
        {freshness || actions ? (
          <div className={classes.side}>
            {freshness}
            {actions}
          </div>
        ) : null}
      </div>
      {lead ? <div className={classes.lead}>{lead}</div> : null}
    </header>
  );
}
