import type { ReactNode } from 'react';
import classes from './key-value-list.module.css';

export interface KeyValue {
  label: string;
  /** null, undefined and '' read as "Not given". */
  value: ReactNode;
}

/** Names and values, one under the other on a phone. */
export function KeyValueList({ items, empty = 'Not given' }: { items: KeyValue[]; empty?: string }) {
  return (
    <dl className={classes.list}>
      {items.map(({ label, value }) => (
        <div key={label} className={classes.row}>
          <dt className={classes.label}>{label}</dt>
          <dd className={classes.value}>
            {value === null || value === undefined || value === '' ? (
              <span className={classes.none}>{empty}</span>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
