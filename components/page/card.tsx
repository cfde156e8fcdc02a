import type { ReactNode } from 'react';
import classes from './card.module.css';

/** A titled piece of a page: a labelled region with a heading, an optional note beside it, and a foot. */
export function Card({
  title,
  aside,
  foot,
  id,
  tone,
  children,
}: {
  title?: string;
  aside?: ReactNode;
  foot?: ReactNode;
  /** Names the region; also the anchor for links. */
  id: string;
  tone?: 'danger';
  children: ReactNode;
}) {
  return (
    <section className={classes.card} aria-labelledby={title ? `${id}-title` : undefined} id={id} data-tone={tone}>
      {title ? (
        <header className={classes.head}>
          <h2 className={classes.title} id={`${id}-title`}>
            {title}
          </h2>
          {aside}
        </header>
      ) : null}
      <div className={classes.body}>{children}</div>
      {foot ? <footer className={classes.foot}>{foot}</footer> : null}
    </section>
  );
}
