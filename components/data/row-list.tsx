import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import classes from './row-list.module.css';

/** A short list for members: each row a name, what is to be said about it, its state and its amount. */
export function RowList({ children }: { children: ReactNode }) {
  return <ul className={classes.list}>{children}</ul>;
}

export function Row({
  icon,
  name,
  href,
  about,
  state,
  end,
  endNote,
}: {
  icon?: ReactNode;
  name: ReactNode;
  /** Where the row leads: the whole of it is the link. */
  href?: Route;
  about?: ReactNode;
  /** A StatePill. */
  state?: ReactNode;
  /** An amount, or what can be done. */
  end: ReactNode;
  /** What is to be said about the amount. */
  endNote?: ReactNode;
}) {
  return (
    <li className={classes.row} data-icon={icon !== undefined}>
      {icon === undefined ? null : (
        <span className={classes.icon} aria-hidden>
          {icon}
        </span>
      )}
      <div className={classes.words}>
        {href === undefined ? (
          <span className={classes.name}>{name}</span>
        ) : (
          <Link href={href} className={classes.name}>
            {name}
          </Link>
        )}
        {about ? <p className={classes.about}>{about}</p> : null}
      </div>
      {state ? <div className={classes.state}>{state}</div> : null}
      <div className={classes.end}>
        {end}
        {endNote ? <p className={classes.about}>{endNote}</p> : null}
      </div>
    </li>
  );
}
