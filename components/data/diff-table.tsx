import { IconArrowsDiff, IconCheck } from '@tabler/icons-react';
import { wordsOf } from '../values/format.ts';
import classes from './diff-table.module.css';

export interface DiffRow {
  field: string;
  /** One value per side, in the order of `sides`. undefined: this side does not keep the field. */
  values: readonly (string | null | undefined)[];
  /** Overrides the comparison, for values that are equal in meaning. */
  differs?: boolean;
}

const differsIn = (row: DiffRow) => {
  if (row.differs !== undefined) return row.differs;
  const kept = row.values.filter((value) => value !== undefined);
  return new Set(kept.map((value) => value ?? '')).size > 1;
};

/** Field by field what each side says; rows that differ are marked with a word, not only a colour. */
export function DiffTable({
  sides,
  rows,
  caption,
}: {
  sides: readonly string[];
  rows: readonly DiffRow[];
  caption: string;
}) {
  return (
    // A wide table scrolls by itself: focusable, so that the keyboard can scroll it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section className={classes.frame} aria-label={`${caption}, table`} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            {sides.map((side) => (
              <th key={side} scope="col">
                {side}
              </th>
            ))}
            <th scope="col">Agreement</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const differs = differsIn(row);
            return (
              <tr key={row.field} data-differs={differs}>
                <th scope="row">{wordsOf(row.field)}</th>
                {sides.map((side, index) => (
                  <td key={side}>
                    <Value value={row.values[index]} />
                  </td>
                ))}
                <td className={classes.verdict}>
                  {differs ? (
                    <>
                      <IconArrowsDiff size={14} aria-hidden /> Differs
                    </>
                  ) : (
                    <>
                      <IconCheck size={14} aria-hidden /> Same
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Value({ value }: { value: string | null | undefined }) {
  if (value === undefined) return <span className={classes.none}>Not kept here</span>;
  if (value === null || value === '') return <span className={classes.none}>Empty</span>;
  return value;
}
