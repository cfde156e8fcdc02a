import type { ReactNode } from 'react';
import { Skeleton } from '../page/skeleton.tsx';
import { type Tone, toneOf } from '../values/tones.ts';
import classes from './metric-tile.module.css';
import { Sparkline } from './sparkline.tsx';

/**
 * One figure. `value` null is "No data", which is not 0; undefined is still loading.
 * `delta` says what it compares with, `note` (freshness, target) stands below.
 */
export function MetricTile({
  label,
  value,
  unit,
  delta,
  values,
  state,
  note,
}: {
  label: string;
  value: string | null | undefined;
  unit?: string;
  delta?: { text: string; comparedWith: string; tone?: Tone };
  values?: readonly (number | null)[];
  /** Colours the edge; always said in `note` or `delta` too. */
  state?: string;
  note?: ReactNode;
}) {
  return (
    <div className={classes.tile} data-tone={state ? toneOf(state) : undefined}>
      <div className={classes.label}>{label}</div>
      <div className={classes.figure}>
        {value === undefined ? (
          <Skeleton height={24} width={84} my={3} />
        ) : value === null ? (
          <span className={classes.none}>No data</span>
        ) : (
          <span className={classes.value}>
            {value}
            {unit ? <span className={classes.unit}> {unit}</span> : null}
          </span>
        )}
        {values ? <Sparkline values={values} /> : null}
      </div>
      <div className={classes.note}>
        {delta ? (
          <span data-tone={delta.tone} className={classes.delta}>
            {delta.text} <span className={classes.compared}>{delta.comparedWith}</span>
          </span>
        ) : null}
        {note}
      </div>
    </div>
  );
}
