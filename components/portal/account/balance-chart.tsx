'use client';

import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatDate, formatMoney } from '../../values/format.ts';
import classes from './account.module.css';
import type { DayBalance } from './balance.ts';

const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Money for an axis: whole units, thousands as k. */
const axisMoney = (currency: string) => {
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  return (minor: number) => format.format(minor / 100);
};

/** A page of its own in the bundle: the library is as large as everything else together. */
export default function BalanceChart({ days, currency }: { days: DayBalance[]; currency: string }) {
  const last = days.at(-1);
  return (
    <div
      className={classes.chart}
      role="img"
      aria-label={last ? `Balance day by day. Today ${formatMoney(last.balance, currency)}` : 'Balance day by day'}
    >
      <ResponsiveContainer width="100%" height="100%">
        <AreaChart data={days} margin={{ top: 6, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--gh-border)" />
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => dayAndMonth.format(new Date(day))}
            minTickGap={56}
            tickLine={false}
            axisLine={{ stroke: 'var(--gh-border-strong)' }}
          />
          <YAxis width={52} tickFormatter={axisMoney(currency)} tickLine={false} axisLine={false} tickCount={4} />
          <Tooltip content={<Point currency={currency} />} isAnimationActive={false} />
          <Area
            dataKey="balance"
            type="stepAfter"
            stroke="var(--gh-brand-text)"
            strokeWidth={2}
            fill="var(--gh-brand-soft)"
            isAnimationActive={false}
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}

/** Recharts fills in what is pointed at. */
function Point({
  currency,
  active = false,
  payload = [],
}: {
  currency: string;
  active?: boolean;
  payload?: ReadonlyArray<{ payload: DayBalance }>;
}) {
  const day = payload[0]?.payload;
  if (!active || !day) return null;
  return (
    <div className={classes.point}>
      {formatDate(day.day)}
      <strong>{formatMoney(day.balance, currency)}</strong>
    </div>
  );
}
