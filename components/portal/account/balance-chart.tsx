import { formatDate, formatMoney } from '../../values/format.ts';
import classes from './account.module.css';
import type { DayBalance } from './balance.ts';

const width = 720;
const height = 160;

/** The balance day by day, as steps. The axis begins at zero, or below it where the balance was. */
export function BalanceChart({ days, currency }: { days: DayBalance[]; currency: string }) {
  const balances = days.map(({ balance }) => balance);
  const highest = Math.max(0, ...balances);
  const lowest = Math.min(0, ...balances);
  const step = width / Math.max(1, days.length);
  const y = (balance: number) => 2 + (height - 4) * (1 - (balance - lowest) / (highest - lowest || 1));
  const line = days.map(({ balance }, index) => `H${index * step}V${y(balance)}`).join('');
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const path = `M0,${y(first.balance)}${line}H${width}`;
  const label = `Balance day by day: highest ${formatMoney(highest, currency)}, today ${formatMoney(last.balance, currency)}`;
  return (
    <div className={classes.chart}>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <path d={`${path}V${y(0)}H0Z`} className={classes.area} />
        <path d={path} className={classes.line} vectorEffect="non-scaling-stroke" />
        {days.map(({ day, balance }, index) => (
          <rect key={day} x={index * step} width={step} height={height} className={classes.day}>
            <title>{`${formatDate(day)}: ${formatMoney(balance, currency)}`}</title>
          </rect>
        ))}
      </svg>
      <div className={classes.axis} aria-hidden>
        <span>{formatDate(first.day)}</span>
        <span>highest {formatMoney(highest, currency)}</span>
        <span>today</span>
      </div>
    </div>
  );
}
