import { HiddenText } from './hidden-text.tsx';
import { Skeleton } from './skeleton.tsx';
import classes from './skeletons.module.css';

const widths = ['82%', '64%', '73%', '58%', '78%', '66%'];
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Lines of text to come. Says "Loading" once to a screen reader. */
export function TextSkeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className={classes.stack} aria-busy="true">
      <HiddenText>Loading</HiddenText>
      {upTo(lines).map((line) => (
        <Skeleton key={line} height={14} width={widths[line % widths.length]} />
      ))}
    </div>
  );
}

/** Rows with a mark, a line and a time: timelines, notifications, sessions. */
export function ListSkeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div className={classes.list} aria-busy="true">
      <HiddenText>Loading</HiddenText>
      {upTo(rows).map((row) => (
        <div key={row} className={classes.row}>
          <Skeleton height={28} circle />
          <div className={classes.grow}>
            <Skeleton height={14} width={widths[row % widths.length]} />
            <Skeleton height={11} width="30%" mt={8} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** A form to come: labels over fields. */
export function FormSkeleton({ fields = 4 }: { fields?: number }) {
  return (
    <div className={classes.form} aria-busy="true">
      <HiddenText>Loading</HiddenText>
      {upTo(fields).map((field) => (
        <div key={field}>
          <Skeleton height={13} width={110} mb={9} />
          <Skeleton height={42} />
        </div>
      ))}
    </div>
  );
}
