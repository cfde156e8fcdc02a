import { formatDate } from '../../values/format.ts';
import classes from './period-bar.module.css';

const dayMs = 86_400_000;
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

/** How much of the paid days is used. `today` is YYYY-MM-DD; the last of `to` is not covered any more. */
export function PeriodBar({ period, today }: { period: { from: string; to: string }; today: string }) {
  const all = daysBetween(period.from, period.to);
  const left = Math.max(0, Math.min(all, daysBetween(today, period.to)));
  const words = `${left} of ${all} days left`;
  return (
    <div className={classes.wrap}>
      <p className={classes.left}>{words}</p>
      <div className={classes.bar} role="img" aria-label={words}>
        <div className={classes.used} style={{ width: `${((all - left) / all) * 100}%` }} />
      </div>
      <p className={classes.ends}>
        <span>{formatDate(period.from)}</span>
        <span>{formatDate(lastDay(period.to))}</span>
      </p>
    </div>
  );
}

/** The day before the first that is not covered. */
export const lastDay = (to: string) => new Date(Date.parse(to) - dayMs).toISOString().slice(0, 10);
