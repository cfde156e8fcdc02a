'use client';

import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import classes from './chart-frame.module.css';

/** What stands around every chart: its title, its unit, and the same as a table. Both are equally tall, so nothing jumps. */
export function ChartFrame({
  title,
  unit,
  height,
  columns,
  rows,
  children,
}: {
  title: string;
  /** "EUR", "events a minute". */
  unit: string;
  /** Of chart and table, in px. */
  height: number;
  columns: readonly [string, string];
  /** The chart's points in words, in the order of the table. The first is a point's name. */
  rows: ReadonlyArray<readonly [string, string]>;
  children: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span>
          {title} <span className={classes.unit}>· {unit}</span>
        </span>
        <Button variant="subtle" size="compact-sm" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          Show as a table
        </Button>
      </figcaption>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section className={classes.scroll} style={{ height }} tabIndex={0} aria-label={`${title}, table`}>
          <table className={classes.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([name, value]) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <div style={{ height }}>{children}</div>
      )}
    </figure>
  );
}
