import { HiddenText } from '../../page/hidden-text.tsx';
import { wordsOf } from '../../values/format.ts';
import classes from './audit.module.css';
import type { DiffRow } from './diff-rows.ts';

/** What was changed, field by field; fields that stayed as they were are quieter. */
export function ChangesTable({ rows }: { rows: readonly DiffRow[] }) {
  return (
    <table className={classes.changes}>
      <caption>
        <HiddenText>Before and after</HiddenText>
      </caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.field} data-differs={row.differs}>
            <th scope="row">{wordsOf(row.field)}</th>
            <td>
              <Value value={row.values[0]} />
            </td>
            <td>
              <Value value={row.values[1]} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const Value = ({ value }: { value: string | null | undefined }) =>
  value === null || value === undefined || value === '' ? <span className={classes.dim}>Empty</span> : value;
