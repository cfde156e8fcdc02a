import type { ReactNode } from 'react';
import classes from './plain-table.module.css';

export interface PlainColumn<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  /** Figures: at the end of their column. */
  number?: boolean;
  /** Left out on a phone. */
  detail?: boolean;
}

/** A table to read, without keys, sorting or paging. Its first column names the row. Scrolls sideways where it is too wide. */
export function PlainTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  isDone,
}: {
  /** Names the table. */
  caption: string;
  columns: readonly PlainColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  /** What is over is dimmed. */
  isDone?: (row: Row) => boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label={caption}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ header, number, detail }) => (
              <th key={header} scope="col" data-number={number} data-detail={detail}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-done={isDone?.(row)}>
              {columns.map(({ header, cell, number, detail }, index) =>
                index === 0 ? (
                  <th key={header} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={header} data-number={number} data-detail={detail}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
