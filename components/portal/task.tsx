import type { ReactNode } from 'react';
import classes from './narrow.module.css';

/** One task in a panel: a title, a sentence, what to do, and the way elsewhere below it. */
export function Task({
  title,
  lead,
  mark,
  tone,
  below,
  children,
}: {
  title: string;
  lead?: ReactNode;
  mark?: ReactNode;
  tone?: 'bad';
  below?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={classes.narrow}>
      <div className={classes.panel}>
        {mark ? (
          <span className={classes.mark} data-tone={tone} aria-hidden>
            {mark}
          </span>
        ) : null}
        <h1 className={classes.title} tabIndex={-1}>
          {title}
        </h1>
        {lead ? <p className={classes.lead}>{lead}</p> : null}
        {children}
      </div>
      {below ? <div className={classes.below}>{below}</div> : null}
    </div>
  );
}
