'use client';

import {
  Area,
  Bar,
  type BarShapeProps,
  CartesianGrid,
  ComposedChart,
  Rectangle,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { Point, SeriesProps } from './series.ts';
import classes from './series-chart.module.css';

const colour = 'var(--gh-brand-text)';
const tick = { fill: 'var(--gh-dim)', fontSize: 12 };

/** The picture itself; all that knows the library. */
export default function SeriesDrawn({ kind, points, axis }: SeriesProps) {
  return (
    <ResponsiveContainer width="100%" height="100%" minWidth={0}>
      <ComposedChart data={[...points]} margin={{ top: 6, right: 2, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--gh-border)" />
        <XAxis
          dataKey="at"
          tick={tick}
          tickLine={false}
          axisLine={{ stroke: 'var(--gh-border-strong)' }}
          minTickGap={56}
        />
        <YAxis
          width="auto"
          tick={tick}
          tickLine={false}
          axisLine={false}
          tickCount={4}
          interval={0}
          tickFormatter={axis}
          allowDecimals={false}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={kind === 'bars' ? { fill: 'var(--gh-sunken)' } : { stroke: 'var(--gh-border-strong)' }}
          content={({ active, payload }) =>
            active && payload[0] ? <p className={classes.words}>{wordsOf(payload[0].payload)}</p> : null
          }
        />
        {kind === 'bars' ? (
          <Bar dataKey="value" fill={colour} isAnimationActive={false} shape={OneBar} />
        ) : (
          <Area
            dataKey="value"
            type="stepAfter"
            stroke={colour}
            strokeWidth={2}
            fill="var(--gh-brand-soft)"
            fillOpacity={1}
            isAnimationActive={false}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

const OneBar = (bar: BarShapeProps) => <Rectangle {...bar} fillOpacity={bar.payload.running ? 0.45 : 1} />;

const wordsOf = (point: Point) => point.words;
